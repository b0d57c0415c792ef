interface Version {
  readonly numbers: readonly [number, number, number];
  /** `beta.1`; empty for a release. */
  readonly early: string;
}

/** Below 0 where `a` is older (semver.org, 11). */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [readVersion(a), readVersion(b)];
  for (let i = 0; i < 3; i++) {
    const difference = (left.numbers[i] ?? 0) - (right.numbers[i] ?? 0);
    if (difference !== 0) return difference;
  }
  if (left.early === right.early) return 0;
  if (left.early === '' || right.early === '') return left.early === '' ? 1 : -1;
  return left.early < right.early ? -1 : 1;
}

function readVersion(text: string): Version {
  const [, major = '0', minor = '0', patch = '0', early = ''] =
    /^[v=\s]*(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([\w.-]+))?/.exec(text) ?? [];
  return { numbers: [Number(major), Number(minor), Number(patch)], early };
}

/** Whether a version is in a range as package.json has them: `^1.2`, `~1.2.3`, `1.x`, `>=1 <3`, `1 - 2`, `a || b`. */
export function satisfies(version: string, range: string): boolean {
  return range.split('||').some((part) => bounds(part.trim()).every((bound) => holds(version, bound)));
}

interface Bound {
  readonly operator: '<' | '<=' | '>' | '>=' | '=';
  readonly version: string;
}

function holds(version: string, { operator, version: wanted }: Bound): boolean {
  const order = compareVersions(version, wanted);
  switch (operator) {
    case '<':
      // What comes before a release is not below the release before it.
      return order < 0 && !(version.includes('-') && version.startsWith(`${wanted}-`));
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
    case '=':
      return order === 0;
  }
}

function bounds(text: string): readonly Bound[] {
  const hyphen = /^(\S+)\s+-\s+(\S+)$/.exec(text);
  if (hyphen) return [...comparator('>=', hyphen[1] as string), ...comparator('<=', hyphen[2] as string)];
  const words = text
    .replace(/([<>=~^]+)\s+/g, '$1')
    .split(/\s+/)
    .filter((word) => word !== '');
  return words.flatMap((word) => {
    const [, operator = '', version = ''] = /^(<=|>=|<|>|=|\^|~>?|)(.*)$/.exec(word) ?? [];
    return comparator(operator, version);
  });
}

function comparator(operator: string, text: string): readonly Bound[] {
  const [, major, minor, patch] = /^v?(\d+|[xX*])?(?:\.(\d+|[xX*]))?(?:\.(\d+|[xX*]))?/.exec(text) ?? [];
  const given = [major, minor, patch].map((part) =>
    part === undefined || /[xX*]/.test(part) ? undefined : Number(part),
  );
  const [first, second, third] = given;
  if (first === undefined) return [];
  const least = `${first}.${second ?? 0}.${third ?? 0}${text.includes('-') ? text.slice(text.indexOf('-')) : ''}`;
  const isWhole = second !== undefined && third !== undefined;
  const next = second === undefined ? `${first + 1}.0.0` : `${first}.${second + 1}.0`;
  const within = (end: string): readonly Bound[] => [
    { operator: '>=', version: least },
    { operator: '<', version: end },
  ];
  switch (operator) {
    case '^':
      if (first > 0 || second === undefined) return within(`${first + 1}.0.0`);
      if (second > 0 || third === undefined) return within(`0.${second + 1}.0`);
      return within(`0.0.${third + 1}`);
    case '~':
    case '~>':
      return within(next);
    case '>':
      return isWhole ? [{ operator: '>', version: least }] : [{ operator: '>=', version: next }];
    case '<=':
      return isWhole ? [{ operator: '<=', version: least }] : [{ operator: '<', version: next }];
    case '<':
    case '>=':
      return [{ operator, version: least }];
    default:
      return isWhole ? [{ operator: '=', version: least }] : within(next);
  }
}

/** The oldest version that a range names itself: `^4.17.1` names 4.17.1. */
export function namedVersion(range: string): string | undefined {
  const [, text] = /^\s*(?:[\^~=]|>=)?\s*v?(\d+(?:\.\d+){0,2}(?:-[\w.]+)?)/.exec(range) ?? [];
  if (text === undefined) return undefined;
  const parts = text.split('.');
  return [...parts, '0', '0'].slice(0, Math.max(3, parts.length)).join('.');
}
