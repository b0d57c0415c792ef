import { encodeName } from '../bytes/byteName.ts';
import { standIn } from '../shell/kernel/standIn.ts';

/** Bytes of a stand-in that are stored; what follows up to its size is a hole. */
const MAX_STORED_BYTES = 512;
const NEWLINE = 10;
/** Settings are lines to their end: whoever reads them finds a comment, and no hole. */
const MAX_SETTINGS_BYTES = 16_384;
/** What shells read when they start, by name. */
const TEXTS: Readonly<Record<string, string>> = {
  'bash.bashrc': '[ -z "$PS1" ] && return\nshopt -s checkwinsize\nPS1=\'\\u@\\h:\\w\\$ \'\n',
};

/** The first bytes of a file that stands for a real one of that size: it says what it is. Never longer than the file. */
export function standInContent(path: string, mode: number, sizeBytes: number): Uint8Array {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const known = TEXTS[name];
  if (known !== undefined && known.length <= sizeBytes) return padded(encodeName(known), sizeBytes);
  const isProgram = (mode & 0o111) !== 0 && !/\.(so|so\.[\d.]+|a|la|o)$/.test(name);
  const isSettings = /^\/?etc\//.test(path) && sizeBytes <= MAX_SETTINGS_BYTES;
  const said = isProgram
    ? standIn(name)
    : encodeName(
        // With its name: files of one size are not copies of each other.
        `${isSettings ? '# ' : ''}This file stands in for ${name} of ${sizeBytes} bytes that Palimpsest does not carry.\n`,
      );
  if (isSettings && !isProgram && said.length <= sizeBytes) return padded(said, sizeBytes);
  if (said.length <= sizeBytes && (!isProgram || sizeBytes > MAX_STORED_BYTES)) return said;
  // What is too small to say so, is lines of nothing; a small program keeps the name that it needs to run.
  return isProgram && said.length <= sizeBytes
    ? padded(said, sizeBytes)
    : padded(said.subarray(0, 0), Math.min(sizeBytes, MAX_STORED_BYTES));
}

/** Whether a file of text stands for a real one. */
export function isStandInText(text: string): boolean {
  return /^(?:# )?This file stands in for /.test(text);
}

function padded(bytes: Uint8Array, sizeBytes: number): Uint8Array {
  const out = new Uint8Array(sizeBytes).fill(NEWLINE);
  out.set(bytes);
  return out;
}
