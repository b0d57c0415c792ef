import { describe, expect, it } from 'vitest';
import { runLines } from '../support/labShell.ts';

const PULL = 'docker pull -q busybox > /dev/null';

describe('filters of what is taken away', () => {
  it('a network that is younger than until stays', async () => {
    const { output } = await runLines([
      'docker network create nn > /dev/null; docker network prune -f --filter until=1h; docker network ls -q -f name=nn | wc -l',
      'sleep 1; docker network prune -f --filter until=0s',
    ]);
    expect(output).toBe('1\nDeleted Networks:\nnn\n\n');
  });

  it('images with a tag go where dangling=false is asked for', async () => {
    const { output } = await runLines([
      PULL,
      'docker image prune -f; docker image prune -f --filter dangling=false | head -2',
    ]);
    expect(output).toBe('Total reclaimed space: 0B\nDeleted Images:\nuntagged: busybox:latest\n');
  });

  it('the build cache has no such filter', async () => {
    const { output } = await runLines(['docker builder prune -f --filter bogus=1 2>&1 | tail -1']);
    expect(output).toBe("Error response from daemon: failed to prune build cache: Invalid filter 'bogus'\n");
  });
});

describe('events', () => {
  it('a container mounts its volumes as it starts, and after its end they are unmounted', async () => {
    const { output } = await runLines([
      PULL,
      'docker run --name cc -v vv:/d:ro busybox true; docker run -v vv:/d busybox nosuch 2> /dev/null',
      "sleep 1; docker events --since 1h --until 0s --filter type=volume --format '{{.Action}} {{json .Actor.Attributes}}' | sed 's/[0-9a-f]\\{64\\}/ID/'",
    ]);
    const mount = (access: boolean) =>
      `mount {"container":"ID","destination":"/d","driver":"local","propagation":"","read/write":"${access}"}\n`;
    const unmount = 'unmount {"container":"ID","driver":"local"}\n';
    expect(output).toBe(`create {"driver":"local"}\n${mount(false)}${unmount}${mount(true)}${unmount}`);
  });

  it('nothing is of a swarm or of the daemon; a program is followed by a space; images are saved', async () => {
    const { output } = await runLines([
      PULL,
      'docker run -d --name cc busybox sleep 99 > /dev/null; docker exec cc true; docker save busybox > /dev/null',
      'sleep 1; docker events --since 1h --until 0s --filter scope=swarm; docker events --since 1h --until 0s --filter daemon=x',
      "docker events --since 1h --until 0s --filter event=exec_create --format '{{.Action}}|'",
      "docker events --since 1h --until 0s --filter event=save --format '{{.Action}}'; docker rm -f cc > /dev/null",
    ]);
    expect(output).toBe('exec_create: true |\nsave\n');
  });
});
