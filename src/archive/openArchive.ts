import type { ByteSource } from '../bytes/byteSource.ts';
import type { Work } from '../bytes/platform.ts';
import { scanTar } from '../tar/scanTar.ts';
import { TarError } from '../tar/tarEntry.ts';
import type { TarScan } from '../tar/tarScan.ts';
import {
  ArchiveError,
  type Archive,
  type ArchiveFormat,
  type ArchiveImage,
  type ArchiveLayer,
  type ArchiveMember,
} from './archive.ts';
import { openDockerArchive } from './dockerArchive.ts';
import { openDockerDir } from './dockerDir.ts';
import { openDockerV1 } from './dockerV1.ts';
import { ArchiveFindings } from './finding.ts';
import type { DescribedImage } from './layerSpec.ts';
import { HeldResources, LayerRegistry } from './layerRegistry.ts';
import { MemberTable, normalPath } from './memberTable.ts';
import { mergeImages } from './mergeImages.ts';
import { noImage } from './noImage.ts';
import { openOciLayout } from './ociLayout.ts';
import { documentFault, type OpenContext } from './openContext.ts';
import { openRootfs } from './rootfs.ts';
import { sniffFormat } from './sniffFormat.ts';
import { asArchiveError, unwrap, type Unwrapped } from './unwrap.ts';

/** A file, or the files of a folder (an OCI layout, skopeo's `dir:`) with paths relative to it. */
export type ArchiveInput =
  | { readonly fileName: string; readonly source: ByteSource }
  | { readonly fileName: string; readonly folder: FolderSource };

export type FolderSource = readonly { readonly path: string; readonly source: ByteSource }[];

/** Opens an archive of images in any form: finds its images and where their layers lie. Layers are read when asked
 *  for. What can be shown of a damaged archive is shown, with findings; where nothing can, throws ArchiveError. */
export async function openArchive(input: ArchiveInput, work: Work): Promise<Archive> {
  const held = new HeldResources();
  try {
    return 'folder' in input
      ? await openFolder(input.fileName, input.folder, held, work)
      : await openFile(input, held, work);
  } catch (error) {
    await held.dispose();
    throw error;
  }
}

async function openFolder(fileName: string, folder: FolderSource, held: HeldResources, work: Work): Promise<Archive> {
  const members = new MemberTable(undefined);
  let sizeBytes = 0;
  for (const { path, source } of folder) {
    members.addFile(path, source);
    sizeBytes += source.sizeBytes;
  }
  await addLinkTexts(folder, members);
  if (folder.length === 0) throw new ArchiveError('empty', '', undefined, `${fileName}: the folder is empty`);
  const context = { fileName, members, work, findings: new ArchiveFindings(), isCut: false, configs: new Map() };
  const opened = await openContainer(context);
  if (!opened) throw new ArchiveError('noImage', '', undefined, `${fileName}: the folder holds no image`);
  return assemble(opened.context, sizeBytes, opened, [], held);
}

/** Bytes of a path; a blob of a real image is larger, save for an empty config `{}`. */
const MAX_LINK_TEXT_BYTES = 1024;

/** Symlinks of a git repository are plain files with the target as their text where it was fetched without support
 *  for links; a blob that is one is followed. */
async function addLinkTexts(folder: FolderSource, members: MemberTable): Promise<void> {
  for (const { path, source } of folder) {
    if (!/(?:^|\/)blobs\/[^/]+\/[^/]+$/.test(path) || source.sizeBytes > MAX_LINK_TEXT_BYTES) continue;
    if (source.isRemote) continue;
    const text = new TextDecoder().decode(await source.read(0, MAX_LINK_TEXT_BYTES));
    if (!/^\.\.?\/[\w./+-]+$/.test(text)) continue;
    const target = normalPath(`${path}/../${text}`);
    if (target !== undefined && target !== path && members.has(target)) members.addLink(path, text);
  }
}

async function openFile(
  { fileName, source: file }: { readonly fileName: string; readonly source: ByteSource },
  held: HeldResources,
  work: Work,
): Promise<Archive> {
  if (file.sizeBytes === 0) throw new ArchiveError('empty', '', 0, `${fileName}: the file is empty`);
  const findings = new ArchiveFindings();
  const unwrapped = await unwrap(fileName, file, findings, held, work);
  const members = new MemberTable(unwrapped.source);
  const scan = await scanMembers(fileName, unwrapped, members, work);
  if (unwrapped.fault || scan.error) reportDamage(unwrapped, scan, findings);
  else if (!scan.trailing.zeros) findings.warning('trailingBytes', { kind: 'junk', bytes: scan.trailing.bytes });

  const isCut = unwrapped.fault !== undefined || scan.error !== undefined;
  const context = { fileName, members, work, findings, isCut, configs: new Map() };
  const opened = (await openContainer(context)) ?? openPlainTar(context, unwrapped, scan);
  return assemble(opened.context, file.sizeBytes, opened, unwrapped.compressions, held);
}

async function scanMembers(
  fileName: string,
  { source, compressions, fault }: Unwrapped,
  members: MemberTable,
  work: Work,
): Promise<TarScan> {
  const onProgress = (doneBytes: number) =>
    work.onProgress?.({ phase: 'open', doneBytes, totalBytes: source.sizeBytes });
  try {
    const visit = members.addTarEntry.bind(members);
    return await scanTar(source, visit, { partial: true, signal: work.signal, onProgress });
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
    if (fault) throw asArchiveError(fileName, fault);
    const inside = compressions.length > 0 ? ` (inside ${compressions.join(', ')})` : '';
    const code = error.code === 'notTar' ? 'unknownFormat' : error.code === 'tooLong' ? 'limit' : 'corrupt';
    throw new ArchiveError(code, '', error.offset, `${fileName}: ${tarFault(error)}${inside}`, error);
  }
}

function tarFault({ code, message }: TarError): string {
  return code === 'notTar' ? 'is no archive: what begins at offset 0 is neither a tar header nor compressed' : message;
}

function reportDamage(unwrapped: Unwrapped, scan: TarScan, findings: ArchiveFindings): void {
  const error = unwrapped.fault ?? scan.error;
  if (!error) return;
  const params = { fault: error.message, code: error.code, offset: error.offset, members: scan.entryCount };
  if (error.code === 'truncated') findings.fault('truncatedArchive', params);
  else findings.fault('damagedArchive', params);
}

interface OpenedFormats {
  /** Where its members lie. */
  readonly context: OpenContext;
  readonly formats: readonly ArchiveFormat[];
  readonly images: readonly DescribedImage[];
}

/** A container of images, also one that was packed with a folder around it. Undefined when it is none. */
async function openContainer(context: OpenContext): Promise<OpenedFormats | undefined> {
  const opened = await openFormats(context);
  const folder = opened ? undefined : context.members.commonFolder();
  if (opened || folder === undefined) return opened;
  const documents = ['manifest.json', 'oci-layout', 'repositories'];
  if (!documents.some((path) => context.members.has(`${folder}/${path}`))) return undefined;
  const inside = { ...context, members: context.members.within(folder), configs: new Map() };
  if ((await sniffFormat(inside)).formats.length === 0) return undefined;
  context.findings.warning('membersNested', { path: folder });
  return openFormats(inside);
}

/** Undefined when the members are no container of images. */
async function openFormats(context: OpenContext): Promise<OpenedFormats | undefined> {
  const { formats, looksLikeImages } = await sniffFormat(context);
  const first = formats[0];
  if (first === undefined) {
    if (looksLikeImages) throw await noImage(context);
    if (context.members.has('manifest.json')) context.findings.info('manifestNotUsed');
    return undefined;
  }
  const main = await openFormat(context, first);
  const beside = first !== 'oci-layout' && formats.includes('oci-layout') ? await openBeside(context) : [];
  const images = first === 'docker-archive' ? mergeImages(main, beside, context.findings) : [...main, ...beside];
  if (images.length === 0) throw await noImage(context);
  return { context, formats, images };
}

function openFormat(context: OpenContext, format: ArchiveFormat): Promise<DescribedImage[]> {
  switch (format) {
    case 'docker-archive':
      return openDockerArchive(context);
    case 'docker-dir':
      return openDockerDir(context);
    case 'oci-layout':
      return openOciLayout(context);
    case 'docker-v1':
      return openDockerV1(context);
    case 'rootfs':
    case 'machine':
      return Promise.resolve([]);
  }
}

/** An index beside manifest.json; if it cannot be read, manifest.json still can. */
async function openBeside(context: OpenContext): Promise<DescribedImage[]> {
  try {
    return await openOciLayout(context);
  } catch (error) {
    context.findings.warning('documentUnreadable', { path: 'index.json', fault: documentFault(error) });
    return [];
  }
}

function openPlainTar(context: OpenContext, { source, fault }: Unwrapped, scan: TarScan): OpenedFormats {
  const error = fault ?? scan.error;
  if (scan.entryCount > 0) return { context, formats: ['rootfs'], images: [openRootfs(context.fileName, source)] };
  if (!error) throw new ArchiveError('noImage', '', 0, `${context.fileName}: is a tar without members`);
  const code = error.code === 'truncated' ? 'truncated' : 'corrupt';
  throw new ArchiveError(code, '', error.offset, `${context.fileName}: ${error.message}`, error);
}

async function assemble(
  context: OpenContext,
  sizeBytes: number,
  { formats, images: described }: OpenedFormats,
  outerCompression: Archive['outerCompression'],
  held: HeldResources,
): Promise<Archive> {
  const { members, findings, fileName } = context;
  findings.addAll(members.findings.list());
  const layers = new LayerRegistry(fileName, held);
  const images: ArchiveImage[] = [];
  for (const image of described) {
    context.work.signal?.throwIfAborted();
    const own: ArchiveLayer[] = [];
    for (const spec of image.layers) own.push(await layers.get(spec));
    images.push({ ...image, layers: own });
  }
  const format = formats[0] ?? 'rootfs';
  let files: readonly ArchiveMember[] | undefined;
  return {
    fileName,
    sizeBytes,
    format,
    alsoFormats: formats.slice(1),
    outerCompression,
    images,
    layers: layers.all,
    findings: findings.list(),
    get members() {
      files ??= format === 'rootfs' ? [] : members.files();
      return files;
    },
    close: () => held.dispose(),
  };
}
