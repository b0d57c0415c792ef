import { fullForm } from '../../image/reference.ts';
import { printableName } from '../../bytes/byteName.ts';
import { CliError } from '../cliError.ts';
import { type Command, JSON_OPTION } from '../command.ts';
import { ExitCode } from '../exitCode.ts';
import { formatBytes } from '../formatSize.ts';
import { jsonName, printJson } from '../jsonOutput.ts';
import { writeOutput } from '../outputFile.ts';
import { openRemoteImage, REGISTRY_OPTIONS, registryChoices, registryReference } from '../registryInput.ts';
import { imagePlatform } from '../selectImage.ts';

const FORMATS = ['oci', 'docker'] as const;

export const command: Command = {
  usage: ['[options] -o FILE|- REF'],
  description: [
    'Fetches an image from its registry and writes it as a tar: an OCI image layout, its blobs and manifests byte for ' +
      'byte, or with --to docker what docker save writes. Every digest is checked on the way, and a download that ' +
      'is cut goes on where it stopped. FILE appears whole or not at all.',
    'Of an image for several platforms one is taken, this machine’s (Linux) unless --platform names another; ' +
      '--platform all takes the index with all it holds. Layers that the registry does not keep (foreign ones) stay ' +
      'where they are.',
    'The login is the one that docker login keeps in its config file; credential helpers are not run. No login is ever ' +
      'sent to another host than the registry and its token service.',
  ],
  options: [
    { name: 'output', short: 'o', kind: 'value', metavar: 'FILE', help: 'where to write; - is standard output' },
    { name: 'to', short: 't', kind: 'value', metavar: FORMATS.join('|'), help: 'form of the archive (oci)' },
    {
      name: 'platform',
      kind: 'value',
      metavar: 'OS/ARCH[/VARIANT]|all',
      help: 'which platform of a multi-platform image',
    },
    { name: 'force', short: 'f', kind: 'flag', help: 'replace FILE when it is there' },
    ...REGISTRY_OPTIONS,
    JSON_OPTION,
  ],
  examples: [
    'pull -o alpine.tar alpine:3.20',
    'pull --platform linux/arm64 --to docker -o - ghcr.io/owner/app:1 | docker load',
    'pull -o app.tar registry.lan:5000/app --plain-http registry.lan:5000',
  ],
  async run(args, context) {
    const [text, ...rest] = args.positionals;
    const output = args.value('output');
    if (text === undefined) throw new CliError('usage', 'REF is missing: which image?');
    if (rest.length > 0) throw new CliError('usage', `one REF is enough; what is “${rest[0]}”?`);
    if (output === undefined) throw new CliError('usage', '-o FILE is missing: where should it be written?');
    if (output === '-' && args.has('json')) throw new CliError('usage', '--json and -o - both want standard output');
    const format = args.choice('to', FORMATS) ?? 'oci';
    const reference = registryReference(text);
    const choices = await registryChoices(args, context);
    context.noteFile(fullForm(reference));
    const { wantedPlatform } = await import('../../companion/connectRegistry.ts');
    const platform = args.value('platform');
    const wanted = platform === 'all' ? 'all' : wantedPlatform(platform);
    // A layout takes the blobs as they come; docker's form is known only when they have been read.
    const keeping = format === 'oci' ? 'once' : 'kept';
    const { archive, layout } = await openRemoteImage(reference, wanted, keeping, choices, context);
    const { writeArchive } = await import('../../archive/writeArchive.ts');
    const form = format === 'oci' ? 'oci-layout' : 'docker-archive';
    const layers = format === 'oci' ? 'asStored' : 'uncompressed';
    const work = await context.work();
    const written = await writeArchive(archive, archive.images, { format: form, layers }, work);
    const existing = args.has('force') ? 'replace' : 'refuse';
    const sizeBytes = await writeOutput(output, existing, written.chunks, context);
    const { root, chosen } = layout.resolved;
    const images = archive.images.filter(({ isArtifact }) => !isArtifact);
    if (args.has('json')) {
      await printJson(context.output, 'pull', {
        reference: fullForm(reference),
        digest: root.digest,
        mediaType: root.mediaType,
        ...jsonName('file', output),
        size: sizeBytes,
        images: images.map((image) => ({
          manifest: image.manifest?.digest,
          imageId: image.imageId,
          platform: imagePlatform(image),
        })),
      });
    } else if (output !== '-') {
      const what = chosen === undefined ? '' : ` (${chosen})`;
      await context.output.line(`${printableName(output)}: ${fullForm(reference)}${what}, ${formatBytes(sizeBytes)}`);
      await context.output.line(root.digest);
    }
    return ExitCode.fine;
  },
};
