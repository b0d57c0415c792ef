import { describe, expect, it } from 'vitest';
import { run } from '../support/testKernel.ts';
import { imageKernel } from './container.ts';

describe('CAT-5 applets of busybox', () => {
  it.each([
    ['library/alpine', 'latest', '/bin/ash'],
    ['library/busybox', 'latest', '/bin/sh'],
  ])(
    '%s:%s: what the image links and is not simulated says so; what it does not hold is not found',
    async (repository, tag, shell) => {
      const machine = await imageKernel(repository, tag);
      const linked = await run(machine, [shell, '-c', 'PATH=/bin:/usr/sbin; fbset; busybox fbset']);
      expect(linked).toMatchObject({
        code: 126,
        stderr: 'palimpsest: busybox fbset: this program is not simulated; real binaries cannot run here\n'.repeat(2),
      });
      const strange = 'busybox frob; ln -s /bin/busybox /tmp/frob; /tmp/frob';
      expect(await run(machine, [shell, '-c', strange])).toMatchObject({
        code: 127,
        stderr: 'frob: applet not found\n'.repeat(2),
      });
      expect(await run(machine, [shell, '-c', 'busybox echo here'])).toMatchObject({ code: 0, stdout: 'here\n' });
    },
  );
});
