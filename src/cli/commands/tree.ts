import { decodeName, printableName } from '../../bytes/byteName.ts';
import { CHANGES } from '../../analysis/changes.ts';
import { FATES, ROW_FLAGS, type TreeRowsQuery, type TreeView } from '../../analysis/treeView.ts';
import { EntryKind, type LayerTree } from '../../vfs/layerTree.ts';
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
import { countText } from '../countText.ts';
import { entryJson } from '../entryJson.ts';
import { ExitCode } from '../exitCode.ts';
import { imageNumber } from '../imageNumber.ts';
import { formatBytes } from '../formatSize.ts';
import { readStack } from '../imageStack.ts';
import { printJsonStream } from '../jsonOutput.ts';
import { layerMark, layerNumber } from '../layerNumber.ts';
import { nameSuffix } from '../longListing.ts';
import { openInput } from '../openInput.ts';
import { imageChoice, selectImage } from '../selectImage.ts';
import { selectLayer } from '../selectLayer.ts';
import { onlyFileOperand } from '../view.ts';

const SORTS = ['name', 'size', 'layer'] as const;
const NO_LAYER = 0xffff;
/** Guides of deeper rows are cut short: a path of a thousand directories is no picture any more. */
const MAX_GUIDES = 64;

export const command: Command = {
  usage: ['[options] FILE'],
  description: [
    'Draws the file tree of an image: each row with its size (of a directory, all visible files below it), the layer ' +
      'that supplies it, and what that layer did: + added, ~ modified, . touched (metadata only), = written again ' +
      'unchanged, - removed.',
    'With --all-layers also what lies hidden beneath, and by which layer. With --layer only what one layer holds.',
  ],
  options: [
    IMAGE_OPTION,
    PLATFORM_OPTION,
    LAYER_OPTION,
    UP_TO_OPTION,
    { name: 'all-layers', short: 'a', kind: 'flag', help: 'also what lies hidden beneath (x-ray)' },
    { name: 'depth', short: 'L', kind: 'value', metavar: 'N', help: 'no deeper than N directories' },
    {
      name: 'match',
      short: 'm',
      kind: 'value',
      metavar: 'TEXT',
      help: 'only names with TEXT, or a glob: *.so, **/etc/*',
    },
    { name: 'min-size', kind: 'value', metavar: 'BYTES', help: 'only files of at least so many bytes' },
    {
      name: 'change',
      short: 'c',
      kind: 'list',
      metavar: 'KIND',
      help: `only what the top layer of the view left ${CHANGES.join(', ')}, or what is hidden; may be repeated`,
    },
    { name: 'sort', kind: 'value', metavar: SORTS.join('|'), help: 'order within a directory (name)' },
    JSON_OPTION,
  ],
  examples: ['tree -L 2 app.tar', 'tree --layer top app.tar', 'tree --all-layers --match "*.pem" app.tar'],
  async run(args, context) {
    const archive = await openInput(onlyFileOperand(args), context, args.value('platform'));
    const image = selectImage(archive, imageChoice(args));
    if (image.layers.length === 0) {
      await context.errors.line('note: the image has no layers');
      return ExitCode.fine;
    }
    const query = readQuery(args, (wanted) => selectLayer(image.layers, wanted), image.layers.length - 1);
    const stack = await readStack(archive, image, query.layer, context);
    const [{ buildTimeline }, { treeRows }] = await Promise.all([
      import('../../analysis/timeline.ts'),
      import('../../analysis/treeRows.ts'),
    ]);
    const view = await treeRows(await buildTimeline(stack.trees, { signal: context.signal }), query, context.signal);
    const depth = args.count('depth') ?? Number.POSITIVE_INFINITY;
    if (args.has('json')) {
      const head = { image: imageNumber(archive, image), mode: query.mode, layer: layerNumber(query.layer) };
      await printJsonStream(context.output, 'tree', head, 'rows', jsonRows(view, stack.trees, depth));
    } else {
      await printText(view, stack.trees, depth, context);
    }
    return ExitCode.fine;
  },
};

function readQuery(args: ParsedArguments, position: (wanted: string) => number, top: number): TreeRowsQuery {
  const layer = args.value('layer');
  const upTo = args.value('up-to');
  if (layer !== undefined && upTo !== undefined) {
    throw new CliError('usage', '--layer shows one layer alone, --up-to a union: they exclude each other');
  }
  return {
    layer: layer === undefined ? (upTo === undefined ? top : position(upTo)) : position(layer),
    mode: layer === undefined ? 'union' : 'layer',
    // What is hidden can be asked for only where it is shown.
    xray: args.has('all-layers') || args.list('change').includes('hidden'),
    sort: args.choice('sort', SORTS) ?? 'name',
    filter: {
      changes: args.list('change').map(changeNamed),
      text: args.value('match') ?? '',
      minBytes: args.count('min-size') ?? 0,
    },
  };
}

function changeNamed(name: string): TreeRowsQuery['filter']['changes'][number] {
  const change = [...CHANGES, 'hidden' as const].find((known) => known === name);
  if (!change) throw new CliError('usage', `--change takes ${CHANGES.join(', ')} or hidden; not “${name}”`);
  return change;
}

const CHANGE_MARKS: Readonly<Record<(typeof CHANGES)[number], string>> = {
  unchanged: ' ',
  added: '+',
  modified: '~',
  touched: '.',
  rewritten: '=',
  removed: '-',
};

async function printText(
  view: TreeView,
  trees: readonly (LayerTree | undefined)[],
  maxDepth: number,
  context: CommandContext,
): Promise<void> {
  const { output, style } = context;
  /** By depth: whether more siblings follow on that level, so that its guide goes on. */
  const continues: boolean[] = [];
  let directoryCount = 0;
  let fileCount = 0;
  for (let row = 0; row < view.count; row++) {
    context.signal.throwIfAborted();
    const depth = view.depth[row] as number;
    const end = view.end[row] as number;
    if (view.kind[row] === EntryKind.directory) directoryCount++;
    else fileCount++;
    if (depth >= maxDepth) continue;
    const layer = view.layer[row] as number;
    const tree = trees[layer] as LayerTree;
    const isLast = !(end < view.count && view.depth[end] === depth);
    continues[depth] = !isLast;
    const guides = guideText(continues, depth) + (isLast ? '└── ' : '├── ');
    const change = CHANGES[view.change[row] as number] ?? 'unchanged';
    const text = `${rowName(view, row)}${nameSuffix(tree, view.entry[row] as number)}`;
    const hidden = hiddenText(view, row);
    const size = formatBytes(view.size[row] as number).padStart(7);
    const mark = style.layer(layer, layerMark(layer).padEnd(4));
    await output.line(
      `${size}  ${mark}${CHANGE_MARKS[change]} ${style.dim(guides)}${hidden === '' ? text : style.dim(text + hidden)}`,
    );
  }
  const filtered = view.matched === view.total ? '' : `; ${view.matched} of ${view.total} rows match`;
  if (view.count > 0) await output.line();
  await output.line(
    `${countText(directoryCount, 'directory', 'directories')}, ${countText(fileCount, 'other entry', 'other entries')}${filtered}`,
  );
}

function guideText(continues: readonly boolean[], depth: number): string {
  let text = depth > MAX_GUIDES ? '… ' : '';
  for (let level = Math.max(0, depth - MAX_GUIDES); level < depth; level++) text += continues[level] ? '│   ' : '    ';
  return text;
}

function rowName(view: TreeView, row: number): string {
  return printableName(nameOf(view, row));
}

function nameOf(view: TreeView, row: number): string {
  return decodeName(view.names.subarray(view.nameStart[row], view.nameStart[row + 1]));
}

function hiddenText(view: TreeView, row: number): string {
  const fate = FATES[view.fate[row] as number] ?? 'visible';
  if (fate === 'visible' || fate === 'merged' || fate === 'whiteout') return '';
  const by = view.byLayer[row] as number;
  return `  [${fate === 'parentHidden' ? 'hidden with its directory' : fate}${by === NO_LAYER ? '' : ` by layer ${layerNumber(by)}`}]`;
}

function* jsonRows(view: TreeView, trees: readonly (LayerTree | undefined)[], maxDepth: number): Iterable<object> {
  for (let row = 0; row < view.count; row++) {
    const depth = view.depth[row] as number;
    if (depth >= maxDepth) continue;
    const layer = view.layer[row] as number;
    const tree = trees[layer] as LayerTree;
    const entry = view.entry[row] as number;
    const by = view.byLayer[row] as number;
    yield {
      ...entryJson(tree, entry, tree.path(entry), layer),
      depth,
      totalSize: view.size[row],
      change: CHANGES[view.change[row] as number],
      fate: FATES[view.fate[row] as number],
      ...(by === NO_LAYER ? {} : { byLayer: layerNumber(by) }),
      ...((view.flags[row] as number) & ROW_FLAGS.filteredParent ? { filteredParent: true } : {}),
    };
  }
}
