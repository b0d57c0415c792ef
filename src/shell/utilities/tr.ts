import type { Program } from '../kernel/program.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { parseTrSet } from './trSet.ts';
import { TextInput } from './textInput.ts';
import { utility } from './utility.ts';

/** tr(1), on bytes. */
export const tr: Program = utility(
  {
    usage: '[OPTION]... SET1 [SET2]',
    options: {
      complement: '-c -C --complement',
      delete: '-d --delete',
      squeeze: '-s --squeeze-repeats',
      truncate: '-t --truncate-set1',
    },
    permute: false,
  },
  async (process, options) => {
    const [first, second, ...more] = options.operands;
    const deletes = options.has('delete');
    const squeezes = options.has('squeeze');
    if (first === undefined) throw new UsageError('operand', 'missing operand');
    if (second === undefined && deletes === squeezes) {
      const why = deletes
        ? 'Two strings must be given when both deleting and squeezing repeats.'
        : 'Two strings must be given when translating.';
      throw new UsageError('operand', `missing operand after ${quoted(first)}\n${why}`);
    }
    const extra = deletes && !squeezes ? second : more[0];
    if (extra !== undefined) {
      const why = deletes && !squeezes ? '\nOnly one string may be given when deleting without squeezing repeats.' : '';
      throw new UsageError('operand', `extra operand ${quoted(extra)}${why}`);
    }
    const set1 = parseTrSet(first, undefined);
    const from = options.has('complement') ? complementOf(set1) : set1;
    const to = second === undefined ? undefined : parseTrSet(second, from.length);
    const translates = !deletes && to !== undefined;
    const table = translates ? translation(from, to, options.has('truncate')) : identity();
    const dropped = deletes ? flags(from) : undefined;
    const squeezed = squeezes ? flags(to ?? from) : undefined;
    const input = new TextInput(process, '-', undefined);
    let last = -1;
    for (;;) {
      const chunk = await input.read();
      if (chunk.length === 0) return 0;
      const out = new Uint8Array(chunk.length);
      let length = 0;
      for (let i = 0; i < chunk.length; i++) {
        const byte = chunk[i] as number;
        if (dropped?.[byte]) continue;
        const mapped = table[byte] as number;
        if (squeezed?.[mapped] && mapped === last) continue;
        out[length++] = mapped;
        last = mapped;
      }
      const writing = process.print(out.subarray(0, length));
      if (writing) await writing;
      if (process.isDue) await process.pause();
    }
  },
);

function identity(): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => byte);
}

function complementOf(set: readonly number[]): number[] {
  const has = flags(set);
  return [...identity()].filter((byte) => !has[byte]);
}

function flags(set: readonly number[]): Uint8Array {
  const out = new Uint8Array(256);
  for (const byte of set) out[byte] = 1;
  return out;
}

/** The second set is made as long as the first by its last byte. */
function translation(from: readonly number[], to: readonly number[], truncates: boolean): Uint8Array {
  const table = identity();
  if (to.length === 0) {
    if (truncates) return table;
    throw new UsageError('operand', 'when not truncating set1, string2 must be non-empty', { bare: true });
  }
  const length = truncates ? Math.min(from.length, to.length) : from.length;
  for (let i = 0; i < length; i++) table[from[i] as number] = to[Math.min(i, to.length - 1)] as number;
  return table;
}
