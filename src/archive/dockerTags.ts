import { isReference, normalForm, parseReference } from '../image/reference.ts';
import type { ArchiveImage } from './archive.ts';
import { ArchiveError } from './archive.ts';

/** An image's tags as `RepoTags` and `repositories` have them: `docker load` refuses the whole archive for one that is
 *  no name with a tag. A bare name, as annotations of a layout often are, gets the tag `latest`; other text is left
 *  out, but where it came out of such a document. */
export function dockerTags(image: ArchiveImage): string[] {
  const isDockers = image.describedBy === 'manifest.json' || image.describedBy === 'v1';
  return [...new Set(image.tags.flatMap((text) => dockerTag(text) ?? (isDockers ? [text] : [])))];
}

function dockerTag(text: string): string | undefined {
  if (!isReference(text)) return undefined;
  const { tag, digest } = parseReference(text);
  if (digest !== undefined) return undefined;
  return tag === undefined ? `${text}:latest` : text;
}

/** The images that docker can run. Throws ArchiveError `noImage` when none is among them. */
function runnableImages(images: readonly ArchiveImage[]): readonly ArchiveImage[] {
  const runnable = images.filter(({ isArtifact }) => !isArtifact);
  if (runnable.length > 0 || images.length === 0) return runnable;
  throw new ArchiveError('noImage', '', undefined, 'only artifacts are to be written, and docker loads none of them');
}

/** The images that manifest.json names. Of several platforms under one tag, as a layout has them, that is the first:
 *  the engine would move the tag to the last, and stop at one that is not for its system. The index names all. */
export function loadedImages(images: readonly ArchiveImage[]): readonly ArchiveImage[] {
  const firstOf = new Map<string, ArchiveImage>();
  return runnableImages(images).filter((image) => {
    const names = image.tags.map(normalForm);
    const first = names.map((name) => firstOf.get(name)).find((known) => known !== undefined);
    if (image.describedBy === 'oci' && first && platformText(first) !== platformText(image)) return false;
    for (const name of names) if (!firstOf.has(name)) firstOf.set(name, image);
    return true;
  });
}

function platformText({ platform }: ArchiveImage): string {
  return JSON.stringify(Object.entries(platform ?? {}).sort());
}
