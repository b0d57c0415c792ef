import { decodeName, printableName } from '../../bytes/byteName.ts';
import type { DriverLayout } from '../../drivers/driver.ts';
import { EntryKind, type LayerTree } from '../../vfs/layerTree.ts';
import type { CommandContext } from '../command.ts';
import { entryJson } from '../entryJson.ts';
import { jsonName } from '../jsonOutput.ts';
import { layerNumber } from '../layerNumber.ts';
import { modeText } from '../longListing.ts';
import { clipText } from '../table.ts';

/** A layout's entries in pre-order without the root, down to a depth: names sorted by bytes. */
function* entriesInOrder(tree: LayerTree, maxDepth: number): Generator<{ entry: number; depth: number }> {
  const waiting = [{ entry: 0, depth: -1 }];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (at.entry !== 0) yield at;
    if (at.depth + 1 >= maxDepth) continue;
    const first = tree.firstChild(at.entry);
    for (let child = first + tree.childCount(at.entry) - 1; child >= first; child--)
      waiting.push({ entry: child, depth: at.depth + 1 });
  }
}

const CONTENT_WIDTH = 100;
/** Guides of deeper rows are cut short. */
const MAX_GUIDES = 64;

export async function drawLayout(layout: DriverLayout, maxDepth: number, context: CommandContext): Promise<void> {
  const { tree } = layout;
  const { output, style, signal } = context;
  /** By depth: whether more siblings follow. */
  const continues: boolean[] = [];
  for (const { entry, depth } of entriesInOrder(tree, maxDepth)) {
    signal.throwIfAborted();
    const parent = tree.parent(entry);
    const isLast = entry === tree.firstChild(parent) + tree.childCount(parent) - 1;
    continues[depth] = !isLast;
    let guides = depth > MAX_GUIDES ? '… ' : '';
    for (let level = Math.max(0, depth - MAX_GUIDES); level < depth; level++)
      guides += continues[level] ? '│   ' : '    ';
    const mode = modeText(tree.kind(entry), tree.mode(entry));
    const head = style.dim(`${mode}  ${guides}${isLast ? '└── ' : '├── '}`);
    await output.line(head + printableName(tree.name(entry)) + style.dim(suffix(layout, entry)));
  }
}

function suffix(layout: DriverLayout, entry: number): string {
  const { tree } = layout;
  const target = tree.linkTarget(entry);
  if (target) return ` -> ${printableName(decodeName(target))}`;
  const device = tree.device(entry);
  if (device) return ` (device ${device.major}:${device.minor})`;
  const xattrs = tree
    .xattrs(entry)
    .map(({ name, value }) => ` [${decodeName(name)}=${printableName(decodeName(value.subarray(0, 16)))}]`);
  if (tree.kind(entry) === EntryKind.directory) return `/${xattrs.join('')}`;
  const origin = layout.origin(entry);
  if (origin?.from !== 'generated' || origin.bytes.length === 0) return origin?.from === 'unmodelled' ? ' …' : '';
  const text = printableName(decodeName(origin.bytes).trimEnd().replaceAll('\n', ' '));
  return ` = ${clipText(text, CONTENT_WIDTH)}`;
}

/** The entries of a layout as `drivers --tree --json` prints them. */
export function* layoutRows(layout: DriverLayout, maxDepth: number): Iterable<object> {
  const { tree } = layout;
  for (const { entry, depth } of entriesInOrder(tree, maxDepth)) {
    // The layer is that of the content, where there is one.
    yield { ...entryJson(tree, entry, tree.path(entry), 0), layer: undefined, depth, ...originJson(layout, entry) };
  }
}

function originJson(layout: DriverLayout, entry: number): object {
  const origin = layout.origin(entry);
  switch (origin?.from) {
    case undefined:
      return {};
    case 'layer':
      return { from: 'layer', layer: layerNumber(origin.layer) };
    case 'container':
      return { from: 'container' };
    case 'generated':
      return { from: 'generated', ...jsonName('content', decodeName(origin.bytes)) };
    case 'unmodelled':
      return { from: 'unmodelled' };
  }
}
