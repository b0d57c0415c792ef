import { freemem } from 'node:os';
import type { ByteSource } from '../../bytes/byteSource.ts';
import type { FilesystemFigures } from '../../fuse/fuseFilesystem.ts';
import { OverlayFilesystem } from '../../fuse/overlayFilesystem.ts';
import { UnionFilesystem } from '../../fuse/unionFilesystem.ts';
import { LayerTreeLayer } from '../../vfs/overlay/layerTreeLayer.ts';
import { Upper } from '../../vfs/overlay/upper.ts';
import type { ParsedArguments } from '../arguments.ts';
import { CliError } from '../cliError.ts';
import { type Command, IMAGE_OPTION, PLATFORM_OPTION, UP_TO_OPTION } from '../command.ts';
import { safeText } from '../describeError.ts';
import { ExitCode } from '../exitCode.ts';
import { openLayers } from '../mount/openLayers.ts';
import { mountFolder, requireMounting } from '../mount/requirements.ts';
import { serveImage } from '../mount/serveImage.ts';
import { ROLE_VARIABLE, SERVER_ROLE, superviseServer } from '../mount/supervise.ts';
import { type ImageStack, readStack } from '../imageStack.ts';
import { openInput } from '../openInput.ts';
import { describeImage, imageChoice, selectImage } from '../selectImage.ts';
import { selectLayer } from '../selectLayer.ts';
import { fileOperand } from '../view.ts';

export const command: Command = {
  usage: ['--ro [options] FILE DIR'],
  description: [
    'Shows an image as a file system on the folder DIR, served through /dev/fuse by this program: needs Linux and root, ' +
      'no kernel module of its own and no daemon. It stays in the foreground; Ctrl-C, or umount DIR, ends it.',
    'With --ro nothing can be changed.',
    'Device nodes and setuid programs of the image work, and every user of this machine may enter DIR. Where the image ' +
      'is not trusted, mount below a folder that only root can enter, or with --options nosuid,nodev.',
  ],
  options: [
    IMAGE_OPTION,
    PLATFORM_OPTION,
    UP_TO_OPTION,
    { name: 'ro', kind: 'flag', help: 'read-only' },
    {
      name: 'options',
      short: 'o',
      kind: 'value',
      metavar: 'LIST',
      help: 'mount options, separated by commas: nosuid, nodev, noexec, noatime',
    },
  ],
  examples: ['mount --ro app.tar /mnt'],
  async run(args, context) {
    const { file, folder } = operands(args);
    requireMounting();
    const target = await mountFolder(folder);
    const options = givenOptions(args);
    if (context.environment[ROLE_VARIABLE] !== SERVER_ROLE) {
      return superviseServer(serverWords(args, file, target.path), target.path, context);
    }
    const archive = await openInput(file, context);
    const image = selectImage(archive, imageChoice(args));
    const wanted = args.value('up-to');
    const upTo = wanted === undefined ? image.layers.length - 1 : selectLayer(image.layers, wanted);
    const stack = await readStack(archive, image, upTo, context);
    const contents = await openLayers(image.layers, stack.indexed, await context.work(), context.onExit);
    const upper = args.has('ro') ? undefined : new Upper();
    const filesystem = upper ? overUpper(stack, contents, upper) : new UnionFilesystem(stack.union, contents);
    const announcement =
      `${safeText(describeImage(archive, image))}\n` +
      `mounted ${upper ? 'read-write' : 'read-only'} on ${target.path}; to end: Ctrl-C, or umount ${target.path}`;
    const mountOptions = upper ? options : ['ro', ...options];
    await serveImage({ filesystem, folder: target.path, file, mountOptions, announcement }, context);
    return ExitCode.fine;
  },
};

function operands(args: ParsedArguments): { readonly file: string; readonly folder: string } {
  const { file, rest } = fileOperand(args);
  const [folder, ...more] = rest;
  if (folder === undefined) throw new CliError('usage', 'DIR is missing: the folder to mount on');
  if (more.length > 0) throw new CliError('usage', `FILE and DIR are enough; what is “${more[0]}”?`);
  return { file, folder };
}

const MOUNT_OPTIONS: readonly string[] = ['nosuid', 'nodev', 'noexec', 'noatime'];

function givenOptions(args: ParsedArguments): readonly string[] {
  const words = (args.value('options') ?? '').split(',').filter((word) => word !== '');
  const unknown = words.find((word) => !MOUNT_OPTIONS.includes(word));
  if (unknown !== undefined) {
    throw new CliError('usage', `--options knows ${MOUNT_OPTIONS.join(', ')}; not “${unknown}”`);
  }
  return words;
}

/** The command line again, for the serving process. */
function serverWords(args: ParsedArguments, file: string, folder: string): readonly string[] {
  const words: string[] = [];
  for (const option of command.options) {
    for (const value of args.list(option.name))
      words.push(option.kind === 'flag' ? `--${option.name}` : `--${option.name}=${value}`);
  }
  return [...words, '--', file, folder];
}

function overUpper(
  { trees, indexed }: ImageStack,
  contents: readonly (ByteSource | undefined)[],
  upper: Upper,
): OverlayFilesystem {
  const lowers: LayerTreeLayer[] = [];
  for (const [position, tree] of trees.entries()) {
    const content = contents[position];
    if (tree && content) lowers.unshift(new LayerTreeLayer(tree, content, layerId(position)));
  }
  const sizeBytes = indexed.reduce((sum, index) => sum + (index?.sizeBytes ?? 0), 0);
  return new OverlayFilesystem(lowers, upper, '', () => memoryFigures(sizeBytes));
}

/** Stands for the layer in marks of this mount alone. */
function layerId(position: number): Uint8Array {
  return new TextEncoder().encode(`layer ${position}`.padEnd(16));
}

/** What statfs(2) shows: changes are kept in memory. */
function memoryFigures(layerBytes: number): FilesystemFigures {
  const freeBlocks = Math.floor(freemem() / BLOCK_BYTES);
  const blocks = freeBlocks + Math.ceil((layerBytes + process.memoryUsage.rss()) / BLOCK_BYTES);
  return { blockSizeBytes: BLOCK_BYTES, blocks, freeBlocks, files: 2 ** 32, freeFiles: 2 ** 31 };
}

const BLOCK_BYTES = 4096;
