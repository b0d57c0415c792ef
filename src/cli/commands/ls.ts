import { decodeName, printableName } from '../../bytes/byteName.ts';
import type { LayerTree } from '../../vfs/layerTree.ts';
import type { EntryFate, StackedEntry } from '../../vfs/unionTree.ts';
import type { ParsedArguments } from '../arguments.ts';
import { CliError } from '../cliError.ts';
import {
  type Command,
  type CommandContext,
  IMAGE_OPTION,
  JSON_OPTION,
  LAYER_OPTION,
  PLATFORM_OPTION,
  UP_TO_OPTION,
} from '../command.ts';
import { entryJson } from '../entryJson.ts';
import { ExitCode } from '../exitCode.ts';
import { imageNumber } from '../imageNumber.ts';
import { printJsonStream } from '../jsonOutput.ts';
import { layerMark, layerNumber } from '../layerNumber.ts';
import { attributeCells, type ListingStyle, nameSuffix } from '../longListing.ts';
import { findEntry, findNode } from '../lookupPath.ts';
import { fileOperand, openView, type LayerView, type UnionView, type View } from '../view.ts';

export const command: Command = {
  usage: ['[options] FILE [PATH...]'],
  description: [
    'Lists directories (the root when no PATH is given) as ls -l does, and for each entry the layer that supplies it. ' +
      'Without --layer the union of the stack is shown, as a container sees it.',
    'With --all-layers what upper layers hide is listed too: older versions, deleted files, whiteouts. With --layer ' +
      'whiteouts are entries of type w. Owners are numbers; times are UTC.',
  ],
  options: [
    IMAGE_OPTION,
    PLATFORM_OPTION,
    LAYER_OPTION,
    UP_TO_OPTION,
    {
      name: 'all-layers',
      short: 'a',
      kind: 'flag',
      help: 'also what lies hidden beneath, with the layer that hides it',
    },
    { name: 'recursive', short: 'R', kind: 'flag', help: 'whole subtrees, with paths instead of names' },
    {
      name: 'directory',
      short: 'd',
      kind: 'flag',
      help: 'the entry itself, not what lies in it; keeps a last symlink',
    },
    { name: 'names', short: '1', kind: 'flag', help: 'names only' },
    { name: 'human', short: 'H', kind: 'flag', help: 'sizes as 1.2 kB' },
    JSON_OPTION,
  ],
  examples: [
    'ls app.tar',
    'ls -R --layer top app.tar',
    'ls --all-layers app.tar /etc',
    'ls --json app.tar / | jq .entries',
  ],
  async run(args, context) {
    const { file, rest } = fileOperand(args);
    if (args.has('all-layers') && args.has('layer')) {
      throw new CliError('usage', '--layer shows one layer alone, --all-layers every one: they exclude each other');
    }
    const view = await openView(file, args, context);
    const paths = rest.length === 0 ? ['/'] : rest;
    const starts = paths.map((path) => locate(view, path, args));
    if (args.has('json')) await printAsJson(view, starts, args, context);
    else await printAsText(view, starts, args, context);
    return ExitCode.fine;
  },
};

/** A line of the listing. */
interface Row {
  readonly path: string;
  readonly name: string;
  readonly layer: number;
  readonly tree: LayerTree;
  readonly entry: number;
  readonly fate: EntryFate;
  readonly byLayer: number | undefined;
}

function locate(view: View, path: string, args: ParsedArguments): number {
  if (view.kind === 'layer') return findEntry(view.tree, path, view.position);
  return findNode(view.stack.union, path, args.has('directory') ? 'keep' : 'follow');
}

function* rowsOf(view: View, start: number, args: ParsedArguments): Iterable<Row> {
  const depth = args.has('directory') ? 'self' : args.has('recursive') ? 'all' : 'children';
  if (view.kind === 'layer') yield* layerRows(view, start, depth);
  else yield* unionRows(view, start, depth, args.has('all-layers') ? 'withHidden' : 'visible');
}

type Depth = 'self' | 'children' | 'all';

function* layerRows(view: LayerView, start: number, depth: Depth): Iterable<Row> {
  const { tree, position } = view;
  const row = (entry: number): Row => ({
    path: tree.path(entry),
    name: tree.name(entry),
    layer: position,
    tree,
    entry,
    fate: tree.isWhiteout(entry) ? 'whiteout' : 'visible',
    byLayer: undefined,
  });
  if (depth === 'self' || !tree.isDirectory(start)) return yield row(start);
  const waiting = childEntries(tree, start);
  for (let entry = waiting.pop(); entry !== undefined; entry = waiting.pop()) {
    yield row(entry);
    if (depth === 'all' && tree.isDirectory(entry)) pushAll(waiting, childEntries(tree, entry));
  }
}

// Spread into push(), a directory of a million children would overflow the stack.
function pushAll<T>(list: T[], added: readonly T[]): void {
  for (const item of added) list.push(item);
}

/** Last first, to be popped from the end. */
function childEntries(tree: LayerTree, directory: number): number[] {
  const first = tree.firstChild(directory);
  return Array.from({ length: tree.childCount(directory) }, (_, i) => first + i).reverse();
}

function* unionRows(view: UnionView, start: number, depth: Depth, hidden: 'visible' | 'withHidden'): Iterable<Row> {
  const { union } = view.stack;
  if (depth === 'self' || !union.isDirectory(start)) return yield* nodeRows(view, start, hidden);
  const waiting: (number | Row[])[] = directoryContent(view, start, hidden);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (typeof next !== 'number') {
      yield* next;
      continue;
    }
    yield* nodeRows(view, next, hidden);
    if (depth === 'all' && union.isDirectory(next)) pushAll(waiting, directoryContent(view, next, hidden));
  }
}

/** The nodes of a directory, then the names that the union does not show; last first. */
function directoryContent(view: UnionView, directory: number, hidden: 'visible' | 'withHidden'): (number | Row[])[] {
  const { union } = view.stack;
  const content: (number | Row[])[] = Array.from(union.children(directory));
  if (hidden === 'withHidden') {
    const path = union.path(directory);
    for (const gone of union.hiddenChildren(directory)) {
      const name = decodeName(gone.name);
      content.push(stackRows(view, path === '' ? name : `${path}/${name}`, name, gone.stack));
    }
  }
  return content.reverse();
}

function* nodeRows(view: UnionView, node: number, hidden: 'visible' | 'withHidden'): Iterable<Row> {
  const { union } = view.stack;
  const path = union.path(node);
  const layer = union.layer(node);
  if (hidden === 'withHidden') return yield* stackRows(view, path, union.name(node), union.stackAt(node));
  const tree = view.stack.trees[layer];
  if (!tree) return;
  yield { path, name: union.name(node), layer, tree, entry: union.entry(node), fate: 'visible', byLayer: undefined };
}

function stackRows(view: UnionView, path: string, name: string, stack: readonly StackedEntry[]): Row[] {
  return stack.flatMap((stacked) => {
    const tree = view.stack.trees[stacked.layer];
    return tree ? [{ path, name, tree, ...stacked }] : [];
  });
}

async function printAsText(
  view: View,
  starts: readonly number[],
  args: ParsedArguments,
  context: CommandContext,
): Promise<void> {
  const fullPaths = args.has('recursive') || args.has('directory') || starts.length > 1;
  const style: ListingStyle = { sizes: args.has('human') ? 'human' : 'exact' };
  const widths = [10, 4, 4, 9, 16];
  for (const start of starts) {
    for (const row of rowsOf(view, start, args)) {
      context.signal.throwIfAborted();
      const name = printableName((fullPaths ? row.path : row.name) || '.');
      if (args.has('names')) {
        await context.output.line(name);
        continue;
      }
      const cells = attributeCells(row.tree, row.entry, style).map((cell, i) => {
        // A column widens with what it meets: a listing of a million lines is not held back to be measured.
        widths[i] = Math.max(widths[i] as number, cell.length);
        return cell.padStart(widths[i] as number);
      });
      const layer = context.style.layer(row.layer, layerMark(row.layer).padEnd(4));
      const text = `${cells.join(' ')}  ${layer} ${name}${nameSuffix(row.tree, row.entry)}`;
      await context.output.line(isHidden(row.fate) ? context.style.dim(text + fateText(row)) : text);
    }
  }
}

function isHidden(fate: EntryFate): boolean {
  return fate !== 'visible' && fate !== 'merged' && fate !== 'whiteout';
}

function fateText(row: Row): string {
  const by = row.byLayer === undefined ? '' : ` by layer ${layerNumber(row.byLayer)}`;
  return `  [${FATE_TEXTS[row.fate]}${by}]`;
}

const FATE_TEXTS: Readonly<Record<EntryFate, string>> = {
  visible: 'visible',
  merged: 'merged',
  superseded: 'superseded',
  deleted: 'deleted',
  opaque: 'hidden by an opaque directory',
  parentHidden: 'hidden with its directory',
  whiteout: 'whiteout',
};

function fateJson({ fate, byLayer }: Row): object {
  if (fate === 'visible') return {};
  return { fate, ...(byLayer === undefined ? {} : { byLayer: layerNumber(byLayer) }) };
}

async function printAsJson(
  view: View,
  starts: readonly number[],
  args: ParsedArguments,
  context: CommandContext,
): Promise<void> {
  const head = {
    image: imageNumber(view.archive, view.image),
    ...(view.kind === 'layer' ? { layer: layerNumber(view.position) } : { upTo: layerNumber(view.upTo) }),
  };
  function* entries(): Iterable<object> {
    for (const start of starts) {
      for (const row of rowsOf(view, start, args)) {
        context.signal.throwIfAborted();
        yield { ...entryJson(row.tree, row.entry, row.path, row.layer), ...fateJson(row) };
      }
    }
  }
  await printJsonStream(context.output, 'ls', head, 'entries', entries());
}
