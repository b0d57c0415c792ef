import { describe, expect, it } from 'vitest';
import { nodeCatalogue } from '../../src/cli/machine/nodeCatalogue.ts';
import { bootMachine, type LabMachine } from '../../src/machine/bootMachine.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import type { BuildEvent, BuildRequest } from '../../src/worker/lab/builds/buildsProtocol.ts';
import { pack, Shelf, wokenFrom } from '../support/keptLab.ts';
import { LabBuilds } from '../../src/worker/lab/builds/labBuilds.ts';

const REQUEST: BuildRequest = {
  folder: '/root/app',
  dockerfile: 'Dockerfile',
  builder: 'classic',
  tag: 'app',
  target: '',
  buildArgs: [],
  usesCache: true,
};

function lab() {
  return watched(bootMachine({ platform: nodePlatform(), files: nodeCatalogue() }));
}

function watched(machine: LabMachine) {
  const events: BuildEvent[] = [];
  const builds = new LabBuilds(
    async () => machine,
    (event) => events.push(event),
  );
  builds.watch(machine);
  const { service } = builds;
  const files = (text: string, others: Readonly<Record<string, string>> = {}) =>
    service.putFiles('/root/app', { Dockerfile: text, ...others });
  return { machine, events, service, files };
}

/** What became of each step of the last build, in the order in which they began. */
function steps(events: readonly BuildEvent[]) {
  const last = events.findLastIndex(({ kind }) => kind === 'asked');
  const told = events.slice(last).flatMap((one) => (one.kind === 'step' ? [one.event] : []));
  return told.flatMap((started) => {
    if (started.kind !== 'started') return [];
    const of = told.filter(({ step }) => step === started.step);
    const ended = of.find((one) => one.kind === 'ended');
    const decided = of.find((one) => one.kind === 'decided');
    const decision = decided?.kind === 'decided' ? decided.decision : undefined;
    return [{ ...started, outcome: ended?.kind === 'ended' ? ended.outcome : undefined, decision }];
  });
}

const TEXT = 'FROM busybox\nRUN echo one > /one\nCOPY a.txt /\nENV A=1\nRUN echo two > /two\n';

describe.each(['classic', 'buildkit'] as const)('BUILDS-1 the steps of a build tell their fate (%s)', (builder) => {
  const request = { ...REQUEST, builder };

  it('all are built, then all are cached, then the copy misses for its file and what follows for the copy', async () => {
    const { events, service, files } = lab();
    await files(TEXT, { 'a.txt': 'a\n' });
    expect(await service.build(request)).toMatchObject({ status: 0 });
    expect(steps(events).map(({ lines }) => lines?.startLine)).toEqual([1, 2, 3, 4, 5]);
    expect(steps(events).map(({ outcome }) => outcome)).toEqual(['config', 'built', 'built', 'config', 'built']);

    await service.build(request);
    const cached = builder === 'classic' ? 'cached' : 'config';
    expect(steps(events).map(({ outcome }) => outcome)).toEqual(['config', 'cached', 'cached', cached, 'cached']);

    await service.saveText('/root/app/a.txt', 'other\n');
    const { imageId } = await service.build(request);
    const told = steps(events);
    expect(told.map(({ outcome }) => outcome)).toEqual(['config', 'cached', 'built', 'config', 'built']);
    expect(told[2]?.decision).toMatchObject({
      reason: 'differs',
      files: { files: [{ path: 'a.txt', change: 'changed' }], count: 1 },
    });
    expect(told[4]?.decision).toEqual({ outcome: 'miss', reason: 'earlierMiss' });
    expect(imageId).toMatch(/^sha256:/);
  });

  it('a failing RUN is told with its line, and its status is the command’s', async () => {
    const { events, service, files } = lab();
    await files('FROM busybox\nRUN echo fine\nRUN exit 3\nRUN echo never\n');
    const { status, imageId } = await service.build(request);
    expect(status).not.toBe(0);
    expect(imageId).toBeUndefined();
    expect(steps(events).map(({ outcome }) => outcome)).toEqual(['config', 'built', 'failed']);
    expect(steps(events).at(-1)?.lines).toEqual({ startLine: 3, endLine: 3 });
  });

  it('a build that is called off leaves no container, image or layer', async () => {
    const { machine, events, service, files } = lab();
    const { engine } = machine.machine.host;
    await files('FROM busybox\nRUN sleep 1000\n');
    await engine.images.pull({ reference: 'busybox' }, () => undefined);
    const before = engine.snapshot();
    const building = service.build(request);
    while (!events.some((one) => one.kind === 'step' && one.event.kind === 'decided'))
      await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
    await service.cancelBuild();
    expect(await building).toMatchObject({ isCanceled: true, imageId: undefined });
    // The engine clears up after its client has gone.
    await expect.poll(() => engine.snapshot().state.containers.size).toBe(0);
    const after = engine.snapshot();
    expect([...after.state.images.keys()]).toEqual([...before.state.images.keys()]);
    expect([...after.state.layers.keys()]).toEqual([...before.state.layers.keys()]);
    expect(steps(events).at(-1)?.outcome).toBe('canceled');
    await machine.machine.halt();
  });

  it('a build that is typed is told, too', async () => {
    const { machine, events, files } = lab();
    await files('FROM busybox\nRUN true\n');
    const { terminal, ended } = machine.machine.login(80, 24, '/root/app');
    terminal.input(
      new TextEncoder().encode(`DOCKER_BUILDKIT=${builder === 'classic' ? 0 : 1} docker build -q .; exit\n`),
    );
    await ended;
    expect(events[0]).toMatchObject({
      kind: 'began',
      builder,
      folder: '/root/app',
      dockerfile: '/root/app/Dockerfile',
      isTyped: true,
    });
    expect(events.at(-1)).toMatchObject({ kind: 'ended', imageId: expect.stringMatching(/^sha256:/) as string });
  });

  it('what differs is told after a reload, too', async () => {
    const { machine, service, files } = lab();
    await files('FROM busybox\nRUN echo one > /one\n');
    await service.build(request);
    const shelf = new Shelf();
    await shelf.keep(await pack(machine));
    const again = watched(await wokenFrom(shelf));
    await again.files('FROM busybox\nRUN echo two > /one\n');
    await again.service.build(request);
    const decision = steps(again.events).at(-1)?.decision;
    expect(decision).toMatchObject({ outcome: 'miss', reason: 'differs' });
    expect(JSON.stringify(decision)).toContain('echo one');
  });

  it('PALIMPSEST_WHY prints the reasons', async () => {
    const { machine, files } = lab();
    await files('FROM busybox\nRUN true\n');
    const { terminal, ended } = machine.machine.login(200, 24, '/root/app');
    let shown = '';
    terminal.onOutput = (bytes) => {
      shown += new TextDecoder().decode(bytes);
    };
    const kit = builder === 'classic' ? 0 : 1;
    const line = `DOCKER_BUILDKIT=${kit} docker build --progress=plain . 2>&1`.replace(
      kit ? '' : '--progress=plain ',
      '',
    );
    terminal.input(new TextEncoder().encode(`export PALIMPSEST_WHY=1; ${line}; ${line}; exit\n`));
    await ended;
    expect(shown).toMatch(/built: nothing (like it|was built)/);
    expect(shown).toMatch(/cached: /);
  });
});

describe('BUILDS-2 a context is shown as it would be sent', () => {
  it('names the pattern and the line that leave a file out or take it in', async () => {
    const { service, files } = lab();
    await files('FROM scratch\n', {
      '.dockerignore': '# logs\n*.log\n!keep.log\nnode_modules\n',
      'a.log': 'a',
      'keep.log': 'k',
      'main.js': 'm',
      'node_modules/x.js': 'x',
    });
    const { rows, ignoreFile } = await service.listContext(REQUEST);
    expect(ignoreFile).toBe('/root/app/.dockerignore');
    const told = Object.fromEntries(
      rows.map(({ path, isSent, pattern }) => [path, [isSent, pattern?.text, pattern?.line]]),
    );
    expect(told).toEqual({
      '.dockerignore': [true, undefined, undefined],
      Dockerfile: [true, undefined, undefined],
      'a.log': [false, '*.log', 2],
      'keep.log': [true, '!keep.log', 3],
      'main.js': [true, undefined, undefined],
      node_modules: [false, 'node_modules', 4],
    });
  });

  it('lists no more than a page can show, and says so', async () => {
    const { service, files } = lab();
    const many = Object.fromEntries(Array.from({ length: 5_100 }, (_, i) => [`f${i}`, '']));
    await files('FROM scratch\n', many);
    const { rows, isCut } = await service.listContext(REQUEST);
    expect(isCut).toBe(true);
    expect(rows).toHaveLength(5_000);
  });

  it('tells what is wrong with the ignore file, and sends all', async () => {
    const { service, files } = lab();
    await files('FROM scratch\n', { '.dockerignore': '[\n' });
    const { fault, rows } = await service.listContext(REQUEST);
    expect(fault).toMatch(/syntax error in pattern/);
    expect(rows.every(({ isSent }) => isSent)).toBe(true);
  });
});

describe('BUILDS-3 an editor is told where things are wrong', () => {
  it('errors and lint findings have ranges; stages and variables have names', async () => {
    const { service } = lab();
    const text = 'ARG V=1\nFROM busybox AS Base\nENV B=2 C=3\nCOPY --form=x a b\n';
    const { diagnostics, stages, variables, nodes } = await service.checkDockerfile(text, REQUEST);
    const told = diagnostics.map(({ from, to, rule, severity }) => [text.slice(from, to), rule ?? severity]);
    expect(told).toContainEqual(['FROM busybox AS Base', 'StageNameCasing']);
    expect(told).toContainEqual(['COPY --form=x a b', 'error']);
    expect(stages).toEqual([{ name: 'base', line: 2 }]);
    expect(variables).toEqual(['V', 'B', 'C']);
    expect(nodes?.map(({ keyword }) => keyword)).toEqual(['ARG', 'FROM', 'ENV', 'COPY']);
  });

  it('a file that is no text is refused', async () => {
    const { machine, service } = lab();
    const { terminal, ended } = machine.machine.login(80, 24);
    terminal.input(new TextEncoder().encode("printf '\\377\\376' > bad; exit\n"));
    await ended;
    await expect(service.readText('/root/bad')).rejects.toThrow('no UTF-8 text');
    expect(await service.readText('/root/none')).toBeUndefined();
  });
});
