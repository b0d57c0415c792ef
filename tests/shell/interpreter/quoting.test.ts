import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeName } from '../../../src/bytes/byteName.ts';
import {
  backslashQuote,
  displayQuote,
  doubleQuote,
  singleQuote,
  transformQuote,
} from '../../../src/shell/interpreter/expansion/quote.ts';
import { SHELL_PROGRAMS } from '../../support/shellPrograms.ts';
import { run, testKernel } from '../../support/testKernel.ts';

const FORMS = { backslashQuote, displayQuote, doubleQuote, singleQuote, transformQuote };
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom(...' \t\n\'"\\$`!*?[]{}()<>|&;#~=:a-') }),
  fc.string({ unit: 'grapheme' }),
  fc.uint8Array().map((bytes) => decodeName(bytes.filter((byte) => byte !== 0))),
);

describe('SHELL-7 quoting', () => {
  it.each(Object.entries(FORMS))('%s is read back as the same bytes', async (_, quote) => {
    const samples = fc.sample(text, { numRuns: 60, seed: 7 }).map((one) => one.replaceAll('\0', ''));
    const script = samples.map((one) => `printf '%s\\0' ${quote(one)}`).join('\n');
    const { stdout, stderr } = await run(testKernel({ programs: SHELL_PROGRAMS }), ['bash', '-c', script]);
    expect(stderr).toBe('');
    expect(stdout).toBe(samples.map((one) => `${one}\0`).join(''));
  });
});
