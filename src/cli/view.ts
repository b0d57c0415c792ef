import type { Archive, ArchiveImage, ArchiveLayer } from '../archive/archive.ts';
import type { LayerTree } from '../vfs/layerTree.ts';
import type { ParsedArguments } from './arguments.ts';
import { CliError } from './cliError.ts';
import type { CommandContext } from './command.ts';
import { type ImageStack, readLayer, readStack } from './imageStack.ts';
import { openInput } from './openInput.ts';
import { imageChoice, selectImage } from './selectImage.ts';
import { layerLabel, selectLayer } from './selectLayer.ts';

/** What --layer and --up-to choose: one layer on its own, or the union of the stack up to some layer. */
export type View = LayerView | UnionView;

export interface LayerView {
  readonly kind: 'layer';
  readonly archive: Archive;
  readonly image: ArchiveImage;
  readonly position: number;
  readonly tree: LayerTree;
}

export interface UnionView {
  readonly kind: 'union';
  readonly archive: Archive;
  readonly image: ArchiveImage;
  readonly upTo: number;
  readonly stack: ImageStack;
}

/** Opens FILE and reads what the options choose; the command must declare image, platform, layer and up-to. */
export async function openView(file: string, args: ParsedArguments, context: CommandContext): Promise<View> {
  const wantedLayer = args.value('layer');
  const wantedUpTo = args.value('up-to');
  if (wantedLayer !== undefined && wantedUpTo !== undefined) {
    throw new CliError('usage', '--layer shows one layer alone, --up-to a union: they exclude each other');
  }
  const archive = await openInput(file, context, args.value('platform'));
  const image = selectImage(archive, imageChoice(args));
  if (wantedLayer === undefined) {
    const upTo = wantedUpTo === undefined ? image.layers.length - 1 : selectLayer(image.layers, wantedUpTo);
    return { kind: 'union', archive, image, upTo, stack: await readStack(archive, image, upTo, context) };
  }
  const position = selectLayer(image.layers, wantedLayer);
  const indexed = await readLayer(image, position, context);
  if (!indexed) {
    const label = layerLabel(position, image.layers[position] as ArchiveLayer);
    throw new CliError('notFound', `${label} cannot be read`);
  }
  return { kind: 'layer', archive, image, position, tree: indexed.tree };
}

/** The FILE operand and what follows it. Throws CliError `usage` when it is missing. */
export function fileOperand(args: ParsedArguments): { readonly file: string; readonly rest: readonly string[] } {
  const [file, ...rest] = args.positionals;
  if (file === undefined) throw new CliError('usage', 'FILE is missing: an archive, a folder, or - for standard input');
  return { file, rest };
}

/** The FILE operand of a command that takes nothing else. */
export function onlyFileOperand(args: ParsedArguments): string {
  const { file, rest } = fileOperand(args);
  if (rest.length > 0) throw new CliError('usage', `one FILE is enough; what is “${rest[0]}”?`);
  return file;
}
