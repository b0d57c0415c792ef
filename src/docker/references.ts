import { ImageError } from '../image/imageError.ts';
import { isNameOnly, parseReference, type Reference } from '../image/reference.ts';
import { ClientError } from './client.ts';

/** A reference that the client reads itself, before it asks the engine. Throws ClientError in the client's words. */
export function readReference(text: string): Reference {
  try {
    return parseReference(text);
  } catch (error) {
    if (error instanceof ImageError) throw new ClientError(error.message);
    throw error;
  }
}

/** A name for a new image: no digest may be in it. */
export function readTagReference(text: string): Reference {
  const reference = readReference(text);
  if (reference.digest !== undefined) throw new ClientError('refusing to create a tag with a digest reference');
  return reference;
}

/** The reference that `pull` and `push` mean, and whether a tag was filled in. */
export function transferReference(text: string, allTags: boolean): { reference: Reference; usesDefaultTag: boolean } {
  const reference = readReference(text);
  const nameOnly = isNameOnly(reference);
  if (allTags && !nameOnly) throw new ClientError("tag can't be used with --all-tags/-a");
  return { reference, usesDefaultTag: nameOnly && !allTags };
}
