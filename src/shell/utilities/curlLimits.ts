import { UsageError } from './options.ts';

/** The argument of an option in seconds, in milliseconds; `Infinity` where there is none, or 0. Throws UsageError. */
export function limitMsOf(text: string | undefined, spelling: string): number {
  if (text === undefined) return Number.POSITIVE_INFINITY;
  if (!/^\d{1,9}(?:\.\d*)?$|^\.\d+$/.test(text))
    throw new UsageError('argument', `option ${spelling}: expected a proper numerical parameter`);
  return Number(text) * 1000 || Number.POSITIVE_INFINITY;
}

const PROTOCOLS = ['http', 'https', 'file'];

/** What `--proto` allows of the protocols that are known: `=https`, `-all,https`, `+http` (curl(1)). */
export function allowedProtocols(list: string | undefined): ReadonlySet<string> {
  const allowed = new Set(PROTOCOLS);
  for (const part of (list ?? '').split(',')) {
    const [, sign = '', name = ''] = /^([=+-]?)(.*)$/s.exec(part.trim().toLowerCase()) ?? [];
    const names = name === 'all' ? PROTOCOLS : PROTOCOLS.filter((one) => one === name);
    if (sign === '=') allowed.clear();
    for (const one of names) {
      if (sign === '-') allowed.delete(one);
      else allowed.add(one);
    }
  }
  return allowed;
}
