import { S_IFLNK, S_IFMT } from '../../vfs/overlay/fileMode.ts';
import type { Timestamp } from '../../vfs/overlay/layer.ts';
import { readlink } from '../kernel/calls.ts';
import { shownSizeBytes } from './fileSize.ts';
import type { FindNode } from './findNode.ts';
import type { FindRun } from './findRun.ts';
import { blockCount } from './findTests.ts';
import { modeText, typeLetter } from './modeText.ts';
import { directoryOf } from './paths.ts';
import { localTime, strftime } from './strftime.ts';

type Piece = string | ((node: FindNode) => string);

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '0': '\0',
  '\\': '\\',
};

const MAX_WIDTH = 4096;

/** Compiles the format of `-printf`. Directives that it does not know are warned of and stay. */
export async function compileFormat(format: string, run: FindRun): Promise<(node: FindNode) => string> {
  const pieces: Piece[] = [];
  const pattern = /\\([0-7]{1,3}|.)|%([-+ #0]*)(\d*)(?:\.(\d+))?([ACBT].|[^\d])|[^\\%]+|[\\%]/gsu;
  for (const [whole, escaping, flags = '', width = '', precision, letters] of format.matchAll(pattern)) {
    if (escaping !== undefined) {
      if (escaping === 'c') break;
      pieces.push(unescaped(escaping, whole));
    } else if (letters !== undefined) {
      const directive = makeDirective(letters, run);
      if (directive) pieces.push(padded(directive, flags, width, precision));
      else {
        await run.process.complain(`warning: unrecognized format directive \`%${letters}'`);
        pieces.push(whole);
      }
    } else pieces.push(whole);
  }
  return (node) => {
    let text = '';
    for (const piece of pieces) text += typeof piece === 'string' ? piece : piece(node);
    return text;
  };
}

function unescaped(escaping: string, whole: string): string {
  if (/^[0-7]/.test(escaping)) return String.fromCharCode(Number.parseInt(escaping, 8) & 0xff);
  return ESCAPES[escaping] ?? whole;
}

function padded(
  directive: (node: FindNode) => string,
  flags: string,
  width: string,
  precision: string | undefined,
): Piece {
  if (width === '' && precision === undefined && !flags.includes('#')) return directive;
  const size = Math.min(Number(width), MAX_WIDTH);
  return (node) => {
    const text = directive(node).slice(0, precision === undefined ? undefined : Number(precision));
    if (flags.includes('-')) return text.padEnd(size);
    return text.padStart(size, flags.includes('0') ? '0' : ' ');
  };
}

function makeDirective(letters: string, run: FindRun): ((node: FindNode) => string) | undefined {
  const simple = Object.hasOwn(SIMPLE, letters) ? SIMPLE[letters] : undefined;
  if (simple) return (node) => simple(node, run);
  const which = TIMES[letters[0] ?? ''];
  const form = letters[1];
  if (!which) return undefined;
  if (form === undefined) return (node) => timeText(node.stat[which], '%a %b %e %H:%M:%SF %Y', run);
  const formats: Record<string, string> = {
    '@': '@',
    '+': '%F+%H:%M:%SF',
    T: '%H:%M:%SF',
    X: '%H:%M:%SF',
    S: '%SF',
    c: '%a %b %e %H:%M:%S %Y',
    r: '%I:%M:%SF %p',
  };
  return (node) => timeText(node.stat[which], formats[form] ?? `%${form}`, run);
}

const TIMES: Readonly<Record<string, 'atime' | 'ctime' | 'mtime'>> = {
  A: 'atime',
  a: 'atime',
  C: 'ctime',
  c: 'ctime',
  T: 'mtime',
  t: 'mtime',
};

/** `F` behind the seconds is their fraction, ten digits long as find prints it. */
function timeText(time: Timestamp, format: string, run: FindRun): string {
  const fraction = `.${String(time.nsec).padStart(9, '0')}0`;
  if (format === '@') return `${time.sec}${fraction}`;
  return strftime(format.replace('%SF', `%S${fraction}`), localTime(time, run.zone));
}

type Simple = (node: FindNode, run: FindRun) => string;

const SIMPLE: Readonly<Record<string, Simple>> = {
  '%': () => '%',
  b: (node) => String(blockCount(node.stat, 512)),
  d: (node) => String(node.depth),
  D: () => '1',
  f: (node) => node.name,
  F: (node) => node.process.mounts.resolve(node.process, node.path, 'noFollow').mount.type,
  g: (node, run) => run.accounts.groupName(node.stat.gid) ?? String(node.stat.gid),
  G: (node) => String(node.stat.gid),
  h: (node) => (node.path.includes('/') ? (directoryOf(node.path) === '/' ? '' : directoryOf(node.path)) : '.'),
  H: (node) => node.start,
  i: (node) => String(node.stat.inodeNumber),
  k: (node) => String(blockCount(node.stat, 1024)),
  l: (node) => ((node.own.mode & S_IFMT) === S_IFLNK ? readlink(node.process, node.path) : ''),
  m: (node) => (node.stat.mode & 0o7777).toString(8),
  M: (node) => modeText(node.stat.mode),
  n: (node) => String(node.stat.linkCount),
  p: (node) => node.path,
  P: (node) => (node.depth === 0 ? '' : node.path.slice(node.start.length).replace(/^\/+/, '')),
  s: (node) => String(shownSizeBytes(node.stat)),
  S: (node) => (node.stat.sizeBytes === 0 ? '0' : String((blockCount(node.stat, 512) * 512) / node.stat.sizeBytes)),
  u: (node, run) => run.accounts.userName(node.stat.uid) ?? String(node.stat.uid),
  U: (node) => String(node.stat.uid),
  y: (node) => letterOf(node.stat.mode),
  Y: (node) => (node.target ? letterOf(node.target.mode) : 'N'),
  Z: () => '',
};

function letterOf(mode: number): string {
  const letter = typeLetter(mode);
  return letter === '-' ? 'f' : letter;
}
