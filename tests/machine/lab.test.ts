import { describe, expect, it } from 'vitest';
import { runLines } from '../support/labShell.ts';

describe('MACH-1 machines of a lab reach each other', () => {
  it('an image goes to another machine by ssh, compressed on the way', async () => {
    const { output } = await runLines([
      'docker pull -q busybox',
      "docker save busybox | bzip2 | ssh root@b 'cat | docker load'",
      'ssh b docker images -q busybox > theirs; docker images -q busybox | cmp - theirs && echo same',
    ]);
    expect(output).toBe('docker.io/library/busybox:latest\nLoaded image: busybox:latest\nsame\n');
  });

  it('ssh gives the status of what ran, and 255 where nobody answers', async () => {
    const { output } = await runLines(["ssh b 'hostname; exit 3'; echo $?", 'ssh nowhere true; echo $?']);
    expect(output).toBe('b\n3\nssh: Could not resolve hostname nowhere: Name or service not known\n255\n');
  });

  it('a root file system is imported from its address', async () => {
    const { output } = await runLines([
      'docker import http://download.openvz.org/template/precreated/ubuntu-16.04-x86_64.tar.gz openvz/ubuntu:16.04 > /dev/null',
      "docker run --rm openvz/ubuntu:16.04 sh -c '. /etc/os-release; echo $VERSION_ID'",
    ]);
    expect(output).toBe('16.04\n');
  });

  it('the hub lets nobody push whom it does not know', async () => {
    const { output } = await runLines([
      'docker pull -q busybox > /dev/null; docker tag busybox mine/box',
      'docker push mine/box 2>&1 | tail -1',
    ]);
    expect(output).toBe('denied: requested access to the resource is denied\n');
  });
});
