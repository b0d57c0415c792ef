import type { Archive, ArchiveImage, ArchiveLayer } from '../../archive/archive.ts';
import type { ParsedArguments } from '../arguments.ts';
import { CliError } from '../cliError.ts';
import {
  type Command,
  type CommandContext,
  JSON_OPTION,
  LAYER_OPTION,
  PLATFORM_OPTION,
  UP_TO_OPTION,
} from '../command.ts';
import { ExitCode } from '../exitCode.ts';
import { formatBytes } from '../formatSize.ts';
import { readStack } from '../imageStack.ts';
import { jsonName, printJson } from '../jsonOutput.ts';
import { findNode } from '../lookupPath.ts';
import { safeText } from '../describeError.ts';
import { openInput } from '../openInput.ts';
import { writeOutput } from '../outputFile.ts';
import { describeImage, matchImages, selectImage } from '../selectImage.ts';
import { layerLabel, selectLayer } from '../selectLayer.ts';
import { fileOperand } from '../view.ts';

const FORMATS = ['docker', 'docker-legacy', 'oci', 'rootfs', 'layer'] as const;
const LAYER_FORMS = ['keep', 'plain'] as const;

type Format = (typeof FORMATS)[number];

export const command: Command = {
  usage: [
    '--to docker|docker-legacy|oci [-i IMAGE]... -o FILE|- FILE',
    '--to rootfs [--up-to N] -o FILE|- FILE [PATH]',
    '--to layer --layer N -o FILE|- FILE',
  ],
  description: [
    'Writes images in another form. docker is what docker save writes from version 25 on (an OCI layout with ' +
      'manifest.json), docker-legacy what it wrote before, oci an OCI image layout as a tar; all images of the archive ' +
      'unless --image names some. Layers, configs and manifests keep their bytes, and so their digests.',
    'Artifacts, such as attestations and signatures, lie beside the images in docker and oci. docker loads the first of ' +
      'several platforms under one name; the others are in the index. docker-legacy has no place for either: they are ' +
      'left out, which is told. A name without a tag, as layouts often have, is tagged “latest” for docker.',
    'rootfs is the merged tree as one tar, as docker export writes it; with PATH only that file or directory. layer is ' +
      'one layer: its uncompressed tar, or with --layers keep its stored bytes.',
    'FILE appears whole or not at all.',
  ],
  options: [
    { name: 'to', short: 't', kind: 'value', metavar: 'FORM', help: FORMATS.join(', ') },
    { name: 'output', short: 'o', kind: 'value', metavar: 'FILE', help: 'where to write; - is standard output' },
    { name: 'image', short: 'i', kind: 'list', metavar: 'REF|ID|N', help: 'which images; may be repeated (all)' },
    PLATFORM_OPTION,
    LAYER_OPTION,
    UP_TO_OPTION,
    {
      name: 'layers',
      kind: 'value',
      metavar: LAYER_FORMS.join('|'),
      help: 'stored bytes of layers as they are, or uncompressed (oci: keep; else plain)',
    },
    { name: 'force', short: 'f', kind: 'flag', help: 'replace FILE when it is there' },
    JSON_OPTION,
  ],
  examples: [
    'convert --to oci -o app.oci.tar app.tar',
    'convert --to docker -i app:1.0 -o - all.tar | docker load',
    'convert --to rootfs -o etc.tar app.tar /etc',
    'convert --to layer --layer top -o top.tar app.tar',
  ],
  async run(args, context) {
    const { file, rest } = fileOperand(args);
    const format = args.choice('to', FORMATS);
    const output = args.value('output');
    if (!format) throw new CliError('usage', `--to FORM is missing: ${FORMATS.join(', ')}`);
    if (output === undefined) throw new CliError('usage', '-o FILE is missing: where should it be written?');
    checkCombination(format, args, rest);
    const archive = await openInput(file, context, args.value('platform'));
    const chunks = await chunksOf(archive, format, args, rest[0], context);
    const writtenBytes = await writeOutput(output, args.has('force') ? 'replace' : 'refuse', chunks, context);
    if (args.has('json'))
      await printJson(context.output, 'convert', { form: format, ...jsonName('output', output), writtenBytes });
    else if (output !== '-') await context.output.line(`${output}: ${formatBytes(writtenBytes)}`);
    return ExitCode.fine;
  },
};

/** No option is accepted and then ignored. */
function checkCombination(format: Format, args: ParsedArguments, rest: readonly string[]): void {
  const refuse = (what: string): never => {
    throw new CliError('usage', `${what} has no meaning with --to ${format}`);
  };
  if (args.has('json') && args.value('output') === '-') {
    throw new CliError('usage', '--json has no place where the archive itself goes to standard output');
  }
  if (args.has('layer') && format !== 'layer') refuse('--layer');
  if (args.has('up-to') && format !== 'rootfs') refuse('--up-to');
  if (args.has('layers') && format === 'rootfs') refuse('--layers');
  if (rest.length > (format === 'rootfs' ? 1 : 0)) refuse(`“${rest.at(-1)}”`);
  if (format === 'layer' && !args.has('layer')) throw new CliError('usage', '--layer N is missing: which one?');
  if ((format === 'rootfs' || format === 'layer') && args.list('image').length > 1) {
    throw new CliError('usage', `--to ${format} takes one --image`);
  }
}

async function chunksOf(
  archive: Archive,
  format: Format,
  args: ParsedArguments,
  path: string | undefined,
  context: CommandContext,
): Promise<AsyncIterable<Uint8Array>> {
  const choice = { image: args.list('image')[0], platform: args.value('platform') };
  const form = args.choice('layers', LAYER_FORMS);
  if (format === 'rootfs') return rootfsChunks(archive, selectImage(archive, choice), args, path, context);
  const work = await context.work();
  if (format === 'layer') {
    const { exportLayer } = await import('../../archive/exportLayer.ts');
    const { layers } = selectImage(archive, choice);
    const position = selectLayer(layers, args.value('layer') ?? '');
    const layer = layers[position] as ArchiveLayer;
    if (!layer.blob) throw new CliError('notFound', `${layerLabel(position, layer)} is not in the archive`);
    return exportLayer(layer, form === 'keep' ? 'asStored' : 'uncompressed', work).chunks;
  }
  const { writeArchive } = await import('../../archive/writeArchive.ts');
  const images = chosenImages(archive, args);
  if (format === 'docker-legacy') await noteLeftOut(archive, images, context);
  const isKept = form === undefined ? format === 'oci' : form === 'keep';
  const options = { format: WRITE_FORMATS[format], layers: isKept ? ('asStored' as const) : ('uncompressed' as const) };
  return (await writeArchive(archive, images, options, work)).chunks;
}

async function noteLeftOut(archive: Archive, images: readonly ArchiveImage[], context: CommandContext): Promise<void> {
  const { loadedImages } = await import('../../archive/dockerTags.ts');
  const loaded = new Set(loadedImages(images));
  for (const image of images) {
    if (loaded.has(image)) continue;
    const text = safeText(describeImage(archive, image));
    await context.errors.line(`note: left out, for docker-legacy has no place for it: ${text}`);
  }
}

const WRITE_FORMATS = { docker: 'docker-archive', 'docker-legacy': 'docker-legacy', oci: 'oci-layout' } as const;

async function rootfsChunks(
  archive: Archive,
  image: ArchiveImage,
  args: ParsedArguments,
  path: string | undefined,
  context: CommandContext,
): Promise<AsyncIterable<Uint8Array>> {
  const { exportTree } = await import('../../archive/flatten.ts');
  const upTo = args.value('up-to');
  const top = upTo === undefined ? image.layers.length - 1 : selectLayer(image.layers, upTo);
  const stack = await readStack(archive, image, top, context);
  const from = path === undefined ? 0 : findNode(stack.union, path, 'keep');
  return exportTree(stack.union, image.layers, await context.work(), from);
}

/** Without --image all that the platform leaves, artifacts included: a copy loses nothing unasked. */
function chosenImages(archive: Archive, args: ParsedArguments): readonly ArchiveImage[] {
  const platform = args.value('platform');
  const names = args.list('image');
  if (names.length === 0 && platform === undefined) return archive.images;
  if (names.length === 0) return requireSome(archive, { platform });
  return [...new Set(names.flatMap((image) => requireSome(archive, { image, platform })))];
}

function requireSome(archive: Archive, choice: { image?: string | undefined; platform?: string | undefined }) {
  const found = matchImages(archive, choice);
  return found.length > 0 ? found : [selectImage(archive, choice)];
}
