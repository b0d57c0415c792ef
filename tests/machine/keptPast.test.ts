import { describe, expect, it } from 'vitest';
import { bootMachine, type LabMachine, machineAtRest } from '../../src/machine/bootMachine.ts';
import { decodeDocument, encodeDocument, type Plain } from '../../src/machine/keep/document.ts';
import { packMachine } from '../../src/machine/keep/packMachine.ts';
import { asProcess } from '../../src/machine/machineProcess.ts';
import * as calls from '../../src/shell/kernel/calls.ts';
import { pack, platform, run, setup, Shelf, wokenFrom } from '../support/keptLab.ts';

/** A script as a command line of a terminal: a moment. */
async function type(lab: LabMachine, script: string): Promise<string> {
  const output = await run(lab, script);
  lab.machine.record(script);
  return output;
}

async function keptAndWoken(lab: LabMachine, trust: 'kept' | 'foreign' = 'kept'): Promise<LabMachine> {
  const shelf = new Shelf();
  await shelf.keep(await pack(lab));
  await lab.machine.halt();
  return wokenFrom(shelf, trust);
}

function headOf(shelf: Shelf): Record<string, Plain> {
  return { ...(decodeDocument(shelf.head, '') as Record<string, Plain>) };
}

describe('REST-6 the whole lab is kept', () => {
  it('REST-6 the other machine has its disk and its images', async () => {
    const lab = bootMachine(setup);
    await type(lab, 'docker pull -q busybox; docker save busybox | ssh b docker load; ssh b "echo hers > /root/note"');
    const woken = await keptAndWoken(lab);
    expect(await run(woken, 'ssh b "docker images -q; cat /root/note"; docker images -q')).toMatch(
      /^([0-9a-f]{12})\nhers\n\1\n$/,
    );
    await woken.machine.halt();
  });

  it('REST-6 the engines remember what happened', async () => {
    const lab = bootMachine(setup);
    await type(lab, 'docker pull -q busybox; docker run --name one busybox true; ssh b docker volume create vol');
    const woken = await keptAndWoken(lab);
    // Whole seconds: what happened within the present one comes after them.
    const events = 'sleep 1; docker events --since 1 --until $(date +%s) --format "{{.Type}} {{.Action}}"';
    expect(await run(woken, `(${events}) | grep -E "pull|die"`)).toBe('image pull\ncontainer die\n');
    expect(await run(woken, `ssh b '${events}'`)).toBe('volume create\n');
    await woken.machine.halt();
  });
});

describe('REST-7 the past is kept', () => {
  it.each(['kept', 'foreign'] as const)('REST-7 one goes back and forth on a machine that was %s', async (trust) => {
    const lab = bootMachine(setup);
    await type(lab, 'docker pull -q busybox > /dev/null; echo 1 > n');
    await type(lab, 'docker tag busybox mine; echo 2 > n; ssh b "echo 2 > n"');
    await type(lab, 'docker tag busybox localhost:5000/box; docker push -q localhost:5000/box; echo 3 > n');
    await lab.machine.goTo(2);
    const woken = await keptAndWoken(lab, trust);
    const { timeline } = woken.machine;
    expect(timeline.moments.map(({ title }) => title.slice(0, 22))).toEqual([
      'boot',
      'docker pull -q busybox',
      'docker tag busybox min',
      'docker tag busybox loc',
    ]);
    expect(timeline.position).toBe(2);
    const look =
      'cat n; docker images --format "{{.Repository}}" | sort; curl -s localhost:5000/v2/_catalog; ssh b cat n';
    expect(await run(woken, look)).toBe('2\nbusybox\nmine\n{"repositories":[]}\n2\n');
    await woken.machine.goTo(3);
    expect(await run(woken, look)).toBe('3\nbusybox\nlocalhost:5000/box\nmine\n{"repositories":["box"]}\n2\n');
    await woken.machine.goTo(1);
    expect(await run(woken, look)).toBe('1\nbusybox\n{"repositories":[]}\ncat: n: No such file or directory\n');
    await woken.machine.goTo(0);
    expect(await run(woken, 'ls; docker images -q')).toBe('');
    await woken.machine.halt();
  });

  it('REST-7 what was kept and never looked at is kept again, without being written', async () => {
    const lab = bootMachine(setup);
    await type(lab, 'head -c 100000 /dev/urandom > large');
    await type(lab, 'rm large');
    const shelf = new Shelf();
    await shelf.keep(await pack(lab));
    const woken = await wokenFrom(shelf);
    const again = await pack(woken);
    expect([...again.parts.keys()].filter((name) => !shelf.parts.has(name)).length).toBeLessThan(4);
    expect(again.parts.size).toBeGreaterThanOrEqual(shelf.parts.size - 4);
    const second = new Shelf();
    await second.keep(again);
    const twice = await wokenFrom(second);
    await twice.machine.goTo(1);
    expect(await run(twice, 'wc -c < large')).toBe('100000\n');
    await lab.machine.halt();
  });

  it('REST-7 no more of it than has room', async () => {
    const lab = bootMachine(setup);
    for (let i = 0; i < 4; i++) await type(lab, `head -c 30000000 /dev/urandom > large; echo ${i}`);
    const { timeline } = decodeDocument((await pack(lab)).head, '') as { timeline: { moments: Plain[] } };
    expect(timeline.moments).toHaveLength(3);
    for (let i = 0; i < 60; i++) await type(lab, `echo ${i} > large`);
    const later = decodeDocument((await pack(lab)).head, '') as { timeline: { moments: Plain[]; position: number } };
    expect([later.timeline.moments.length, later.timeline.position]).toEqual([51, 50]);
    await lab.machine.halt();
  });

  it('REST-7 a moment that is lost is told, and nothing changes', async () => {
    const lab = bootMachine(setup);
    await type(lab, 'echo 1 > n');
    await type(lab, 'echo 2 > n');
    const shelf = new Shelf();
    await shelf.keep(await pack(lab));
    for (const name of shelf.parts.keys()) if (name.startsWith('moment/')) shelf.parts.delete(name);
    const woken = await wokenFrom(shelf);
    await expect(woken.machine.goTo(1)).rejects.toThrow('lost');
    expect(woken.machine.timeline.position).toBe(2);
    expect(await run(woken, 'cat n')).toBe('2\n');
    const { timeline } = decodeDocument((await pack(woken)).head, '') as { timeline: { moments: Plain[] } };
    expect(timeline.moments).toHaveLength(1);
    await lab.machine.halt();
  });

  it.each([
    ['no present', { moments: [{ title: 'a', atSec: 1, part: 'moment/aa' }], position: 0 }],
    [
      'two presents',
      {
        moments: [
          { title: 'a', atSec: 1 },
          { title: 'b', atSec: 1 },
        ],
        position: 0,
      },
    ],
    ['a place outside', { moments: [{ title: 'a', atSec: 1 }], position: 7 }],
    ['no words', { moments: [{ title: 1, atSec: 1 }], position: 0 }],
  ])('REST-7 a timeline with %s is refused', async (_name, timeline) => {
    const lab = bootMachine(setup);
    const shelf = new Shelf();
    await shelf.keep(await pack(lab));
    shelf.head = encodeDocument({ ...headOf(shelf), timeline } as Plain) as Uint8Array<ArrayBuffer>;
    await expect(wokenFrom(shelf)).rejects.toMatchObject({ code: 'corrupt' });
    await lab.machine.halt();
  });
});

describe('REST-8 other versions of the product', () => {
  it('REST-8 what an older one kept is opened, and has what came since', async () => {
    const lab = bootMachine(setup);
    await type(lab, 'docker pull -q busybox; echo 1 > n; rm /usr/bin/nl /usr/bin/tac');
    const shelf = new Shelf();
    await shelf.keep(await pack(lab));
    const { others: _others, timeline: _timeline, events: _events, programs: _programs, ...old } = headOf(shelf);
    shelf.head = encodeDocument({ ...old, version: 1 }) as Uint8Array<ArrayBuffer>;
    const woken = await wokenFrom(shelf);
    expect(await run(woken, 'cat n | nl | tac | wc -l; docker images -q | wc -l')).toBe('1\n1\n');
    await woken.machine.halt();
    await lab.machine.halt();
  });

  it('REST-8 programs that are new are there, those that were removed are not', async () => {
    const lab = bootMachine(setup);
    await type(lab, 'rm /usr/bin/nl');
    const atRest = machineAtRest(lab);
    const older = { ...atRest, programs: atRest.programs?.filter((name) => name !== 'tac') };
    await asProcess(lab.machine.host, 'test', async (process) => calls.unlink(process, '/usr/bin/tac'));
    const shelf = new Shelf();
    await shelf.keep(await packMachine({ ...older, state: lab.machine.state }, platform));
    const woken = await wokenFrom(shelf);
    expect(await run(woken, 'ls /usr/bin/tac /usr/bin/nl 2>&1')).toBe(
      "ls: cannot access '/usr/bin/nl': No such file or directory\n/usr/bin/tac\n",
    );
    await woken.machine.halt();
    await lab.machine.halt();
  });

  it('REST-8 what a newer one kept is refused', async () => {
    const lab = bootMachine(setup);
    const shelf = new Shelf();
    await shelf.keep(await pack(lab));
    shelf.head = encodeDocument({ ...headOf(shelf), version: 99 }) as Uint8Array<ArrayBuffer>;
    await expect(wokenFrom(shelf)).rejects.toMatchObject({ code: 'version' });
    await lab.machine.halt();
  });
});
