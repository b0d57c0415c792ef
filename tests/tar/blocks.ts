/** Tar blocks made by hand, for what no program writes. */

export interface HeaderFields {
  readonly name?: string;
  readonly mode?: string;
  readonly uid?: string;
  readonly gid?: string;
  readonly size?: number | string | Uint8Array;
  readonly mtime?: string | Uint8Array;
  readonly typeflag?: string;
  readonly linkName?: string;
  readonly magic?: string;
  readonly prefix?: string;
  readonly deviceMajor?: string;
  readonly deviceMinor?: string;
  /** Put over the block before it is summed, by position. */
  readonly raw?: Readonly<Record<number, Uint8Array>>;
}

export const USTAR = 'ustar\x0000';
export const GNU = 'ustar  \0';

export function bytes(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'));
}

export function header(fields: HeaderFields): Uint8Array {
  const block = new Uint8Array(512);
  const put = (at: number, value: string | Uint8Array) =>
    block.set(typeof value === 'string' ? bytes(value) : value, at);
  put(0, fields.name ?? 'file');
  put(100, fields.mode ?? '0000644\0');
  put(108, fields.uid ?? '0000000\0');
  put(116, fields.gid ?? '0000000\0');
  const size = fields.size ?? 0;
  put(124, typeof size === 'number' ? `${size.toString(8).padStart(11, '0')}\0` : size);
  put(136, fields.mtime ?? '00000000000\0');
  put(156, fields.typeflag ?? '0');
  put(157, fields.linkName ?? '');
  put(257, fields.magic ?? USTAR);
  put(329, fields.deviceMajor ?? '');
  put(337, fields.deviceMinor ?? '');
  put(345, fields.prefix ?? '');
  for (const [at, value] of Object.entries(fields.raw ?? {})) put(Number(at), value);
  return sealed(block);
}

export function sealed(block: Uint8Array): Uint8Array {
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(bytes(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
  return block;
}

export function content(text: string | Uint8Array): Uint8Array {
  const body = typeof text === 'string' ? bytes(text) : text;
  const padded = new Uint8Array(Math.ceil(body.length / 512) * 512);
  padded.set(body);
  return padded;
}

/** One record with its length. */
export function record(key: string, value: string): string {
  const rest = key.length + value.length + 3;
  let length = rest + String(rest).length;
  if (String(length).length > String(rest).length) length = rest + String(length).length;
  return `${length} ${key}=${value}\n`;
}

export function extension(typeflag: string, body: string): Uint8Array {
  return join([header({ name: 'extension', typeflag, size: body.length }), content(body)]);
}

export function pax(records: Readonly<Record<string, string>>): Uint8Array {
  const body = Object.entries(records).map(([key, value]) => record(key, value));
  return extension('x', body.join(''));
}

export const END = new Uint8Array(1024);

export function join(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}
