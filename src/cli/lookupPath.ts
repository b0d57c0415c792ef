import { encodeName, printableName } from '../bytes/byteName.ts';
import { NO_ENTRY, type LayerTree } from '../vfs/layerTree.ts';
import type { UnionTree } from '../vfs/unionTree.ts';
import { CliError } from './cliError.ts';
import { layerNumber } from './layerNumber.ts';

/** An argument of the process as a lossless name: Node decodes arguments as UTF-8 and replaces other bytes, so those
 *  are written `\xHH` (and a backslash `\\`), as our listings print them. */
export function unescapePath(text: string): string {
  return text.replace(/\\(?:\\|x([0-9a-fA-F]{2})|u\{([0-9a-fA-F]{1,6})\})/g, (whole, byte?: string, code?: string) => {
    if (whole === '\\\\') return '\\';
    if (code !== undefined) return fromCodePoint(Number.parseInt(code, 16)) ?? whole;
    const value = Number.parseInt(byte ?? '', 16);
    return String.fromCharCode(value < 0x80 ? value : 0xdc00 + value);
  });
}

function fromCodePoint(code: number): string | undefined {
  return code > 0x10ffff ? undefined : String.fromCodePoint(code);
}

/** The node that a path names; symlinks on the way are followed, the last one only with 'follow'. Throws CliError
 *  `notFound`. */
export function findNode(union: UnionTree, argument: string, lastLink: 'follow' | 'keep'): number {
  for (const path of readings(argument)) {
    const follow = lastLink === 'follow' || path.endsWith('/');
    const node = follow ? union.resolveFollowing(path) : findKeepingLink(union, path);
    if (node >= 0) return node;
  }
  throw new CliError('notFound', `${printableName(argument)}: no such file or directory in the image`);
}

// Literally first: names such as `dev-disk\\x2dlabel.swap` exist and are typed as they are.
function readings(argument: string): string[] {
  const unescaped = unescapePath(argument);
  return unescaped === argument ? [argument] : [argument, unescaped];
}

function findKeepingLink(union: UnionTree, path: string): number {
  const cut = path.lastIndexOf('/');
  const name = path.slice(cut + 1);
  if (name === '' || name === '.' || name === '..') return union.resolveFollowing(path);
  const parent = union.resolveFollowing(path.slice(0, Math.max(0, cut)));
  return parent < 0 ? -1 : union.lookup(parent, encodeName(name));
}

/** The entry of one layer at a path, whiteouts included, symlinks not followed: a layer on its own is no file
 *  system. Throws CliError `notFound`. */
export function findEntry(tree: LayerTree, argument: string, position: number): number {
  for (const path of readings(argument)) {
    const entry = entryAt(tree, path);
    if (entry !== NO_ENTRY) return entry;
  }
  throw new CliError('notFound', `${printableName(argument)}: not in layer ${layerNumber(position)}`);
}

/** The entry of one layer at a path as listings give it, or NO_ENTRY. */
export function entryAt(tree: LayerTree, path: string): number {
  let entry = 0;
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    entry = part === '..' ? tree.parent(entry) : tree.lookup(entry, encodeName(part));
    if (entry === NO_ENTRY) return NO_ENTRY;
  }
  return entry;
}
