import type { Archive, ArchiveImage } from '../archive/archive.ts';

/** An image's number as people read and type it: 1 is the first of the archive. Inside, images have positions, from 0. */
export function imageNumber(archive: Archive, image: ArchiveImage): number {
  return archive.images.indexOf(image) + 1;
}

/** The image that a typed number means, or undefined where there is none. */
export function imageOfNumber(archive: Archive, text: string): ArchiveImage | undefined {
  return /^\d{1,6}$/.test(text) ? archive.images[Number(text) - 1] : undefined;
}
