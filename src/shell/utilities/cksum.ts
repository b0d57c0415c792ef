import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { eachInput, type TextInput } from './textInput.ts';
import { utility } from './utility.ts';

/** CRC-32 with the polynomial 0x04c11db7, highest bit first (POSIX cksum). */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 24;
  for (let bit = 0; bit < 8; bit++) crc = (crc << 1) ^ (crc & 0x80000000 ? 0x04c11db7 : 0);
  return crc;
});

function step(crc: number, byte: number): number {
  return (crc << 8) ^ (TABLE[((crc >>> 24) ^ byte) & 0xff] as number);
}

async function fold(process: Process, input: TextInput, each: (chunk: Uint8Array) => void): Promise<number> {
  let sizeBytes = 0;
  for (;;) {
    const chunk = await input.read(1 << 18);
    if (chunk.length === 0) return sizeBytes;
    each(chunk);
    sizeBytes += chunk.length;
    if (process.isDue) await process.pause();
  }
}

/** cksum(1): POSIX's sum. */
export const cksum: Program = utility(
  {
    usage: '[FILE]...',
    options: {},
    notSimulated: '-a --algorithm=TYPE --check --length=BITS --tag --untagged --zero',
  },
  (process, options) =>
    eachInput(process, options.operands, async (input) => {
      let crc = 0;
      const sizeBytes = await fold(process, input, (chunk) => {
        for (const byte of chunk) crc = step(crc, byte);
      });
      for (let left = sizeBytes; left > 0; left = Math.floor(left / 256)) crc = step(crc, left & 0xff);
      const name = options.operands.length > 0 ? ` ${input.operand}` : '';
      await process.print(`${~crc >>> 0} ${sizeBytes}${name}\n`);
    }),
);

/** sum(1): the sums of BSD and, with -s, of System V. */
export const sum: Program = utility(
  { usage: '[OPTION]... [FILE]...', options: { bsd: '-r', sysv: '-s --sysv' } },
  (process, options) =>
    eachInput(process, options.operands, async (input) => {
      let value = 0;
      const isSysv = options.last('bsd', 'sysv') === 'sysv';
      const sizeBytes = await fold(process, input, (chunk) => {
        for (const byte of chunk) {
          value = isSysv ? (value + byte) >>> 0 : (((value >> 1) | ((value & 1) << 15)) + byte) & 0xffff;
        }
      });
      const name = options.operands.length > 0 ? ` ${input.operand}` : '';
      if (isSysv) {
        const folded = (value & 0xffff) + (value >>> 16);
        await process.print(`${(folded & 0xffff) + (folded >>> 16)} ${Math.ceil(sizeBytes / 512)}${name}\n`);
      } else {
        await process.print(
          `${String(value).padStart(5, '0')} ${String(Math.ceil(sizeBytes / 1024)).padStart(5)}${name}\n`,
        );
      }
    }),
);
