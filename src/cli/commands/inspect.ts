import type { Archive, ArchiveImage, ArchiveLayer, Finding } from '../../archive/archive.ts';
import { printableName } from '../../bytes/byteName.ts';
import { type Command, type CommandContext, IMAGE_OPTION, JSON_OPTION, PLATFORM_OPTION } from '../command.ts';
import { CliError } from '../cliError.ts';
import { countText } from '../countText.ts';
import { describeFinding } from '../describeFinding.ts';
import { ExitCode } from '../exitCode.ts';
import { formatBytes } from '../formatSize.ts';
import { imageNumber } from '../imageNumber.ts';
import { instructionText } from '../instructionText.ts';
import { jsonName, printJson } from '../jsonOutput.ts';
import { findingJson, layerMark, layerNumber } from '../layerNumber.ts';
import { openInput } from '../openInput.ts';
import { imageChoice, imageName, imagePlatform, matchImages, selectImage } from '../selectImage.ts';
import { clipText, formatTable } from '../table.ts';
import { onlyFileOperand } from '../view.ts';

const INSTRUCTION_WIDTH = 80;
const DOCUMENTS = ['config', 'manifest'] as const;

export const command: Command = {
  usage: ['[options] FILE'],
  description: [
    'Shows what an archive holds: its format, the images with tags, IDs, platform and run configuration, and the ' +
      'layers of each, base first. Contents of layers are not read: verify does that.',
    'With --document the config or manifest of one image is printed byte for byte.',
  ],
  options: [
    IMAGE_OPTION,
    PLATFORM_OPTION,
    { name: 'document', kind: 'value', metavar: 'config|manifest', help: 'print this document as it is stored' },
    JSON_OPTION,
  ],
  examples: ['inspect app.tar', 'inspect --json app.tar | jq .images[0].config', 'inspect - < app.tar'],
  async run(args, context) {
    const archive = await openInput(onlyFileOperand(args), context, args.value('platform'));
    const choice = imageChoice(args);
    const document = args.choice('document', DOCUMENTS);
    if (document) {
      await printDocument(archive, args.value('image'), args.value('platform'), document, context);
      return ExitCode.fine;
    }
    const wantsAll = choice.image === undefined && choice.platform === undefined;
    const images = wantsAll ? archive.images : matchImages(archive, choice);
    if (images.length === 0) {
      selectImage(archive, choice); // says what there is instead
    }
    if (args.has('json')) await printJson(context.output, 'inspect', archiveJson(archive, images));
    else await printText(archive, images, context);
    return ExitCode.fine;
  },
};

async function printDocument(
  archive: Archive,
  image: string | undefined,
  platform: string | undefined,
  document: (typeof DOCUMENTS)[number],
  context: CommandContext,
): Promise<void> {
  const chosen = selectImage(archive, { image, platform });
  const bytes = document === 'config' ? chosen.configBytes : chosen.manifest?.bytes;
  if (!bytes) throw new CliError('notFound', `the image has no ${document}`);
  await context.output.bytes(bytes);
}

async function printText(archive: Archive, images: readonly ArchiveImage[], context: CommandContext): Promise<void> {
  const { output, style } = context;
  const formats = [archive.format, ...archive.alsoFormats].join(' + ');
  const packed = archive.outerCompression.length === 0 ? '' : `, packed with ${archive.outerCompression.join(' and ')}`;
  const counts = `${countText(archive.images.length, 'image')}, ${countText(archive.layers.length, 'layer')}`;
  await output.line(
    `${style.bold(printableName(archive.fileName))}: ${formats}${packed}, ${formatBytes(archive.sizeBytes)}, ${counts}`,
  );
  await printFindings(archive.findings, '', context);
  for (const image of images) {
    await output.line();
    await printImage(archive, image, context);
  }
}

async function printImage(archive: Archive, image: ArchiveImage, context: CommandContext): Promise<void> {
  const { output, style } = context;
  const title = `image ${imageNumber(archive, image)}: ${printableName(imageName(image))}`;
  await output.line(
    style.bold(title) + (image.isArtifact ? ` (${image.artifactType ?? 'artifact'}, not runnable)` : ''),
  );
  for (const [label, value] of imageFacts(image)) await output.line(`  ${label.padEnd(12)}${printableName(value)}`);
  await printFindings(image.findings, '  ', context);
  if (image.layers.length === 0) return;
  await output.line();
  const instructions = layerInstructions(image);
  const rows = image.layers.map((layer, i) => [
    style.layer(i, layerMark(i)),
    layer.blob ? formatBytes(layer.blobSizeBytes) : '-',
    layer.presence === 'present' ? layer.compression : layer.presence,
    layer.diffId?.slice(0, 19) ?? '-',
    clipText(printableName(instructionText(instructions[i] ?? '')), INSTRUCTION_WIDTH),
  ]);
  const lines = formatTable(
    [
      { title: 'layer', align: 'left' },
      { title: 'stored', align: 'right' },
      { title: 'form', align: 'left' },
      { title: 'diffID', align: 'left' },
      { title: 'created by', align: 'left' },
    ],
    rows,
    output.columns - 2,
  );
  for (const line of lines) await output.line(`  ${line}`);
}

function imageFacts(image: ArchiveImage): [string, string][] {
  const facts: [string, string | undefined][] = [
    ['image ID', image.imageId],
    ['v1 ID', image.v1Id],
    ['manifest', image.manifest && `${image.manifest.digest} (${image.manifest.mediaType})`],
    ['platform', imagePlatform(image)],
    ['created', image.config?.created],
    ['author', image.config?.author],
    ...runFacts(image),
  ];
  for (const [key, value] of Object.entries(image.annotations)) facts.push(['annotation', `${key}=${value}`]);
  return facts.filter((fact): fact is [string, string] => fact[1] !== undefined && fact[1] !== '');
}

function runFacts(image: ArchiveImage): [string, string | undefined][] {
  const run = image.config?.config;
  if (!run) return [];
  return [
    ['entrypoint', run.entrypoint && JSON.stringify(run.entrypoint)],
    ['command', run.cmd && JSON.stringify(run.cmd)],
    ['user', run.user],
    ['work dir', run.workingDir],
    ['ports', run.exposedPorts?.join(' ')],
    ['volumes', run.volumes?.join(' ')],
    ...(run.env ?? []).map((variable): [string, string] => ['env', variable]),
    ...Object.entries(run.labels ?? {}).map(([key, value]): [string, string] => ['label', `${key}=${value}`]),
  ];
}

/** The history step of each layer, base first: steps that made no layer are skipped. */
function layerInstructions(image: ArchiveImage): readonly (string | undefined)[] {
  return (image.config?.history ?? []).filter((step) => step.emptyLayer !== true).map((step) => step.createdBy);
}

async function printFindings(findings: readonly Finding[], indent: string, context: CommandContext): Promise<void> {
  for (const finding of findings) {
    const text = `${indent}${finding.severity}: ${describeFinding(finding)}`;
    const { style } = context;
    const paint = { info: style.dim, warning: style.yellow, error: style.red }[finding.severity];
    await context.output.line(paint(text));
  }
}

function archiveJson(archive: Archive, images: readonly ArchiveImage[]): object {
  return {
    ...jsonName('file', archive.fileName),
    size: archive.sizeBytes,
    format: archive.format,
    alsoFormats: archive.alsoFormats,
    outerCompression: archive.outerCompression,
    findings: archive.findings.map(findingJson),
    images: images.map((image) => imageJson(archive, image)),
  };
}

function imageJson(archive: Archive, image: ArchiveImage): object {
  return {
    image: imageNumber(archive, image),
    describedBy: image.describedBy,
    imageId: image.imageId,
    v1Id: image.v1Id,
    manifest: image.manifest && { digest: image.manifest.digest, mediaType: image.manifest.mediaType },
    tags: image.tags,
    platform: image.platform,
    annotations: image.annotations,
    isArtifact: image.isArtifact,
    artifactType: image.artifactType,
    config: image.config,
    findings: image.findings.map(findingJson),
    layers: image.layers.map(layerJson),
  };
}

function layerJson(layer: ArchiveLayer, position: number): object {
  return {
    layer: layerNumber(position),
    diffId: layer.diffId,
    blobDigest: layer.blobDigest,
    mediaType: layer.mediaType,
    presence: layer.presence,
    ...(layer.path === undefined ? {} : jsonName('path', layer.path)),
    storedSize: layer.blobSizeBytes,
    compression: layer.compression,
    annotations: layer.annotations,
    ...(layer.urls.length === 0 ? {} : { urls: layer.urls }),
  };
}
