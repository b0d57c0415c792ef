/** What something needs: `bash`, `curl>=8`, `nginx~1.24`, `py3-pip@edge`, `!bash` (apk-world(5)). */
export interface ApkDependency {
  readonly name: string;
  readonly operator: string;
  readonly version: string;
  /** As it was written. */
  readonly text: string;
}

export function readDependency(text: string): ApkDependency {
  const [, name = text, operator = '', version = ''] = /^([^@<>=~]+)(?:@[\w.-]+)?(?:([<>=~]+)(.*))?$/.exec(text) ?? [];
  return { name, operator, version, text };
}

/** Whether a version is one that is asked for. */
export function isMet({ operator, version: wanted }: ApkDependency, version: string): boolean {
  if (operator === '') return true;
  if (operator.includes('~'))
    return version === wanted || version.startsWith(`${wanted}.`) || version.startsWith(`${wanted}-`);
  const order = compareApkVersions(version, wanted);
  return (
    (operator.includes('=') && order === 0) ||
    (operator.includes('<') && order < 0) ||
    (operator.includes('>') && order > 0)
  );
}

/** Suffixes from the oldest to the newest; what has none stands between (apk-package(5), "version"). */
const SUFFIXES = ['alpha', 'beta', 'pre', 'rc', '', 'cvs', 'svn', 'git', 'hg', 'p'];

/** Below 0 where `a` is older than `b`. */
export function compareApkVersions(a: string, b: string): number {
  const [left, right] = [partsOf(a), partsOf(b)];
  const numbers = compareNumbers(left.numbers, right.numbers);
  if (numbers !== 0) return numbers;
  if (left.letter !== right.letter) return left.letter < right.letter ? -1 : 1;
  const suffixes = compareNumbers(left.suffixes, right.suffixes);
  return suffixes !== 0 ? suffixes : left.revision - right.revision;
}

interface VersionParts {
  readonly numbers: readonly number[];
  readonly letter: string;
  readonly suffixes: readonly number[];
  readonly revision: number;
}

function partsOf(version: string): VersionParts {
  const [, numbers = '', letter = '', suffixes = '', revision] =
    /^([\d.]*)([a-z]?)((?:_[a-z]+\d*)*)(?:-r(\d+))?/.exec(version) ?? [];
  const usual = SUFFIXES.indexOf('');
  return {
    numbers: numbers.split('.').map(Number),
    letter,
    suffixes: [...suffixes.matchAll(/_([a-z]+)(\d*)/g)].flatMap(([, name = '', number = '']) => [
      SUFFIXES.indexOf(name) - usual,
      Number(number),
    ]),
    revision: Number(revision ?? 0),
  };
}

function compareNumbers(a: readonly number[], b: readonly number[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
