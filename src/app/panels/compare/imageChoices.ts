import type { ArchiveSummary, ImageSummary } from '../../../client/protocol.ts';

export interface ImageChoice {
  /** For an <option>: archive and image. */
  readonly key: string;
  readonly archive: ArchiveSummary;
  readonly image: ImageSummary;
}

export function choiceKey(archiveId: string, image: number): string {
  return `${image}@${archiveId}`;
}

/** Every image that is open and has layers, archives in the order in which they were opened. */
export function imageChoices(archives: readonly ArchiveSummary[]): ImageChoice[] {
  return archives.flatMap((archive) =>
    archive.images
      .filter((image) => image.layers.length > 0)
      .map((image) => ({ key: choiceKey(archive.id, image.index), archive, image })),
  );
}

/** A short name of an image: its first tag, else its platform, else the start of its ID. */
export function imageName(image: ImageSummary): string {
  const [tag] = image.tags;
  if (tag !== undefined) return tag;
  const id = image.imageId?.replace(/^\w+:/, '').slice(0, 12) ?? image.v1Id?.slice(0, 12);
  const platform = image.platform ? `${image.platform.os}/${image.platform.architecture}` : undefined;
  return [platform, id ?? `#${image.index + 1}`].filter(Boolean).join(' ');
}
