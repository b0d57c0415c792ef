import { describe, expect, it } from 'vitest';
import { runLines } from '../support/labShell.ts';

const PULL = 'docker pull -q busybox > /dev/null';
const TMPFS = 'docker volume create --opt type=tmpfs --opt device=tmpfs --opt o=size=1m,uid=1000 tv > /dev/null';
const last = (output: string) => output.trimEnd().split('\n').at(-1);

describe('volumes with options of the local driver', () => {
  it('in memory have a size and an owner, and are empty when their last container has ended', async () => {
    const { output } = await runLines([
      PULL,
      TMPFS,
      `docker run --rm -v tv:/t busybox sh -c 'df -k /t | tail -1 | awk "{print \\$2}"; stat -c "%u %a" /t; echo x > /t/x; ls /t'`,
      'docker run --rm -v tv:/t busybox ls -A /t',
    ]);
    expect(output).toBe('1024\n1000 1777\nx\n');
  });

  it('in memory are one for all containers that run', async () => {
    const { output } = await runLines([
      PULL,
      TMPFS,
      'docker run -dit --name one -v tv:/t busybox > /dev/null; docker exec one sh -c "echo x > /t/x"',
      'docker run --rm -v tv:/other busybox cat /other/x; docker exec one ls /t; docker cp one:/t/x - | tar xO; docker rm -f one > /dev/null',
      'docker run --rm -v tv:/t busybox ls -A /t',
    ]);
    expect(output).toBe('x\nx\nx\n');
  });

  it('bound to a directory show its files', async () => {
    const { output } = await runLines([
      PULL,
      'mkdir /src; echo 1 > /src/a; docker volume create --opt type=none --opt device=/src --opt o=bind bv > /dev/null',
      'docker run --rm -v bv:/b busybox sh -c "ls /b; echo 2 > /b/c"; cat /src/c; docker volume prune -f; docker volume ls -q',
    ]);
    expect(output).toBe('a\n2\nTotal reclaimed space: 0B\nbv\n');
  });

  it('bound to nothing are told when a container starts', async () => {
    const { output } = await runLines([
      PULL,
      'docker volume create --opt type=none --opt device=/nosuch --opt o=bind bv > /dev/null; docker run -v bv:/b busybox true; echo $?',
    ]);
    expect(output).toContain(
      "error while mounting volume '/var/lib/docker/volumes/bv/_data': failed to mount local volume: mount /nosuch:/var/lib/docker/volumes/bv/_data, flags: 0x1000: no such file or directory",
    );
    expect(last(output)).toBe('127');
  });

  it.each([
    ['--opt bogus=1', 'invalid option: "bogus"'],
    ['--opt o=bind', 'missing required option: "device"'],
    ['--opt type=none', 'missing required option: "device"'],
  ])('%s is refused', async (options, why) => {
    const { output } = await runLines([`docker volume create ${options} vv; docker volume ls -q`]);
    expect(output).toBe(`Error response from daemon: create vv: ${why}\n`);
  });

  it('--mount takes a driver, labels and options of a volume', async () => {
    const { output } = await runLines([
      PULL,
      'docker run --rm --mount type=volume,dst=/x,src=mv,volume-driver=local,volume-label=k=v,volume-opt=type=tmpfs,volume-opt=device=tmpfs busybox true',
      "docker volume inspect mv -f '{{json .Labels}} {{json .Options}}'",
      'docker run --rm --mount type=bind,src=/,dst=/x,volume-label=k=v busybox true 2>&1 | head -1',
    ]);
    const [settings, refused] = output.split('\n');
    expect(settings).toBe('{"k":"v"} {"device":"tmpfs","type":"tmpfs"}');
    expect(refused).toContain(`cannot mix 'volume-*' options with mount type 'bind'`);
  });
});

describe('what -v is checked for', () => {
  it.each([
    ['/root:/w:rw,ro', 'invalid mode: rw,ro'],
    ['/root:/w:shared,private', 'invalid mode: shared,private'],
    ['/root:/w:nocopy', 'invalid mount config for type "bind": field VolumeOptions must not be specified'],
    ['vv:/w:shared', 'invalid mount config for type "volume": field BindOptions must not be specified'],
    ['/root:/etc/passwd', 'error mounting "/root" to rootfs at "/etc/passwd": mount /root:/etc/passwd'],
    ['/etc/passwd:/bin', 'flags: 0x5000: not a directory: unknown: Are you trying to mount a directory onto a file'],
  ])('%s', async (bind, why) => {
    const { output } = await runLines([PULL, `docker run --rm -v ${bind} busybox true; echo $?`]);
    expect(output).toContain(why);
    expect(last(output)).toBe('125');
  });

  it('a volume over /etc gets the places of the daemon’s own files', async () => {
    const { output } = await runLines([PULL, 'docker run --rm -v vv:/etc:nocopy busybox ls -A /etc']);
    expect(output).toBe('hostname\nhosts\nresolv.conf\n');
  });

  it('volumes are found by a pattern', async () => {
    const { output } = await runLines([
      'docker volume create v1; docker volume create v12; docker volume ls -q -f name=^v1$',
    ]);
    expect(output).toBe('v1\nv12\nv1\n');
  });
});
