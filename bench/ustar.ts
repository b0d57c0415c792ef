/** Plain ustar headers (POSIX.1-1988), enough for generated archives: names up to 255 bytes, ASCII only. An own
 *  small writer, so that the bench does not measure the product by its own tar code. */
export interface UstarMember {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'hardlink';
  readonly mode: number;
  readonly sizeBytes: number;
  readonly mtimeSec: number;
  readonly linkName?: string;
}

const TYPEFLAGS = { file: '0', hardlink: '1', symlink: '2', directory: '5' } as const;

export function ustarHeader(member: UstarMember): Buffer {
  const header = Buffer.alloc(512);
  const { prefix, name } = splitName(member.name);
  header.write(name, 0, 'latin1');
  header.write(octal(member.mode, 7), 100, 'latin1');
  header.write(octal(0, 7), 108, 'latin1');
  header.write(octal(0, 7), 116, 'latin1');
  header.write(octal(member.sizeBytes, 11), 124, 'latin1');
  header.write(octal(member.mtimeSec, 11), 136, 'latin1');
  header.write('        ', 148, 'latin1');
  header.write(TYPEFLAGS[member.type], 156, 'latin1');
  header.write(member.linkName ?? '', 157, 'latin1');
  header.write('ustar\u000000', 257, 'latin1');
  header.write(prefix, 345, 'latin1');
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${octal(sum, 6)}\u0000 `, 148, 'latin1');
  return header;
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0');
}

function splitName(full: string): { prefix: string; name: string } {
  if (full.length <= 100) return { prefix: '', name: full };
  const cut = full.indexOf('/', full.length - 101);
  return { prefix: full.slice(0, cut), name: full.slice(cut + 1) };
}

/** Zero bytes that fill content up to a whole block. */
export function ustarPadding(sizeBytes: number): Buffer {
  return Buffer.alloc((512 - (sizeBytes % 512)) % 512);
}

export const USTAR_END = Buffer.alloc(1024);
