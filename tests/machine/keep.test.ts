import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digestOf } from '../../src/image/digest.ts';
import { bootMachine } from '../../src/machine/bootMachine.ts';
import { decodeDocument, encodeDocument, type Plain } from '../../src/machine/keep/document.ts';
import { packMachine } from '../../src/machine/keep/packMachine.ts';
import { unpackMachine } from '../../src/machine/keep/unpackMachine.ts';
import { pack, platform, run, setup, Shelf, wokenFrom } from '../support/keptLab.ts';
import { isDirectory, isRegular, isSymlink } from '../../src/vfs/overlay/fileMode.ts';
import type { OverlayMount } from '../../src/vfs/overlay/overlayMount.ts';

/** Everything that stat, readlink, listxattr and read tell of a tree, by path. */
async function treeOf(mount: OverlayMount): Promise<Record<string, unknown>> {
  const tree: Record<string, unknown> = {};
  const visit = async (path: string): Promise<void> => {
    const { dev: _dev, ...stat } = mount.lstat(path) as unknown as Record<string, unknown>;
    const mode = mount.lstat(path).mode;
    const xattrs = (isSymlink(mode) ? [] : mount.listXattrs(path)).map((name) => [name, mount.getXattr(path, name)]);
    tree[path] = { ...stat, xattrs };
    if (isSymlink(mode)) tree[path] = { ...stat, target: mount.readlink(path) };
    if (isRegular(mode)) {
      const fd = mount.open(path, 0, 0);
      tree[path] = {
        ...stat,
        xattrs,
        content: digestOf(await mount.content(fd).read(0, mount.lstat(path).sizeBytes), platform),
      };
      mount.close(fd);
    }
    if (isDirectory(mode))
      for (const { name } of mount.readdir(path)) await visit(`${path === '/' ? '' : path}/${name}`);
  };
  await visit('/');
  return tree;
}

describe('REST-1 plain data with bytes in it', () => {
  it('REST-1 comes back as it was', () => {
    const values: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'binary' }),
        fc.integer(),
        fc.boolean(),
        fc.constant(null),
        fc.uint8Array(),
        fc.array(tie('value')),
        fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('$bytes', '$$', '__proto__')), tie('value')),
      ),
    })).value;
    fc.assert(
      fc.property(values, (value) => {
        expect(decodeDocument(encodeDocument(value as Plain), 'x')).toEqual(value);
      }),
    );
  });

  it.each([
    ['nothing', new Uint8Array(0), 'have no length'],
    ['a forged length', Uint8Array.of(255, 255, 255, 255, 1), 'ends behind its last byte'],
    ['no JSON', Uint8Array.of(1, 0, 0, 0, 0x7b), 'not JSON'],
    ['deep lists', text('['.repeat(5000) + ']'.repeat(5000)), 'more than 64 deep'],
    ['bytes that are not there', text('{"$bytes":[0,1e15]}'), 'bytes that are not there'],
    ['bytes before the first', text('{"$bytes":[-1,1]}'), 'bytes that are not there'],
  ])('REST-1 refuses %s', (_name, bytes, message) => {
    expect(() => decodeDocument(bytes, 'inodes/1')).toThrow(message);
  });
});

function text(json: string): Uint8Array {
  const bytes = new TextEncoder().encode(json);
  const whole = new Uint8Array(4 + bytes.length);
  new DataView(whole.buffer).setUint32(0, bytes.length, true);
  whole.set(bytes, 4);
  return whole;
}

const FILES = `
cd /root; mkdir -p a/b; echo hello > a/file; ln a/file a/b/other; ln -s ../file a/b/link; chmod 4711 a/file
chown 12:34 a/b; touch -d '1999-12-31 23:59:59.123456789' a/old; mkfifo a/pipe; touch 'a/with space'
head -c 100000 /dev/zero > a/zeros; seq 1 20000 > a/large; echo end >> a/large
for i in $(seq 1 150); do echo $i > a/b/$i; done; rm a/b/77; mkdir gone; rmdir gone`;

describe('REST-2 a machine', () => {
  it('REST-2 comes back with every file as it was', async () => {
    const lab = bootMachine(setup);
    expect(await run(lab, FILES)).toBe('');
    const shelf = new Shelf();
    await shelf.keep(await pack(lab));
    const woken = await wokenFrom(shelf);
    expect(await treeOf(woken.machine.host.root)).toEqual(await treeOf(lab.machine.host.root));
    expect(woken.machine.host.kernel.disk.usedBytes).toBe(lab.machine.host.kernel.disk.usedBytes);
    await Promise.all([lab.machine.halt(), woken.machine.halt()]);
  });

  it('REST-2 is packed again as it was', async () => {
    const lab = bootMachine(setup);
    await run(lab, FILES);
    const shelf = new Shelf();
    await shelf.keep(await pack(lab));
    const atRest = await unpackMachine(shelf.head, { parts: shelf, platform, trust: 'kept' });
    const again = await packMachine(atRest, platform);
    expect(again.head).toEqual(shelf.head);
    expect([...again.parts.keys()].sort()).toEqual([...shelf.parts.keys()].sort());
    for (const [name, part] of again.parts) {
      const source = await part.open();
      expect(
        Buffer.compare(await source.read(0, source.sizeBytes), shelf.parts.get(name) ?? new Uint8Array()),
        name,
      ).toBe(0);
    }
    await lab.machine.halt();
  });

  it('REST-2 holes cost nothing', async () => {
    const lab = bootMachine(setup);
    await run(lab, 'truncate -s 1G huge; printf x | dd of=holes bs=1 seek=50000000 2> /dev/null');
    const shelf = new Shelf();
    expect(await shelf.keep(await pack(lab))).toBeLessThan(300_000);
    const woken = await wokenFrom(shelf);
    expect(await run(woken, 'stat -c %s huge holes; tail -c 2 holes | od -An -c')).toBe(
      '1073741824\n50000001\n  \\0   x\n',
    );
    await Promise.all([lab.machine.halt(), woken.machine.halt()]);
  });

  it('REST-3 what did not change is not written again', async () => {
    const lab = bootMachine(setup);
    await run(lab, `${FILES}; docker run --name c alpine touch /x`);
    const shelf = new Shelf();
    const first = await shelf.keep(await pack(lab));
    expect(await shelf.keep(await pack(lab))).toBeLessThan(10_000);
    await run(lab, 'touch a/file');
    expect(await shelf.keep(await pack(lab))).toBeLessThan(Math.min(60_000, first / 10));
    await lab.machine.halt();
  });

  it('REST-4 comes back as after a power cut', async () => {
    const lab = bootMachine(setup);
    await run(
      lab,
      `docker run -d --name web alpine sleep 1000; docker run -d --restart=always --name up alpine sleep 1000
docker run -d --restart=unless-stopped --name down alpine sleep 1000; docker stop -t 0 down
docker run -d --rm --name temp alpine sleep 1000; docker create --name new alpine true
docker run --name said alpine sh -c 'echo one; echo two >&2; rm /bin/ls; echo new > /etc/new; exit 3'
docker commit said mine:1 > /dev/null; docker tag alpine other/name:2
docker volume create vol > /dev/null; docker run -v vol:/v alpine touch /v/file; docker network create net1 > /dev/null
docker push localhost:5000/none 2> /dev/null; docker tag mine:1 localhost:5000/mine; docker push localhost:5000/mine`,
    );
    const ask = `docker images --no-trunc --format '{{.Repository}} {{.Tag}} {{.Digest}} {{.ID}} {{.Size}}'; docker volume ls; ls -l /var/lib/docker/volumes/vol/_data
docker network ls --no-trunc; docker history -q --no-trunc mine:1; docker diff said; docker logs said 2>&1; docker inspect said`;
    const before = await run(lab, ask);
    const shelf = new Shelf();
    await shelf.keep(await pack(lab));
    for (const trust of ['kept', 'foreign'] as const) {
      const woken = await wokenFrom(shelf, trust);
      expect(await run(woken, ask)).toBe(before);
      const states = await run(
        woken,
        "docker ps -a --format '{{.Names}} {{.Status}}' | grep -v _ | sed 's/ [0-9A-Z][a-z0-9 ]*ago//;s/Up.*/Up/'",
      );
      expect(states.trim().split('\n').sort()).toEqual([
        'down Exited (137)',
        'new Created',
        'said Exited (3)',
        'up Up',
        'web Exited (255)',
      ]);
      expect(await run(woken, "docker inspect web -f '{{.State.Pid}} {{.NetworkSettings.IPAddress}}'")).toBe('0 \n');
      await run(woken, 'docker rmi -f localhost:5000/mine; docker start web');
      expect(await run(woken, 'docker pull -q localhost:5000/mine; docker exec web echo in')).toBe(
        'localhost:5000/mine:latest\nin\n',
      );
      await woken.machine.halt();
    }
    await lab.machine.halt();
  });

  it('REST-2 random operations leave equal trees', async () => {
    const names = fc.constantFrom('a', 'b', 'c', 'd/e', 'd/f', 'd');
    const step = fc.oneof(
      fc.tuple(fc.constantFrom('mkdir', 'rmdir', 'rm -f', 'touch'), names).map(([verb, name]) => `${verb} ${name}`),
      fc.tuple(fc.constantFrom('mv', 'ln', 'ln -s', 'cp -a'), names, names).map((words) => words.join(' ')),
      fc
        .tuple(names, fc.integer({ min: 0, max: 40_000 }))
        .map(([name, size]) => `seq 1 99999 | head -c ${size} > ${name}`),
      fc.tuple(names, fc.integer({ min: 0, max: 40_000 })).map(([name, size]) => `truncate -s ${size} ${name}`),
      fc.tuple(names, fc.integer({ min: 0, max: 0o7777 })).map(([name, mode]) => `chmod ${mode.toString(8)} ${name}`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { maxLength: 8 }), { minLength: 2, maxLength: 3 }), async (rounds) => {
        let lab = bootMachine(setup);
        const shelf = new Shelf();
        for (const steps of rounds) {
          await run(lab, steps.join('\n'));
          await shelf.keep(await pack(lab));
          const before = await treeOf(lab.machine.host.root);
          await lab.machine.halt();
          lab = await wokenFrom(shelf);
          expect(await treeOf(lab.machine.host.root)).toEqual(before);
        }
        await lab.machine.halt();
      }),
      { numRuns: 8 },
    );
  });
});
