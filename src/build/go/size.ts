/** Powers of 1024 by their letter. */
const POWERS: Readonly<Record<string, number>> = { k: 1, m: 2, g: 3, t: 4, p: 5 };

/** Bytes of `64m`, `1.5 GiB`, `2kb` (go-units' RAMInBytes: powers of 1024); undefined when it is no size. */
export function parseBinarySize(text: string): number | undefined {
  const match = /^([0-9]+\.?[0-9]*|\.[0-9]+)( ?)([a-z]{0,3})$/i.exec(text.slice(0, 400));
  if (!match || text.length > 400) return undefined;
  const suffix = (match[3] as string).toLowerCase();
  const size = Number(match[1]);
  if (suffix === '' || suffix === 'b') return Math.trunc(size);
  const power = POWERS[suffix[0] as string];
  if (power === undefined || !['', 'b', 'ib'].includes(suffix.slice(1))) return undefined;
  return Math.trunc(size * 1024 ** power);
}
