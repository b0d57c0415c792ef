import { evaluateArithmetic } from '../arithmetic/evaluate.ts';
import {
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
  S_ISGID,
  S_ISUID,
  S_ISVTX,
} from '../../../vfs/overlay/fileMode.ts';
import type { Stat } from '../../../vfs/overlay/stat.ts';
import { isLink, mayAccess, statIfThere } from '../../kernel/calls.ts';
import type { Shell } from '../state/shell.ts';
import { elementsOf, scalarOf } from '../state/variables.ts';

const KINDS: Readonly<Record<string, number>> = {
  '-b': S_IFBLK,
  '-c': S_IFCHR,
  '-d': S_IFDIR,
  '-f': S_IFREG,
  '-p': S_IFIFO,
  '-S': S_IFSOCK,
};
const BITS: Readonly<Record<string, number>> = { '-g': S_ISGID, '-k': S_ISVTX, '-u': S_ISUID };
const ACCESS: Readonly<Record<string, number>> = { '-r': 4, '-w': 2, '-x': 1 };

export const FILE_TESTS = new Set([...'abcdefghkprsuwxLGONSt'].map((letter) => `-${letter}`));

/** What is at a path: `/dev/fd/N` and the streams are the shell's own descriptors. */
function statOf(shell: Shell, path: string): Stat | undefined {
  const fd = /^\/dev\/fd\/(\d+)$/.exec(path)?.[1];
  if (fd !== undefined) return shell.process.files.get(Number(fd))?.stat();
  return path === '' ? undefined : statIfThere(shell.process, path);
}

/** The tests of test(1) on one file. */
export function fileTest(shell: Shell, operator: string, path: string): boolean {
  if (operator === '-t') {
    return shell.process.files.get(Number(path))?.isTerminal === true;
  }
  if (operator === '-L' || operator === '-h') return path !== '' && isLink(shell.process, path);
  const mask = ACCESS[operator];
  if (mask !== undefined) return path !== '' && mayAccess(shell.process, path, mask);
  const found = statOf(shell, path);
  if (!found) return false;
  const kind = KINDS[operator];
  if (kind !== undefined) return (found.mode & S_IFMT) === kind;
  const bit = BITS[operator];
  if (bit !== undefined) return (found.mode & bit) !== 0;
  const { uid, gid } = shell.process.credentials;
  switch (operator) {
    case '-s':
      return found.sizeBytes > 0 || (found.mode & S_IFMT) === S_IFDIR;
    case '-O':
      return found.uid === uid;
    case '-G':
      return found.gid === gid;
    case '-N':
      return later(found.mtime, found.atime);
    default:
      return true;
  }
}

function later(a: Stat['mtime'], b: Stat['mtime']): boolean {
  return a.sec > b.sec || (a.sec === b.sec && a.nsec > b.nsec);
}

/** `-nt`, `-ot`, `-ef`. */
export function isComparison(shell: Shell, operator: string, left: string, right: string): boolean {
  const a = statOf(shell, left);
  const b = statOf(shell, right);
  if (operator === '-ef')
    return a !== undefined && b !== undefined && a.inodeNumber === b.inodeNumber && a.device === b.device;
  if (operator === '-nt') return a !== undefined && (b === undefined || later(a.mtime, b.mtime));
  return b !== undefined && (a === undefined || later(b.mtime, a.mtime));
}

/** `-v name`, `-v name[key]`. */
export function isVariableSet(shell: Shell, text: string): boolean {
  const match = /^([A-Za-z_]\w*)(?:\[(.*)\])?$/s.exec(text);
  if (!match) return /^\d+$/.test(text) && Number(text) <= shell.positional.length;
  const variable = shell.variables.find(match[1] as string);
  if (!variable) return false;
  const key = match[2];
  if (key === undefined) return scalarOf(variable) !== undefined;
  if (key === '@' || key === '*') return elementsOf(variable).length > 0;
  if (variable.map) return variable.map.has(key);
  const index = Number(evaluateArithmetic(shell, key));
  return variable.list
    ? variable.list[index < 0 ? variable.list.length + index : index] !== undefined
    : index === 0 && scalarOf(variable) !== undefined;
}
