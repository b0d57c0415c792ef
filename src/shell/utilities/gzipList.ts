import { CodecError } from '../../codec/codecError.ts';
import { O_RDONLY } from '../../vfs/overlay/openFlags.ts';
import { open } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { chunksOf, decoded } from './codecStreams.ts';
import { causeOf } from './failure.ts';

/** `gzip -l`: sizes and ratio of each file. */
export async function gzipList(
  process: Process,
  operands: readonly string[],
  form: { readonly quiet: boolean },
): Promise<number> {
  let status = 0;
  let totalPacked = 0;
  let totalPlain = 0;
  if (!form.quiet) await process.print('         compressed        uncompressed  ratio uncompressed_name\n');
  for (const operand of operands) {
    try {
      const file = await open(process, operand, O_RDONLY);
      try {
        let plain = 0;
        for await (const piece of decoded('gzip', chunksOf(process, file))) plain += piece.length;
        const packed = file.stat().sizeBytes;
        totalPacked += packed;
        totalPlain += plain;
        await process.print(row(packed, plain, operand.replace(/\.gz$/, '')));
      } finally {
        file.close();
      }
    } catch (error) {
      status = 1;
      if (error instanceof CodecError) await process.write(2, `\n${process.name}: ${operand}: not in gzip format\n`);
      else await process.complain(`${operand}: ${causeOf(error)}`);
    }
  }
  if (operands.length > 1) await process.print(row(totalPacked, totalPlain, '(totals)'));
  return status;
}

/** Bytes of a header and a trailer, which the ratio leaves out. */
const FRAME_BYTES = 18;

function row(packed: number, plain: number, name: string): string {
  const ratio = plain === 0 ? 0 : (100 * (plain - (packed - FRAME_BYTES))) / plain;
  return `${String(packed).padStart(19)} ${String(plain).padStart(19)} ${ratio.toFixed(1).padStart(5)}% ${name}\n`;
}
