import type { ArchiveLayer } from '../../archive/archive.ts';
import { decodeName, printableName } from '../../bytes/byteName.ts';
import type { ByteSource } from '../../bytes/byteSource.ts';
import { EntryKind, type LayerTree } from '../../vfs/layerTree.ts';
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
import { ExitCode } from '../exitCode.ts';
import { imageNumber } from '../imageNumber.ts';
import { jsonName, JSON_SCHEMA } from '../jsonOutput.ts';
import { layerNumber } from '../layerNumber.ts';
import { KIND_NAMES } from '../longListing.ts';
import { findEntry, findNode } from '../lookupPath.ts';
import { layerLabel } from '../selectLayer.ts';
import { fileOperand, openView, type View } from '../view.ts';

export const command: Command = {
  usage: ['[options] FILE PATH...'],
  description: [
    'Prints the contents of files to standard output, byte for byte. Without --layer a path is looked up as a ' +
      'container would see it, symbolic links followed inside the image. With --layer the file is taken from that ' +
      'layer alone, also when upper layers replace or delete it.',
  ],
  options: [IMAGE_OPTION, PLATFORM_OPTION, LAYER_OPTION, UP_TO_OPTION, JSON_OPTION],
  examples: [
    'cat app.tar /etc/os-release',
    'cat --layer 2 app.tar /root/.ssh/id_ed25519',
    'cat app.tar /etc/passwd | wc -l',
  ],
  async run(args, context) {
    const { file, rest: paths } = fileOperand(args);
    if (paths.length === 0) throw new CliError('usage', 'PATH is missing: which file is to be printed?');
    const view = await openView(file, args, context);
    // All paths are found before the first byte goes out.
    const files = paths.map((path) => locate(view, path));
    if (args.has('json')) await printAsJson(view, files, context);
    else
      for (const found of files) for await (const chunk of contentOf(found, context)) await context.output.bytes(chunk);
    return ExitCode.fine;
  },
};

interface LocatedFile {
  /** From the root, as the layer has it. */
  readonly path: string;
  readonly layer: ArchiveLayer;
  readonly position: number;
  readonly tree: LayerTree;
  readonly entry: number;
}

function locate(view: View, path: string): LocatedFile {
  const place = view.kind === 'layer' ? entryIn(view.tree, view.position, path) : entryOf(view.stack, path);
  requireFile(place.tree, place.entry, path);
  return { ...place, path: place.tree.path(place.entry), layer: view.image.layers[place.position] as ArchiveLayer };
}

type Place = Omit<LocatedFile, 'layer' | 'path'>;

function entryIn(tree: LayerTree, position: number, path: string): Place {
  return { position, tree, entry: findEntry(tree, path, position) };
}

function entryOf(stack: Extract<View, { kind: 'union' }>['stack'], path: string): Place {
  const node = findNode(stack.union, path, 'follow');
  const position = stack.union.layer(node);
  const tree = stack.trees[position];
  if (!tree) throw new CliError('wrongKind', `${printableName(path)}: is a directory`);
  return { position, tree, entry: stack.union.entry(node) };
}

function requireFile(tree: LayerTree, entry: number, path: string): void {
  const kind = tree.kind(entry);
  if (kind === EntryKind.file) return;
  const target = tree.linkTarget(entry);
  if (target) {
    const shown = printableName(decodeName(target));
    throw new CliError(
      'wrongKind',
      `${printableName(path)}: is a symlink to ${shown}, which one layer alone does not follow`,
    );
  }
  throw new CliError('wrongKind', `${printableName(path)}: is a ${KIND_NAMES[kind]}, not a file`);
}

async function* contentOf(found: LocatedFile, context: CommandContext): AsyncIterable<Uint8Array> {
  const { readFileContent } = await import('../../archive/fileContent.ts');
  const work = await context.work();
  try {
    const content: ByteSource = await readFileContent(found.layer, found.tree, found.entry, work);
    for await (const chunk of content.stream()) {
      work.signal?.throwIfAborted();
      yield chunk;
    }
  } catch (error) {
    throw new CliError('layer', layerLabel(found.position, found.layer), error);
  }
}

async function printAsJson(view: View, files: readonly LocatedFile[], context: CommandContext): Promise<void> {
  const { output } = context;
  const opening = JSON.stringify({ schema: JSON_SCHEMA, command: 'cat', image: imageNumber(view.archive, view.image) });
  await output.text(`${opening.slice(0, -1)},"files":[`);
  let separator = '\n';
  for (const found of files) {
    const { path, position, tree, entry } = found;
    const head = { ...jsonName('path', path), layer: layerNumber(position), size: tree.sizeBytes(entry) };
    await output.text(`${separator}${JSON.stringify(head).slice(0, -1)},"base64":"`);
    for await (const piece of base64Pieces(contentOf(found, context))) await output.text(piece);
    await output.text('"}');
    separator = ',\n';
  }
  await output.line('\n]}');
}

/** Every piece but the last encodes a multiple of three bytes, so that together they are one text. */
async function* base64Pieces(chunks: AsyncIterable<Uint8Array>): AsyncIterable<string> {
  let rest = Buffer.alloc(0);
  for await (const chunk of chunks) {
    const bytes = Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % 3);
    rest = bytes.subarray(whole);
    yield bytes.toString('base64', 0, whole);
  }
  yield rest.toString('base64');
}
