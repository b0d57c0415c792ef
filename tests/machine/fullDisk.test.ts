import { describe, expect, it } from 'vitest';
import { bootLab, runOn } from '../support/labShell.ts';

/** Less is free than any layer here takes. */
const FILL = [
  'dd if=/dev/zero of=/root/big bs=1M count=4000 2> /dev/null; dd if=/dev/zero of=/root/rest bs=512 2> /dev/null',
  'df / | awk "END { print \\$4 < 2 }"',
];
const DISK_BYTES = 200 * 2 ** 20;
const STATE =
  "docker images --format '{{.Repository}}' | sort | xargs; docker ps -a --format '{{.Names}} {{.Status}}' | sed 's/ (.*//' | sort | xargs";

async function onFullDisk(before: readonly string[], then: readonly string[]): Promise<readonly string[]> {
  const { output } = await runOn(bootLab({ diskBytes: DISK_BYTES }), [...before, ...FILL, ...then]);
  return output.trimEnd().split('\n');
}

const KEPT = /[0-9a-f]{64}/g;
const withoutIds = (lines: readonly string[]) => lines.map((line) => line.replace(KEPT, 'ID'));

describe('MACH-5 on a full disk', () => {
  it('MACH-5 images that come are refused as by the real engine, and all that was there is there', async () => {
    const output = await onFullDisk(
      [
        'docker pull -q busybox; docker pull -q redis; docker save redis > redis.tar; docker rmi redis > /dev/null',
        'docker run --name writer busybox sh -c "head -c 100000 /dev/zero > /file"',
        'mkdir ctx; head -c 100000 /dev/zero > ctx/x; printf "FROM busybox\\nCOPY x /\\n" > ctx/Dockerfile',
      ],
      [
        'docker pull debian 2>&1 | tail -1',
        'docker load -i redis.tar 2>&1',
        'docker import redis.tar imported 2>&1 | sed "s#/[0-9a-f]*/#/DIR/#"',
        'docker commit writer new 2>&1',
        'docker build -q ctx 2>&1 | tail -1',
        'DOCKER_BUILDKIT=1 docker build -q ctx 2>&1 | tail -1',
        STATE,
        'rm big rest; docker pull -q debian; docker load -i redis.tar; docker commit writer new > /dev/null; docker build -qt built ctx > /dev/null; docker import redis.tar imported > /dev/null',
        STATE,
      ],
    );
    const refused = 'Error processing tar file(exit status 1): write';
    expect(withoutIds(output)).toEqual([
      'docker.io/library/busybox:latest',
      'docker.io/library/redis:latest',
      '1',
      `failed to register layer: ${refused} /etc/adduser.conf: no space left on device`,
      `${refused} /etc/adduser.conf: no space left on device`,
      expect.stringMatching(
        /^Error response from daemon: Error processing tar file\(exit status 1\): write .*: no space left on device$/,
      ),
      `Error response from daemon: ${refused} /file: no space left on device`,
      expect.stringMatching(/no space left on device$/),
      expect.stringMatching(/no space left on device$/),
      'busybox',
      'writer Exited',
      'docker.io/library/debian:latest',
      'Loaded image: redis:latest',
      'built busybox debian imported new redis',
      'writer Exited',
    ]);
  });

  it('MACH-5 containers and files are refused, too, and what a container had written is free when it goes', async () => {
    const output = await onFullDisk(
      [
        'docker pull -q busybox > /dev/null; docker run --name hog busybox sh -c "head -c 5000000 /dev/zero > /hog"',
        'docker create --name later busybox sh -c "echo said; head -c 100000 /dev/zero > /file; echo rc \\$?" > /dev/null',
      ],
      [
        'docker run --rm busybox true 2>&1 | head -1',
        'docker start later > /dev/null 2>&1; docker wait later > /dev/null',
        'docker cp big later:/big 2>&1',
        'docker save busybox -o saved.tar 2>&1; docker export hog -o saved.tar 2>&1; ls',
        'docker rm hog > /dev/null; df / | awk "END { print (\\$4 > 4500) }"; docker start -a later',
        STATE,
      ],
    );
    expect(withoutIds(output)).toEqual([
      '1',
      'docker: Error response from daemon: mkdir /var/lib/docker/overlay2/ID-init: no space left on device.',
      'Error response from daemon: Error processing tar file(exit status 1): write /big: no space left on device',
      'write ./.tmp-saved.tar: no space left on device',
      'write ./.tmp-saved.tar: no space left on device',
      'big',
      'rest',
      '1',
      'said',
      'rc 0',
      'busybox',
      'later Exited',
    ]);
  });
});
