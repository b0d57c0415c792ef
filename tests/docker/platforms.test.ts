import { describe, expect, it } from 'vitest';
import { runLines } from '../support/labShell.ts';

const PULL = 'docker pull -q busybox > /dev/null';
const COMPONENT = 'platform specifier component must match "^[A-Za-z0-9_-]+$": invalid argument';

describe('platforms that are asked for', () => {
  it('are read by the client of run, which takes a machine alone', async () => {
    const { output } = await runLines([
      PULL,
      'docker run --platform amd64 --rm busybox echo ok; docker run --platform bogus --rm busybox echo ok 2>&1 | head -1',
    ]);
    expect(output).toContain('ok\ndocker: error parsing specified platform: "bogus": unknown operating system');
  });

  it('are the environment’s where the flag is not given', async () => {
    const { output } = await runLines([
      PULL,
      'export DOCKER_DEFAULT_PLATFORM=bogus; docker run --rm busybox true 2>&1 | head -1; docker run --rm --platform "" busybox echo ok',
    ]);
    expect(output).toContain('error parsing specified platform: "bogus"');
    expect(output.endsWith('ok\n')).toBe(true);
  });

  it('are the environment’s for builds, too', async () => {
    const build = "printf 'FROM scratch\\n' | docker build - 2>&1 | grep -c 'unknown operating system'";
    const { output } = await runLines([
      'export DOCKER_DEFAULT_PLATFORM=bogus',
      `${build.replace('| docker', '| DOCKER_BUILDKIT=0 docker')}; ${build.replace('| docker', '| DOCKER_BUILDKIT=1 docker')}`,
    ]);
    expect(output).toBe('1\n1\n');
  });

  it('of an import are told apart by no case', async () => {
    const { output } = await runLines([
      'tar cf e.tar -T /dev/null; docker import --platform Linux/AMD64 e.tar a:1 | cut -c1-7; docker import --platform / e.tar a:2',
    ]);
    expect(output).toBe(`sha256:\nError response from daemon: "" is an invalid component of "/": ${COMPONENT}\n`);
  });

  it('of a stage may not be empty', async () => {
    const { output } = await runLines([
      PULL,
      "printf 'FROM --platform=$NOPE busybox\\n' | DOCKER_BUILDKIT=0 docker build - 2>&1 | tail -1",
    ]);
    expect(output).toContain(`failed to parse platform : "" is an invalid component of "": ${COMPONENT}`);
  });
});

describe('templates of info and version', () => {
  it('print what comes before a fault', async () => {
    const { output } = await runLines(["docker info --format '{{.MemoryLimit}} {{.Nope}}'; echo $?"]);
    expect(output).toMatch(/^true \ntemplate: :1:19: executing "" at <\.Nope>: .*\n1\n$/);
  });
});
