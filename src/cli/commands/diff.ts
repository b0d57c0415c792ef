import type { ComparedImage, Comparison, ComparisonEntry, ComparisonStatus } from '../../analysis/compareImages.ts';
import type { Archive, ArchiveImage } from '../../archive/archive.ts';
import { printableName } from '../../bytes/byteName.ts';
import { type LayerTree, NO_ENTRY } from '../../vfs/layerTree.ts';
import type { ParsedArguments } from '../arguments.ts';
import { CliError } from '../cliError.ts';
import { type Command, type CommandContext, JSON_OPTION, PLATFORM_OPTION } from '../command.ts';
import { countText } from '../countText.ts';
import { ExitCode } from '../exitCode.ts';
import { imageNumber } from '../imageNumber.ts';
import { formatBytes } from '../formatSize.ts';
import { readLayer, readStack } from '../imageStack.ts';
import { jsonName, printJsonStream } from '../jsonOutput.ts';
import { layerNumber } from '../layerNumber.ts';
import { nameSuffix } from '../longListing.ts';
import { entryAt } from '../lookupPath.ts';
import { openInput } from '../openInput.ts';
import { describeImage, selectImage } from '../selectImage.ts';
import { layerLabel, selectLayer } from '../selectLayer.ts';

export const command: Command = {
  usage: ['[options] A B', '-i IMAGE -i IMAGE FILE', '--layer N --layer M FILE'],
  description: [
    'Compares what two images show: two archives, or two images of one archive (--image twice). With --layer twice, two ' +
      'layers of one image, whiteouts included; with two archives and --layer once or twice, a layer of each.',
    'A line a difference: - only in the first, + only in the second, M other content, m only other mode, owner, time or ' +
      'attributes. Exit status 1 when anything differs.',
  ],
  options: [
    { name: 'image', short: 'i', kind: 'list', metavar: 'REF|ID|N', help: 'image of both, or given twice: of each' },
    PLATFORM_OPTION,
    { name: 'layer', short: 'l', kind: 'list', metavar: 'N|DIFFID', help: 'layer of both, or given twice: of each' },
    { name: 'no-contents', kind: 'flag', help: 'files of equal size and time count as equal, without reading them' },
    { name: 'summary', short: 's', kind: 'flag', help: 'counts only' },
    JSON_OPTION,
  ],
  examples: ['diff app-1.tar app-2.tar', 'diff -i app:1 -i app:2 all.tar', 'diff --layer 2 --layer 3 app.tar'],
  async run(args, context) {
    const [first, second, ...rest] = args.positionals;
    if (first === undefined)
      throw new CliError('usage', 'what is to be compared? two archives, or one with -i or --layer twice');
    if (rest.length > 0) throw new CliError('usage', `two archives are enough; what is “${rest[0]}”?`);
    if (args.list('image').length > 2 || args.list('layer').length > 2) {
      throw new CliError('usage', '--image and --layer are given twice at most');
    }
    const isOneFile = second === undefined;
    if (isOneFile && args.list('image').length < 2 && args.list('layer').length < 2) {
      throw new CliError('usage', 'one archive is compared with itself only by --image or --layer given twice');
    }
    const left = await openSide(await openInput(first, context, args.value('platform')), args, 0, context);
    const right = await openSide(
      isOneFile ? left.archive : await openInput(second, context, args.value('platform')),
      args,
      1,
      context,
    );
    const comparison = await compare(left, right, args, context);
    const total = Object.values(comparison.counts).reduce((sum, count) => sum + count, 0);
    await print(comparison, left, right, args, context);
    return total === 0 && comparison.config.length === 0 ? ExitCode.fine : ExitCode.found;
  },
};

interface Side {
  readonly archive: Archive;
  readonly image: ArchiveImage;
  /** Set when one layer is compared. */
  readonly layer: number | undefined;
  readonly label: string;
  readonly trees: readonly (LayerTree | undefined)[];
}

/** `index`: 0 left, 1 right. An option that is given once holds for both sides. */
async function openSide(
  archive: Archive,
  args: ParsedArguments,
  index: number,
  context: CommandContext,
): Promise<Side> {
  context.noteFile(archive.fileName);
  const of = (name: string): string | undefined => args.list(name)[index] ?? args.list(name)[0];
  const image = selectImage(archive, { image: of('image'), platform: args.value('platform') });
  const wanted = of('layer');
  if (wanted === undefined) {
    const { trees } = await readStack(archive, image, image.layers.length - 1, context);
    return { archive, image, layer: undefined, label: `${archive.fileName} ${describeImage(archive, image)}`, trees };
  }
  const layer = selectLayer(image.layers, wanted);
  const indexed = await readLayer(image, layer, context);
  const archiveLayer = image.layers[layer];
  const label = archiveLayer ? layerLabel(layer, archiveLayer) : '';
  if (!indexed) throw new CliError('notFound', `${label} cannot be read`);
  return { archive, image, layer, label: `${archive.fileName} ${label}`, trees: [indexed.tree] };
}

async function compare(left: Side, right: Side, args: ParsedArguments, context: CommandContext): Promise<Comparison> {
  const [{ compareImages, compareLayers }, { archiveContents }] = await Promise.all([
    import('../../analysis/compareImages.ts'),
    import('../../analysis/layerContents.ts'),
  ]);
  const work = await context.work();
  const compared = (side: Side): ComparedImage => {
    const { image } = side;
    const layers = side.layer === undefined ? image.layers : image.layers.slice(side.layer, side.layer + 1);
    return {
      layers: side.trees,
      diffIds: layers.map((layer) => layer.diffId),
      config: image.config,
      contents: args.has('no-contents') ? undefined : archiveContents(layers, work),
    };
  };
  const compareBoth = left.layer === undefined ? compareImages : compareLayers;
  return compareBoth(compared(left), compared(right), work);
}

const MARKS: Readonly<Record<ComparisonStatus, string>> = {
  onlyLeft: '-',
  onlyRight: '+',
  content: 'M',
  metadata: 'm',
};

async function print(
  comparison: Comparison,
  left: Side,
  right: Side,
  args: ParsedArguments,
  context: CommandContext,
): Promise<void> {
  const { counts, sharedLayers, config, entries } = comparison;
  if (args.has('json')) {
    const toJson = (entry: ComparisonEntry) => entryJson(entry, left.layer, right.layer);
    const head = { left: sideJson(left), right: sideJson(right), sharedLayers, counts, config };
    await printJsonStream(context.output, 'diff', head, 'entries', args.has('summary') ? [] : entries.map(toJson));
    return;
  }
  const { output, style } = context;
  await output.line(style.red(`--- ${printableName(left.label)}`));
  await output.line(style.green(`+++ ${printableName(right.label)}`));
  if (!args.has('summary')) {
    for (const entry of entries) await output.line(entryText(entry, markOf(entry, left, right), context));
    for (const { key, left: before, right: after } of config) {
      await output.line(`config ${key}: ${printableName(before ?? 'not set')} → ${printableName(after ?? 'not set')}`);
    }
  }
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (total > entries.length && !args.has('summary')) await output.line(`… and ${total - entries.length} more`);
  const shared = left.layer === undefined ? `; ${countText(sharedLayers, 'layer')} shared` : '';
  await output.line(
    `${counts.onlyLeft} only in the first, ${counts.onlyRight} only in the second, ${counts.content} with other content, ` +
      `${counts.metadata} with other metadata, ${config.length} in the config${shared}`,
  );
}

/** Of layers: what the entry is where that is not plain to see, a whiteout above all. */
function markOf({ path, status }: ComparisonEntry, left: Side, right: Side): string {
  const side = status === 'onlyLeft' ? left : right;
  const tree = side.layer === undefined ? undefined : side.trees[0];
  const entry = tree ? entryAt(tree, path) : NO_ENTRY;
  return tree && entry !== NO_ENTRY ? nameSuffix(tree, entry) : '';
}

function entryText(entry: ComparisonEntry, mark: string, context: CommandContext): string {
  const { style } = context;
  const paint = { onlyLeft: style.red, onlyRight: style.green, content: style.yellow, metadata: style.blue }[
    entry.status
  ];
  const sizes =
    entry.status === 'content' && entry.leftBytes !== entry.rightBytes
      ? `${formatBytes(entry.leftBytes)} → ${formatBytes(entry.rightBytes)}`
      : formatBytes(entry.status === 'onlyRight' ? entry.rightBytes : entry.leftBytes);
  const shown = entry.leftBytes === 0 && entry.rightBytes === 0 ? '' : `  ${sizes}`;
  const assumed = entry.assumed ? '  (by time, not read)' : '';
  return `${paint(`${MARKS[entry.status]} ${printableName(entry.path)}${mark}`)}${style.dim(shown + assumed)}`;
}

function sideJson(side: Side): object {
  return {
    ...jsonName('file', side.archive.fileName),
    image: imageNumber(side.archive, side.image),
    imageId: side.image.imageId,
    layer: side.layer === undefined ? undefined : layerNumber(side.layer),
  };
}

/** `left` and `right`: the position of the one layer that is compared, if it is one. */
function entryJson(entry: ComparisonEntry, left: number | undefined, right: number | undefined): object {
  const { path, leftLayer, rightLayer, ...rest } = entry;
  return {
    ...jsonName('path', path),
    ...rest,
    ...(leftLayer === undefined ? {} : { leftLayer: layerNumber(left ?? leftLayer) }),
    ...(rightLayer === undefined ? {} : { rightLayer: layerNumber(right ?? rightLayer) }),
  };
}
