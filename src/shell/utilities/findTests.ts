import { S_IFBLK, S_IFCHR, S_IFDIR, S_IFIFO, S_IFLNK, S_IFMT, S_IFREG, S_IFSOCK } from '../../vfs/overlay/fileMode.ts';
import type { Timestamp } from '../../vfs/overlay/layer.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import { lstat, mayAccess, readdir, readlink, stat } from '../kernel/calls.ts';
import { compileRegex } from './findRegex.ts';
import { causeOf } from './failure.ts';
import { allocatedBytes, shownSizeBytes } from './fileSize.ts';
import type { FindWords, Predicate } from './findExpression.ts';
import type { FindNode } from './findNode.ts';
import type { FindRun } from './findRun.ts';
import { globMatcher } from './globMatch.ts';
import { changedMode, parseModeChange } from './modeChange.ts';
import { UsageError } from './options.ts';
import { parseDate } from './parseDate.ts';
import { quoted } from './quote.ts';

const DAY_SEC = 86400;
const TYPES: Readonly<Record<string, number>> = {
  b: S_IFBLK,
  c: S_IFCHR,
  d: S_IFDIR,
  f: S_IFREG,
  l: S_IFLNK,
  p: S_IFIFO,
  s: S_IFSOCK,
};

type Maker = (argument: string, run: FindRun, word: string) => Predicate;

/** A test, or undefined for a word that is none. Throws UsageError for its argument. */
export function parseTest(word: string, words: FindWords, run: FindRun): Predicate | undefined {
  const plain = Object.hasOwn(PLAIN, word) ? PLAIN[word] : undefined;
  if (plain) return plain;
  if (word === '-nouser') return (node) => run.accounts.userName(node.stat.uid) === undefined;
  if (word === '-nogroup') return (node) => run.accounts.groupName(node.stat.gid) === undefined;
  if (/^-newer[aBcm][aBcmt]$/.test(word)) return newerXY(word, words.argument(word, run), run);
  const make = Object.hasOwn(WITH_ARGUMENT, word) ? WITH_ARGUMENT[word] : undefined;
  return make?.(words.argument(word, run), run, word);
}

const PLAIN: Readonly<Record<string, Predicate>> = {
  '-true': () => true,
  '-false': () => false,
  '-empty': isEmpty,
  '-readable': (node) => mayAccess(node.process, node.path, 4),
  '-writable': (node) => mayAccess(node.process, node.path, 2),
  '-executable': (node) => mayAccess(node.process, node.path, 1),
};

const WITH_ARGUMENT: Readonly<Record<string, Maker>> = {
  '-name': (pattern) => byName(pattern, { ignoreCase: false }),
  '-iname': (pattern) => byName(pattern, { ignoreCase: true }),
  '-path': (pattern) => byPath(pattern, { ignoreCase: false }),
  '-wholename': (pattern) => byPath(pattern, { ignoreCase: false }),
  '-ipath': (pattern) => byPath(pattern, { ignoreCase: true }),
  '-iwholename': (pattern) => byPath(pattern, { ignoreCase: true }),
  '-lname': (pattern) => byTarget(pattern, { ignoreCase: false }),
  '-ilname': (pattern) => byTarget(pattern, { ignoreCase: true }),
  '-regex': (pattern, run) => byRegex(pattern, run, { ignoreCase: false }),
  '-iregex': (pattern, run) => byRegex(pattern, run, { ignoreCase: true }),
  '-regextype': (type, run) => {
    run.regexType = type;
    return () => true;
  },
  '-type': (types, run) => byType(types, run, (node) => node.type),
  '-xtype': (types, run) =>
    byType(types, run, (node) => ((node.follows ? node.own : (node.target ?? node.own)).mode & S_IFMT) as number),
  '-size': bySize,
  '-perm': byPermissions,
  '-user': (name, run) => byOwner(name, run, 'user'),
  '-group': (name, run) => byOwner(name, run, 'group'),
  '-uid': (text, run, word) => byNumber(text, run, word, ({ uid }) => uid),
  '-gid': (text, run, word) => byNumber(text, run, word, ({ gid }) => gid),
  '-links': (text, run, word) => byNumber(text, run, word, ({ linkCount }) => linkCount),
  '-inum': (text, run, word) => byNumber(text, run, word, ({ inodeNumber }) => inodeNumber),
  '-samefile': (path, run) => {
    const { inodeNumber } = referenceStat(path, run);
    return (node) => node.stat.inodeNumber === inodeNumber;
  },
  '-newer': (path, run) => newerThan(referenceStat(path, run).mtime, 'mtime'),
  '-anewer': (path, run) => newerThan(referenceStat(path, run).mtime, 'atime'),
  '-cnewer': (path, run) => newerThan(referenceStat(path, run).mtime, 'ctime'),
  '-mtime': (text, run, word) => byAge(text, run, word, 'mtime', DAY_SEC),
  '-atime': (text, run, word) => byAge(text, run, word, 'atime', DAY_SEC),
  '-ctime': (text, run, word) => byAge(text, run, word, 'ctime', DAY_SEC),
  '-mmin': (text, run, word) => byAge(text, run, word, 'mtime', 60),
  '-amin': (text, run, word) => byAge(text, run, word, 'atime', 60),
  '-cmin': (text, run, word) => byAge(text, run, word, 'ctime', 60),
  '-fstype': (type) => (node) => node.process.mounts.resolve(node.process, node.path, 'noFollow').mount.type === type,
};

function byName(pattern: string, rules: { readonly ignoreCase: boolean }): Predicate {
  const matches = globMatcher(pattern, rules);
  return (node) => matches(node.name);
}

function byPath(pattern: string, rules: { readonly ignoreCase: boolean }): Predicate {
  const matches = globMatcher(pattern, rules);
  return (node) => matches(node.path);
}

function byTarget(pattern: string, rules: { readonly ignoreCase: boolean }): Predicate {
  const matches = globMatcher(pattern, rules);
  return (node) => (node.own.mode & S_IFMT) === S_IFLNK && matches(readlink(node.process, node.path));
}

function byRegex(pattern: string, run: FindRun, rules: { readonly ignoreCase: boolean }): Predicate {
  const matches = compileRegex(pattern, run.regexType, rules);
  return (node) => matches(node.path);
}

function byType(types: string, run: FindRun, of: (node: FindNode) => number): Predicate {
  const wanted = new Set<number>();
  for (const letter of run.isGnu ? types.split(',') : [types]) {
    const type = TYPES[letter];
    if (type === undefined)
      throw new UsageError(
        'argument',
        run.isGnu ? `Unknown argument to -type: ${letter}` : `invalid argument '${types}' to '-type'`,
      );
    wanted.add(type);
  }
  const [only] = wanted;
  return wanted.size === 1 ? (node) => of(node) === only : (node) => wanted.has(of(node));
}

function isEmpty(node: FindNode): boolean {
  if (node.type === S_IFREG) return node.stat.sizeBytes === 0;
  return node.type === S_IFDIR && readdir(node.process, node.path).length === 0;
}

type Comparison = '+' | '-' | '';

function compare(value: number, comparison: Comparison, wanted: number): boolean {
  if (comparison === '+') return value > wanted;
  return comparison === '-' ? value < wanted : value === wanted;
}

function invalid(text: string, run: FindRun, word: string): UsageError {
  return new UsageError(
    'argument',
    run.isGnu ? `invalid argument \`${text}' to \`${word}'` : `invalid number '${text}'`,
  );
}

function byNumber(text: string, run: FindRun, word: string, of: (found: Stat) => number): Predicate {
  const match = /^([-+]?)(\d+)$/.exec(text);
  if (!match) throw invalid(text, run, word);
  const wanted = Number(match[2]);
  return (node) => compare(of(node.stat), match[1] as Comparison, wanted);
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  c: 1,
  w: 2,
  b: 512,
  k: 1024,
  M: 1024 ** 2,
  G: 1024 ** 3,
};

function bySize(text: string, run: FindRun): Predicate {
  const match = /^([-+]?)(\d+)([a-zA-Z]?)$/.exec(text);
  const letter = match?.[3] || 'b';
  const unit = run.isGnu || /[bck]/.test(letter) ? SIZE_UNITS[letter] : undefined;
  if (!match || unit === undefined) {
    if (!run.isGnu) throw new UsageError('argument', `invalid number '${text.replace(/^[-+]/, '')}'`);
    if (match) throw new UsageError('argument', `invalid -size type \`${letter}'`);
    throw new UsageError('argument', `Invalid argument \`${text}' to -size`);
  }
  const wanted = Number(match[2]);
  return (node) => compare(Math.ceil(shownSizeBytes(node.stat) / unit), match[1] as Comparison, wanted);
}

function byPermissions(text: string): Predicate {
  const operator = /^[-/]/.exec(text)?.[0] ?? '';
  const change = parseModeChange(text.slice(operator.length));
  if (!change) throw new UsageError('argument', `invalid mode '${text}'`);
  const wanted = changedMode(change, 0, 0);
  if (operator === '-') return (node) => (node.stat.mode & wanted) === wanted;
  if (operator === '/') return (node) => wanted === 0 || (node.stat.mode & wanted) !== 0;
  return (node) => (node.stat.mode & 0o7777) === wanted;
}

function byOwner(name: string, run: FindRun, what: 'user' | 'group'): Predicate {
  const id = what === 'user' ? run.accounts.uidOf(name) : run.accounts.gidOf(name);
  if (id === undefined)
    throw new UsageError(
      'argument',
      run.isGnu ? `${quoted(name)} is not the name of a known ${what}` : `unknown ${what} ${name}`,
    );
  return what === 'user' ? (node) => node.stat.uid === id : (node) => node.stat.gid === id;
}

function referenceStat(path: string, run: FindRun): Stat {
  try {
    return run.follow === 'never' ? lstat(run.process, path) : stat(run.process, path);
  } catch (error) {
    throw new UsageError('argument', `${run.isGnu ? '' : "can't stat "}${quoted(path)}: ${causeOf(error)}`);
  }
}

type TimeName = 'mtime' | 'atime' | 'ctime';

function newerThan(than: Timestamp, which: TimeName): Predicate {
  return (node) => {
    const time = node.stat[which];
    return time.sec > than.sec || (time.sec === than.sec && time.nsec > than.nsec);
  };
}

const TIME_NAMES: Readonly<Record<string, TimeName>> = { a: 'atime', B: 'mtime', c: 'ctime', m: 'mtime' };

/** `-newerXY`: X of the file is newer than Y of the reference; `t` reads the reference as a date. */
function newerXY(word: string, reference: string, run: FindRun): Predicate {
  const [own = 'm', other = 'm'] = word.slice(6);
  const which = TIME_NAMES[own] ?? 'mtime';
  if (other !== 't') return newerThan(referenceStat(reference, run)[TIME_NAMES[other] ?? 'mtime'], which);
  const date = parseDate(reference, { now: run.now, zone: run.zone });
  if (!date)
    throw new UsageError('argument', `I cannot figure out how to interpret ${quoted(reference)} as a date or time`);
  return newerThan(date, which);
}

/** Ages in whole units, as find counts them: days are rounded down, minutes up. */
function byAge(text: string, run: FindRun, word: string, which: TimeName, unitSec: number): Predicate {
  const match = /^([-+]?)(\d+(?:\.\d*)?|\.\d+)$/.exec(text);
  if (!match) throw invalid(text, run, word);
  const wanted = Number(match[2]) * unitSec;
  const start = run.countsFromDayStart
    ? (Math.floor((run.now.sec + run.zone.offsetSec(run.now.sec)) / DAY_SEC) + 1) * DAY_SEC -
      run.zone.offsetSec(run.now.sec)
    : run.now.sec + run.now.nsec / 1e9;
  return (node) => {
    const time = node.stat[which];
    const age = start - time.sec - time.nsec / 1e9;
    if (match[1] === '-') return age < wanted + (unitSec === DAY_SEC ? 1 : 0);
    if (match[1] === '+') return unitSec === DAY_SEC ? age > wanted + unitSec : age > wanted;
    return unitSec === DAY_SEC ? age >= wanted && age < wanted + unitSec : age >= wanted - unitSec && age < wanted;
  };
}

/** 512-byte blocks, as `-size` and `%b` count them. */
export function blockCount(found: Stat, unitBytes: number): number {
  return Math.ceil(allocatedBytes(found) / unitBytes);
}
