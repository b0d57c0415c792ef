import { describe, expect, it } from 'vitest';
import { bootLab, runOn } from '../../support/labShell.ts';

const FULL = 'No space left on device\n';

describe('a full disk', () => {
  it.each([
    ["sh -c 'dd if=/dev/zero of=big bs=100k status=none < /dev/zero'", "dd: error writing 'big': "],
    ["sh -c 'seq 9999999 > big'", 'seq: write error: '],
    ["bash -c 'exec seq 9999999 > big'", 'seq: write error: '],
    ["sh -c 'seq 9999999 | tee big > /dev/null'", 'tee: big: '],
    ['env seq 9999999 > big', 'seq: write error: '],
  ])('ends %s with 1, and the program says so', async (line, words) => {
    const { output } = await runOn(bootLab({ diskBytes: 1e6 }), [line, 'echo $?']);
    expect(output).toBe(`${words}${FULL}1\n`);
  });
});
