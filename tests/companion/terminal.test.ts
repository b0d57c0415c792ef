import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asProcess } from '../../src/machine/machineProcess.ts';
import * as calls from '../../src/shell/kernel/calls.ts';
import { reachOut } from '../../src/worker/lab/reachOut.ts';
import { RealBuildLog } from '../../src/docker/companion/realBuildLog.ts';
import { bootLab, runOn } from '../support/labShell.ts';
import { NO_NETWORK, start, type TestCompanion, work } from './harness.ts';
import { shellContext } from './realBuildkit.ts';
import { probeDocker, startDocker, type RealDocker } from './realDocker.ts';

const obstacle = await probeDocker('docker');
if (obstacle !== undefined) console.warn(`docker of the terminal on a real engine is not tested: ${obstacle}`);

function connected({ origin, token = '' }: TestCompanion) {
  const lab = bootLab();
  const companion = { link: { origin, token }, prefersRealImages: false };
  reachOut(lab, { companion, directPulls: false }, undefined, work.platform);
  return lab;
}

describe('COMP-24 the context of a companion', () => {
  it('is there while one is connected, and nobody can make, change or remove it', async () => {
    const lab = connected(await start());
    const { output } = await runOn(lab, [
      'docker context ls --format "{{.Name}} {{.DockerEndpoint}}"',
      'docker context create companion',
      'docker context update companion --description x',
      'docker context rm companion',
      'docker context use companion 2>/dev/null',
      'docker context show',
      'docker context use default 2>/dev/null',
    ]);
    expect(output.split('\n').filter((line) => line !== '')).toEqual([
      'companion companion://',
      'default unix:///var/run/docker.sock',
      'context "companion" already exists',
      'context "companion" cannot be changed',
      'context "companion" cannot be removed',
      'companion',
      'companion',
      'default',
    ]);
  });

  it('refuses by name what it does not offer, and says so without a companion', async () => {
    const lab = connected(await start());
    const lines = [
      'docker --context companion images',
      'docker --context companion run alpine; echo $?',
      'docker --context companion run --rm -it alpine; echo $?',
      'docker --context companion build --squash .; echo $?',
      'docker --context companion run --rm alpine; echo $?',
    ];
    const { output } = await runOn(lab, lines);
    expect(output).toContain("offers 'docker build' and 'docker run', not 'docker images'");
    expect(output).toContain("docker: the companion's engine keeps no containers: say --rm\n125\n");
    expect(output).toContain(
      "docker: --interactive, --tty of 'docker run' is not offered by the companion's engine\n125\n",
    );
    expect(output).toContain('no engine here runs containers: that takes a Docker engine');
    const alone = await runOn(bootLab(), ['docker --context companion images', 'docker context ls -q']);
    expect(alone.output).toContain('Is a companion connected to this page?');
    expect(alone.output).toMatch(/\ndefault\n$/);
  });

  it('shows what steps write as text', async () => {
    let printed = '';
    const log = new RealBuildLog((text) => {
      printed += text;
      return undefined;
    });
    await log.take({ type: 'step', step: 'a', name: '[1/2] RUN \u001b]0;x\u0007' });
    await log.take({ type: 'log', step: 'a', stream: 'stdout', text: '\u001b[31mred\r\nand' });
    await log.take({ type: 'log', step: 'a', stream: 'stdout', text: ' on\n' });
    await log.take({ type: 'step-done', step: 'a', cached: false, durationMs: 1260 });
    expect(printed).toBe('\n#1 [1/2] RUN ^[]0;x^G\n#1 ^[[31mred\n#1 and on\n#1 DONE 1.3s\n');
  });
});

describe.skipIf(obstacle !== undefined)('COMP-24 docker of the terminal on a real engine', () => {
  let daemon: RealDocker;
  beforeAll(async () => {
    daemon = await startDocker('docker');
  });
  afterAll(() => daemon.stop());

  it('builds, loads the image into the simulated engine, and runs it', async () => {
    const companion = await start({
      engines: [daemon.engine('worker-1-1')],
      rules: { ...NO_NETWORK, fetch: true },
    });
    const lab = connected(companion);
    const context = await shellContext(['ARG A', 'RUN echo out $A; echo made > /made']);
    await asProcess(lab.machine.host, 'test', (process) => calls.writeFile(process, '/root/context.tar', context));
    const { output, status } = await runOn(lab, [
      'docker context use companion >/dev/null 2>&1',
      'docker build -t real:1 --build-arg A=b - < context.tar 2>log || cat log',
      'grep -c "^#[0-9]* out b" log',
      "docker run --rm -e X=y -w /tmp real:1 sh -c 'cat /made; echo $X; pwd; echo gone >&2; exit 7' 2>errors",
      'echo $?',
      'cat errors',
      'docker run --rm real:1 no-such-program',
      'echo $?',
      'docker context use default >/dev/null 2>&1',
      'docker images real',
      'docker history -q real:1 | wc -l',
    ]);
    expect(output).toMatch(/^sha256:[0-9a-f]{64}\n1\n/);
    expect(output).toContain('made\ny\n/tmp\n');
    expect(output).toContain('gone\n');
    expect(output).toMatch(/\n7\n/);
    expect(output).toMatch(/\n127\n/);
    expect(output).toMatch(/\nreal +1 /);
    expect(status).toBe(0);
  });

  it('says which step of a build failed', async () => {
    const companion = await start({ engines: [daemon.engine('worker-1-1')], rules: { ...NO_NETWORK, fetch: true } });
    const lab = connected(companion);
    const context = await shellContext(['RUN echo before; exit 3']);
    await asProcess(lab.machine.host, 'test', (process) => calls.writeFile(process, '/root/context.tar', context));
    const { output, status } = await runOn(lab, ['docker --context companion build - < context.tar']);
    expect(output).toMatch(/#\d+ before\n/);
    expect(output).toMatch(/#\d+ ERROR: /);
    expect(output).toMatch(/\nERROR: .*exit code: 3/);
    expect(status).toBe(1);
  });
});
