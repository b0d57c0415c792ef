import { describe, expect, it } from 'vitest';
import { decodeName } from '../../../src/bytes/byteName.ts';
import type { ByteSource } from '../../../src/bytes/byteSource.ts';
import { HOST_PROGRAMS } from '../../../src/machine/hostPrograms.ts';
import { standIn } from '../../../src/shell/kernel/standIn.ts';
import { scanTar } from '../../../src/tar/scanTar.ts';
import { buildkitBuild, type ContextFile } from '../../support/buildkitBuild.ts';
import { type TestEngine, testEngine } from '../../support/testEngine.ts';

const TOOLS = ['sh', 'cat', 'chmod', 'chown', 'ln', 'mkdir', 'rm', 'touch', 'stat', 'id'];
const FILES: Readonly<Record<string, ContextFile>> = {
  ...Object.fromEntries(TOOLS.map((name) => [`bin/${name}`, { text: standIn(name), mode: 0o755 }])),
  'etc/passwd': { text: 'root:x:0:0::/:/bin/sh\nann:x:7:8::/:/bin/sh\n' },
  'etc/group': { text: 'root:x:0:\nstaff:x:50:\n' },
  'a.txt': { text: 'alpha\n', mtimeSec: 1000 },
  'dir/in': { text: 'in\n', mtimeSec: 1000 },
  'dir/sub/deep': { text: 'deep\n', mode: 0o640, mtimeSec: 1000 },
};
const BASE = 'FROM scratch AS base\nCOPY bin /bin/\nCOPY etc /etc/\n';

function machine(): TestEngine {
  return testEngine({ programs: HOST_PROGRAMS });
}

/** Builds, and gives the image's tree: mode, owner and time of what a path names. */
async function built(dockerfile: string, host = machine()) {
  const { id, error } = await buildkitBuild(host, dockerfile, FILES, { layerWriter: 'buildkitd' });
  if (error) throw error;
  const { layers } = host.engine.images.find(String(id));
  const { mount } = host.engine.images.mount(layers.map(({ diffId }) => diffId));
  const facts = (path: string) => {
    const { mode, uid, gid } = mount.lstat(path);
    return `${(mode & 0o7777).toString(8)} ${uid}:${gid}`;
  };
  return { facts, mount, layers };
}

/** Names of a layer's members, in their order. */
async function names({ tar }: { readonly tar: ByteSource } = missingLayer()): Promise<string[]> {
  const found: string[] = [];
  await scanTar(tar, ({ name }) => void found.push(decodeName(name)));
  return found;
}

function missingLayer(): never {
  throw new Error('the image has no layer');
}

describe('BK-6 COPY', () => {
  const owners: readonly (readonly [chown: string, expected: string])[] = [
    ['7', '7:7'],
    ['7:9', '7:9'],
    ['ann', '7:8'],
    ['ann:staff', '7:50'],
    ['nobody-knows', '0:0'],
    ['ann:nobody-knows', '7:8'],
    ['root:staff', '0:50'],
  ];
  it.each(owners)('--chown=%s gives %s', async (chown, expected) => {
    const { facts } = await built(`${BASE}COPY --chown=${chown} a.txt /new/a\n`);
    expect(facts('/new/a')).toBe(`644 ${expected}`);
    expect(facts('/new')).toBe(`755 ${expected}`);
  });

  const modes: readonly (readonly [chmod: string, file: string, folder: string])[] = [
    ['0600', '600', '600'],
    ['4711', '4711', '4711'],
    ['a+x', '755', '755'],
    ['u=rwX,go=', '600', '700'],
    ['g=u', '664', '775'],
  ];
  it.each(modes)('--chmod=%s', async (chmod, file, folder) => {
    const { facts } = await built(`${BASE}COPY --chmod=${chmod} dir /d\n`);
    expect(facts('/d/in')).toBe(`${file} 0:0`);
    expect(facts('/d/sub')).toBe(`${folder} 0:0`);
  });

  it.each(['8', '64a', '10000'])('refuses --chmod=%s', async (chmod) => {
    const { error } = await buildkitBuild(machine(), `${BASE}COPY --chmod=${chmod} a.txt /\n`, FILES);
    expect(error?.message).toContain(`invalid chmod parameter: '${chmod}'`);
  });

  it('keeps the owners and hard links of a stage', async () => {
    const text = `${BASE}RUN mkdir /o; touch /o/f; ln /o/f /o/g; chown 7:8 /o/f; chmod 4755 /o/f\nFROM scratch\nCOPY --from=base /o /p\n`;
    const { facts, mount } = await built(text);
    expect(facts('/p/f')).toBe('4755 7:8');
    expect(mount.lstat('/p/f').inodeNumber).toBe(mount.lstat('/p/g').inodeNumber);
  });

  it('follows links to where it copies, within the image', async () => {
    const { mount } = await built(
      `${BASE}RUN touch /real; ln -s /real /bin/link; ln -s ../../../etc /up\nCOPY a.txt /bin/link\nCOPY a.txt /up/\n`,
    );
    expect(mount.lstat('/real').sizeBytes).toBe(6);
    expect(mount.lstat('/etc/a.txt').sizeBytes).toBe(6);
  });

  it.each([
    ['COPY a.txt /bin', undefined],
    ['COPY dir /etc/passwd', 'not a directory'],
    ['COPY dir/in /x/\nCOPY bin /x/in', 'not a directory'],
    ['RUN mkdir -p /y/in\nCOPY dir /y', 'cannot replace to directory /y/in with file'],
    ['RUN ln -s loop /loop\nCOPY a.txt /loop/x', 'too many links'],
    ['COPY nosuch/* /n/', 'lstat /nosuch: no such file or directory'],
    ['COPY dir/none* /n/', 'lstat /dir: no such file or directory'],
    ['COPY dir/none* /n/\nCOPY dir /d', undefined],
  ])('%s', async (lines, message) => {
    const { error } = await buildkitBuild(machine(), `${BASE}${lines}\n`, FILES);
    if (message === undefined) expect(error).toBeUndefined();
    else expect(error?.message).toContain(message);
  });

  it('--link makes a layer that the base does not change', async () => {
    const host = machine();
    const link = 'COPY --link a.txt /l/a\n';
    const one = await built(`FROM scratch\nCOPY dir /x\n${link}`, host);
    const { decisions } = await buildkitBuild(host, `FROM scratch\nCOPY etc /x\n${link}`, FILES, {
      layerWriter: 'buildkitd',
    });
    const two = await built(`FROM scratch\nCOPY etc /x\n${link}`, host);
    expect(one.layers[1]?.diffId).toBe(two.layers[1]?.diffId);
    expect([...decisions].find(([name]) => name.includes('--link'))?.[1].outcome).toBe('hit');
  });
});

describe('BK-7 layers as buildkitd writes them', () => {
  it('have whiteouts of names, no opaque directories', async () => {
    const { layers } = await built(`${BASE}RUN mkdir /x; touch /x/a /x/b\nRUN rm -r /x; mkdir /x; touch /x/b /x/c\n`);
    const found = await names(layers.at(-1));
    expect(found).toContain('x/.wh.a');
    expect(found.some((name) => name.includes('.wh..wh.'))).toBe(false);
  });

  it('leave out what was copied up and is the same', async () => {
    const { layers } = await built(`${BASE}COPY a.txt /a\nRUN chmod 644 /a; touch /b\n`);
    expect(await names(layers.at(-1))).not.toContain('a');
  });

  it('have no mount points, whoever ran the command', async () => {
    const text = `${BASE}USER 5:6\nRUN --mount=type=cache,target=/var/deep/c --mount=type=tmpfs,target=/t id\n`;
    const { mount } = await built(text);
    for (const path of ['/var', '/t', '/etc/hosts', '/etc/resolv.conf'])
      expect(() => mount.lstat(path)).toThrow('ENOENT');
    for (const path of ['/proc', '/dev', '/sys']) expect(mount.lstat(path).mode & 0o170000).toBe(0o040000);
  });

  it('WORKDIR belongs to USER', async () => {
    const { facts } = await built(`${BASE}USER ann\nWORKDIR /w/x\n`);
    expect(facts('/w')).toBe('755 7:8');
    expect(facts('/w/x')).toBe('755 7:8');
  });

  it('a here-document with #! is a script', async () => {
    const { mount } = await built(`${BASE}RUN <<EOF\n#!/bin/sh\necho 12345 > /script\nEOF\n`);
    expect(mount.lstat('/script').sizeBytes).toBe(6);
  });
});

describe('BK-8 what a build may not do', () => {
  it.each([
    ['RUN --security=insecure id', 'security.insecure is not allowed'],
    ['RUN --network=host id', 'network.host is not allowed'],
    ['RUN --device=x.org/y=z id', 'device feature is only supported'],
    ['ADD --checksum=sha256:00 http://x.test/f /', 'invalid checksum digest format'],
    ['ADD --checksum=sha256:00 a.txt /', 'checksum requires HTTP(S) or Git sources'],
    ['COPY http://x.test/f /', "source can't be a URL for COPY"],
    ['COPY https://x.test/r.git /', "source can't be a git ref for COPY"],
    ['ADD https://x.test/r.git /', 'the build has no network'],
    ['ADD git@x.test:r.git /', 'git is fetched over http and https only'],
    ['ADD https://x.test/r.git?odd=1 /', 'unexpected query "odd"'],
  ])('%s', async (line, message) => {
    const { error } = await buildkitBuild(machine(), `${BASE}${line}\n`, FILES);
    expect(error?.message).toContain(message);
  });

  it('refuses a SOURCE_DATE_EPOCH that is no time', async () => {
    const buildArgs = new Map([['SOURCE_DATE_EPOCH', 'soon']]);
    const { error } = await buildkitBuild(machine(), BASE, FILES, { buildArgs });
    expect(error?.message).toBe('failed to solve: invalid SOURCE_DATE_EPOCH: soon');
  });
});
