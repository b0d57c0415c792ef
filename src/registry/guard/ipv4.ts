/** Bytes of an IPv4 address in any spelling that resolvers take (inet_aton(3), WHATWG URL "IPv4 parser"): one to four
 *  parts, each decimal, octal (`0177`) or hexadecimal (`0x7f`), the last filling what is left: `127.1`, `2130706433`.
 *  Undefined when it is none. One dot at the end is allowed, as in a name. */
export function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.replace(/\.$/, '').split('.');
  if (parts.length > 4) return undefined;
  const numbers = parts.map(parsePart);
  const last = numbers.pop();
  if (last === undefined || last >= 256 ** (4 - numbers.length)) return undefined;
  if (numbers.some((number) => number === undefined || number > 255)) return undefined;
  let value = last;
  numbers.forEach((number, i) => {
    value += (number ?? 0) * 256 ** (3 - i);
  });
  return Uint8Array.of(Math.floor(value / 2 ** 24), (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

/** Whether a host's last label reads as a number: then it is an IPv4 address or nothing (WHATWG URL, "ends in a number
 *  checker"). */
export function endsInNumber(host: string): boolean {
  const last = host.replace(/\.$/, '').split('.').at(-1) ?? '';
  return /^\d+$/.test(last) || /^0x[0-9a-f]*$/i.test(last);
}

function parsePart(text: string): number | undefined {
  const hex = /^0x([0-9a-f]*)$/i.exec(text)?.[1];
  if (hex !== undefined) return bounded(hex === '' ? 0 : Number.parseInt(hex, 16));
  if (/^0[0-7]+$/.test(text)) return bounded(Number.parseInt(text, 8));
  // `08` is no octal number, but some resolvers read it as decimal; so it counts as one here.
  return /^\d+$/.test(text) ? bounded(Number(text)) : undefined;
}

function bounded(value: number): number | undefined {
  return value < 2 ** 32 ? value : undefined;
}
