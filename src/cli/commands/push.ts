import type { Archive, ArchiveImage } from '../../archive/archive.ts';
import { fullForm } from '../../image/reference.ts';
import type { ParsedArguments } from '../arguments.ts';
import { CliError } from '../cliError.ts';
import { type Command, IMAGE_OPTION, JSON_OPTION, PLATFORM_OPTION } from '../command.ts';
import { ExitCode } from '../exitCode.ts';
import { formatBytes } from '../formatSize.ts';
import { printJson } from '../jsonOutput.ts';
import { openInput } from '../openInput.ts';
import { connect, REGISTRY_OPTIONS, registryChoices, registryReference } from '../registryInput.ts';
import { imageChoice, selectImage } from '../selectImage.ts';

export const command: Command = {
  usage: ['[options] FILE REF', '--all [options] FILE REF'],
  description: [
    'Puts an image of an archive into a registry under a tag. Manifests, configs and layers keep their bytes and ' +
      'digests; where the archive has no manifest one is made, the same each time, its layers as they are stored. ' +
      'What the registry has already is not sent; an upload that is cut goes on where it stopped.',
    'With --all every image of the archive, under one index: the archive’s own, when it has one.',
    'The login is the one that docker login keeps in its config file; credential helpers are not run.',
  ],
  options: [
    IMAGE_OPTION,
    PLATFORM_OPTION,
    { name: 'all', kind: 'flag', help: 'all images and what belongs to them (attestations), under one index' },
    {
      name: 'mount-from',
      kind: 'value',
      metavar: 'REPOSITORY',
      help: 'take layers that this repository of the same registry has',
    },
    ...REGISTRY_OPTIONS,
    JSON_OPTION,
  ],
  examples: ['push app.tar registry.example.com/team/app:1.0', 'push --all multi.oci.tar localhost:5000/multi'],
  async run(args, context) {
    const [file, text, ...rest] = args.positionals;
    if (file === undefined || text === undefined) throw new CliError('usage', 'FILE and REF are needed');
    if (rest.length > 0) throw new CliError('usage', `one FILE and one REF are enough; what is “${rest[0]}”?`);
    if (file === '-' && args.has('password-stdin')) {
      throw new CliError('usage', 'standard input cannot be both FILE and the password');
    }
    const reference = registryReference(text);
    if (reference.digest !== undefined) throw new CliError('usage', 'REF is a tag: the digest comes from the image');
    const choices = await registryChoices(args, context);
    const archive = await openInput(file, context, args.value('platform'));
    const images = chosenImages(archive, args);
    const [work, { outgoingImage }, { pushImage }] = await Promise.all([
      context.work(),
      import('../../companion/outgoingImage.ts'),
      import('../../registry/pushImage.ts'),
    ]);
    const image = await outgoingImage(archive, images, work);
    const connection = await connect(reference, choices, context);
    const totalBytes = image.blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
    let doneBytes = 0;
    const onBytes = (byteCount: number): void => {
      doneBytes += byteCount;
      work.onProgress?.({ phase: 'upload', doneBytes, totalBytes });
    };
    context.noteFile(fullForm(reference));
    const tag = reference.tag ?? 'latest';
    const options = { tag, mountFrom: args.value('mount-from'), onBytes };
    const pushed = await pushImage(connection, reference.path, image, options, work.platform);
    const target = fullForm({ ...reference, tag });
    if (args.has('json')) {
      const blobs = pushed.blobs.map(({ digest, sizeBytes, outcome }) => ({ digest, size: sizeBytes, outcome }));
      await printJson(context.output, 'push', { reference: target, digest: pushed.digest, blobs });
    } else {
      const of = (outcome: string) => pushed.blobs.filter((blob) => blob.outcome === outcome).length;
      const counts = `${of('uploaded')} blobs sent (${formatBytes(doneBytes)}), ${of('mounted')} mounted, ${of('there')} there`;
      await context.output.line(`${target}: ${counts}`);
      await context.output.line(pushed.digest);
    }
    return ExitCode.fine;
  },
};

function chosenImages(archive: Archive, args: ParsedArguments): readonly ArchiveImage[] {
  if (!args.has('all')) return [selectImage(archive, imageChoice(args))];
  if (args.has('image') || args.has('platform')) throw new CliError('usage', '--all leaves nothing to choose');
  return archive.images;
}
