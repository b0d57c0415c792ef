import { normalName } from './sitePackages.ts';

/** `flask[async]>=2,<3 ; python_version > "3"`: what pip is asked for (PEP 508). */
export interface Requirement {
  /** As written. */
  readonly name: string;
  /** `>=2,<3`. */
  readonly specifier: string;
  readonly key: string;
}

/** Undefined for what names no package: an address, a folder, a file. */
export function readRequirement(text: string): Requirement | undefined {
  const plain = text
    .replace(/\s*;.*$/, '')
    .replace(/\s+#.*$/, '')
    .trim();
  const [, name, specifier = ''] =
    /^([A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*\(?((?:[<>=!~].*)?)\)?$/.exec(plain) ?? [];
  if (name === undefined || /^[a-z]+:\/\//.test(plain)) return undefined;
  return { name, specifier: specifier.replaceAll(' ', '').replace(/\)$/, ''), key: normalName(name) };
}

/** Whether a version is one of those that are asked for (PEP 440, without epochs and local parts). */
export function isWanted(specifier: string, version: string): boolean {
  return specifier
    .split(',')
    .filter((one) => one !== '')
    .every((one) => {
      const [, operator = '==', wanted = ''] = /^(===?|~=|!=|<=|>=|<|>)(.*)$/.exec(one) ?? [];
      if (wanted.endsWith('.*')) {
        const isBelow = `${version}.`.startsWith(wanted.slice(0, -1));
        return operator === '!=' ? !isBelow : isBelow;
      }
      const order = compare(version, wanted);
      switch (operator) {
        case '<':
          return order < 0;
        case '<=':
          return order <= 0;
        case '>':
          return order > 0;
        case '>=':
          return order >= 0;
        case '!=':
          return order !== 0;
        case '~=':
          return order >= 0 && `${version}.`.startsWith(`${wanted.slice(0, wanted.lastIndexOf('.'))}.`);
        default:
          return order === 0;
      }
    });
}

/** The version that is taken: the newest known, or an older one where that is asked for. Undefined where none is known
 *  to be: newer than the newest, or none at all. */
export function chosenVersion(specifier: string, newest: string): string | undefined {
  if (isWanted(specifier, newest)) return newest;
  const named = specifier.split(',').map((one) => /^(?:===?|~=|<=|>=)(\d[\w.]*)$/.exec(one)?.[1]);
  const below = specifier.split(',').map((one) => /^<(\d[\w.]*)$/.exec(one)?.[1]);
  const candidates = [...named, ...below.map((one) => one && justBelow(one))].filter(
    (one) => one !== undefined && one !== '',
  );
  return candidates.find((one) => one !== undefined && compare(one, newest) <= 0 && isWanted(specifier, one));
}

/** A version before another: `3` gives `2.0`, `1.4` gives `1.3.0`. */
function justBelow(version: string): string {
  const parts = version.split('.').map(Number);
  const last = parts.findLastIndex((part) => part > 0);
  if (last < 0) return '';
  return [...parts.slice(0, last), (parts[last] as number) - 1, 0].join('.');
}

function compare(a: string, b: string): number {
  const [left, right] = [a, b].map((text) =>
    text
      .replace(/(a|b|rc|\.post|\.dev).*$/, '')
      .split('.')
      .map(Number),
  ) as [number[], number[]];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  const isEarly = (text: string) => /\d(a|b|rc)\d|\.dev/.test(text);
  return Number(isEarly(b)) - Number(isEarly(a));
}
