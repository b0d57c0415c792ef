import { describe, expect, it } from 'vitest';
import { runLines } from '../support/labShell.ts';

const PULL = 'docker pull -q busybox > /dev/null';

const LIST =
  "grep ' /t ' /proc/mounts; grep -o ' /t .*' /proc/self/mountinfo; df -k /t | tail -1 | awk '{print $2, $3}'";

describe('memory that a container is given', () => {
  it('--tmpfs has the size, mode and owner that are asked for', async () => {
    const { output } = await runLines([
      PULL,
      `docker run --rm --tmpfs /t:size=1m,mode=700,uid=5 busybox sh -c "${LIST.replaceAll('$', '\\$')}; stat -c '%a %u' /t"`,
    ]);
    expect(output).toBe(
      'tmpfs /t tmpfs rw,nosuid,nodev,noexec,relatime,size=1024k,mode=700,uid=5 0 0\n' +
        ' /t rw,nosuid,nodev,noexec,relatime - tmpfs tmpfs rw,size=1024k,mode=700,uid=5\n1024 0\n700 5\n',
    );
  });

  it('is full when zeros fill it', async () => {
    const { output } = await runLines([
      PULL,
      `docker run --rm --mount type=tmpfs,target=/t,tmpfs-size=1m busybox sh -c 'dd if=/dev/zero of=/t/z bs=64k count=100 2>/dev/null || echo full; df -k /t | tail -1 | awk "{print \\$2, \\$3, \\$5}"; rm /t/z; df -k /t | tail -1 | awk "{print \\$3}"'`,
    ]);
    expect(output).toBe('full\n1024 1024 100%\n0\n');
  });

  it('--tmpfs refuses an option that tmpfs has not', async () => {
    const { output } = await runLines([PULL, 'docker run --rm --tmpfs /t:size=1m,nosuch busybox true']);
    expect(output).toContain('invalid tmpfs option ["nosuch"]');
  });

  it('mount -t tmpfs takes a size', async () => {
    const { output } = await runLines([
      'mkdir /m; mount -t tmpfs -o size=64k,noexec tmpfs /m; mount | grep " /m "; head -c 100000 /dev/zero > /m/f 2> /dev/null || echo full; stat -c %s /m/f; mount -o remount,ro /m; mount | grep " /m "',
    ]);
    expect(output).toBe(
      'tmpfs on /m type tmpfs (rw,noexec,relatime,size=64k)\nfull\n65536\ntmpfs on /m type tmpfs (ro,noexec,relatime,size=64k)\n',
    );
  });
});

describe('/etc/hosts of a running container', () => {
  it('gets a line with a network, and loses the names of the network that it leaves', async () => {
    const { output } = await runLines([
      PULL,
      'docker network create --subnet 172.30.0.0/16 one; docker run -d --name aa -h host busybox sleep 100 > /dev/null; docker run -d --name bb --network one busybox sleep 100 > /dev/null',
      'docker network connect one aa; docker exec aa grep host$ /etc/hosts | grep -v localhost',
      'docker network disconnect one aa; docker exec aa grep -c host$ /etc/hosts',
      'id=$(docker inspect -f "{{.Config.Hostname}}" bb); docker exec bb grep -c "$id" /etc/hosts; docker network disconnect one bb; docker exec bb grep -c "$id" /etc/hosts',
      'docker rm -f aa bb > /dev/null',
    ]);
    const lines = output.split('\n').slice(1);
    expect(lines[0]).toMatch(/^172\.17\.0\.\d+\thost$/);
    expect(lines[1]).toMatch(/^172\.30\.0\.\d+\thost$/);
    expect(lines.slice(2)).toEqual(['3', '1', '0', '']);
  });
});
