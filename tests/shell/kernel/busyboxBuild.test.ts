import { describe, expect, it } from 'vitest';
import { busyboxBuild } from '../../../src/shell/kernel/busyboxBuild.ts';
import { makeDirectories, writeFile } from '../../../src/shell/kernel/calls.ts';
import { run, testKernel } from '../../support/testKernel.ts';

/** What the program at /bin/busybox tells. */
async function told(content: string | undefined) {
  let found: Awaited<ReturnType<typeof busyboxBuild>>;
  await run(testKernel(), async (process) => {
    makeDirectories(process, '/bin', 0o755);
    if (content !== undefined) await writeFile(process, '/bin/busybox', content);
    found = await busyboxBuild(process);
    return 0;
  });
  return found;
}

describe('builds of busybox', () => {
  it.each([
    ['none', undefined, undefined],
    ['a stand-in', '#stand-in', undefined],
    [
      "Debian's",
      '\0BusyBox v1.35.0 (Debian 1:1.35.0-4)\0built-in shell (ash)\0',
      { version: 'BusyBox v1.35.0 (Debian 1:1.35.0-4)', greeting: 'built-in shell (ash)', isDebian: true },
    ],
    [
      'one that says nothing',
      '\0BusyBox v1.36.1 (2024-06-10 07:11:47 UTC)\0',
      { version: 'BusyBox v1.36.1 (2024-06-10 07:11:47 UTC)', greeting: '', isDebian: false },
    ],
  ])('%s', async (_, content, expected) => {
    expect(await told(content)).toEqual(expected);
  });
});
