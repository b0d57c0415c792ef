import type { Archive, ArchiveImage } from '../archive/archive.ts';
import { printableName } from '../bytes/byteName.ts';
import type { ParsedArguments } from './arguments.ts';
import { CliError } from './cliError.ts';
import { imageNumber, imageOfNumber } from './imageNumber.ts';

/** Fewer hexadecimal digits than this name no image. */
const MIN_ID_DIGITS = 4;

export interface ImageChoice {
  readonly image?: string | undefined;
  readonly platform?: string | undefined;
}

export function imageChoice(args: ParsedArguments): ImageChoice {
  return { image: args.value('image'), platform: args.value('platform') };
}

/** The one image that is meant. Attestations and other artifacts count only when they are asked for, or when the
 *  archive has nothing else. Throws CliError `ambiguous` with a list, or `notFound`. */
export function selectImage(archive: Archive, choice: ImageChoice): ArchiveImage {
  const found = matchImages(archive, choice);
  const [only] = found;
  if (found.length === 1 && only) return only;
  if (found.length === 0) throw nothingFound(archive, choice);
  const list = found.map((image) => `\n  ${describeImage(archive, image)}`).join('');
  throw new CliError(
    'ambiguous',
    `${found.length} images ${isOpen(choice) ? 'are in it' : 'answer to that'}; choose one with --image or --platform:${list}`,
  );
}

function isOpen(choice: ImageChoice): boolean {
  return choice.image === undefined && choice.platform === undefined;
}

/** Every image that answers to the choice, in the archive's order. */
export function matchImages(archive: Archive, choice: ImageChoice): readonly ArchiveImage[] {
  const named = choice.image === undefined ? withoutArtifacts(archive.images) : matchName(archive, choice.image);
  const { platform } = choice;
  return platform === undefined ? named : named.filter((image) => platformMatches(image, platform));
}

function withoutArtifacts(images: readonly ArchiveImage[]): readonly ArchiveImage[] {
  const runnable = images.filter((image) => !image.isArtifact);
  return runnable.length > 0 ? runnable : images;
}

function matchName(archive: Archive, name: string): readonly ArchiveImage[] {
  const numbered = imageOfNumber(archive, name);
  if (numbered) return [numbered];
  const tagged = archive.images.filter((image) => image.tags.some((tag) => tag === name));
  if (tagged.length > 0) return tagged;
  const familiar = familiarReference(name);
  const similar = archive.images.filter((image) => image.tags.some((tag) => familiarReference(tag) === familiar));
  if (similar.length > 0) return similar;
  return archive.images.filter((image) => idMatches(image, name));
}

function idMatches(image: ArchiveImage, name: string): boolean {
  const digits = name.replace(/^sha(256|512):/, '').toLowerCase();
  if (digits.length < MIN_ID_DIGITS || !/^[0-9a-f]+$/.test(digits)) return false;
  return [image.imageId, image.manifest?.digest, image.v1Id].some(
    (id) => id?.replace(/^sha(256|512):/, '').startsWith(digits) === true,
  );
}

/** Docker's short spelling: no `docker.io/library/`, and `:latest` where there is neither tag nor digest. */
export function familiarReference(reference: string): string {
  const short = reference.replace(/^(index\.)?docker\.io\//, '').replace(/^library\//, '');
  return /[:@][^/]*$/.test(short) ? short : `${short}:latest`;
}

/** `linux/arm64` matches every variant, `linux/arm/v7` only that one, `arm64` any system. */
function platformMatches(image: ArchiveImage, wanted: string): boolean {
  const has = imagePlatform(image)?.split('/') ?? [];
  const parts = wanted.split('/');
  if (parts.length === 1) return has[1] === wanted;
  return parts.every((part, i) => has[i] === part);
}

export function imagePlatform(image: ArchiveImage): string | undefined {
  const os = image.platform?.os ?? image.config?.os;
  const architecture = image.platform?.architecture ?? image.config?.architecture;
  if (os === undefined && architecture === undefined) return undefined;
  const variant = image.platform?.variant ?? image.config?.variant;
  return [os || 'unknown', architecture || 'unknown', ...(variant ? [variant] : [])].join('/');
}

/** One line that tells an image from its neighbours. */
export function describeImage(archive: Archive, image: ArchiveImage): string {
  const parts = [`${imageNumber(archive, image)}:`, imageName(image)];
  const id = image.imageId ?? image.manifest?.digest ?? image.v1Id;
  if (id) parts.push(shortDigest(id));
  const platform = imagePlatform(image);
  if (platform) parts.push(platform);
  if (image.isArtifact) parts.push(`(${image.artifactType ?? 'no runnable image'})`);
  return printableName(parts.join(' '));
}

export function imageName(image: ArchiveImage): string {
  return image.tags.length > 0 ? image.tags.join(', ') : '<untagged>';
}

/** The first twelve digits, as docker shows IDs. */
export function shortDigest(digest: string): string {
  return digest.replace(/^sha(256|512):/, '').slice(0, 12);
}

function nothingFound(archive: Archive, choice: ImageChoice): CliError {
  const { image, platform } = choice;
  const asked = `${image ?? ''}${platform === undefined ? '' : ` for the platform ${platform}`}`.trim();
  const list = archive.images.map((image) => `\n  ${describeImage(archive, image)}`).join('');
  return new CliError('notFound', `no image ${printableName(asked)}; there are:${list || ' none'}`);
}
