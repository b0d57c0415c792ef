import { encodeName } from '../bytes/byteName.ts';
import { standIn } from '../shell/kernel/standIn.ts';

/** Bytes of a stand-in that are stored; what follows up to its size is a hole. */
const MAX_STORED_BYTES = 512;
const NEWLINE = 10;

/** The first bytes of a file that stands for a real one of that size: it says what it is. Never longer than the file. */
export function standInContent(path: string, mode: number, sizeBytes: number): Uint8Array {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const isProgram = (mode & 0o111) !== 0 && !/\.(so|so\.[\d.]+|a|la|o)$/.test(name);
  const said = isProgram
    ? standIn(name)
    : encodeName(`This file stands in for one of ${sizeBytes} bytes that Palimpsest does not carry.\n`);
  if (said.length <= sizeBytes && (!isProgram || sizeBytes > MAX_STORED_BYTES)) return said;
  // What is too small to say so, is lines of nothing; a small program keeps the name that it needs to run.
  return isProgram && said.length <= sizeBytes
    ? padded(said, sizeBytes)
    : padded(said.subarray(0, 0), Math.min(sizeBytes, MAX_STORED_BYTES));
}

function padded(bytes: Uint8Array, sizeBytes: number): Uint8Array {
  const out = new Uint8Array(sizeBytes).fill(NEWLINE);
  out.set(bytes);
  return out;
}
