import { familiarForm, withDefaultTag } from '../image/reference.ts';
import type { EngineCore } from './engineCore.ts';
import { logImageEvent } from './imageEvents.ts';
import type { ImageRecord } from './imageRecord.ts';
import { findImage, replaceImage } from './imageStore.ts';
import { digestTag } from './messages.ts';
import { addReference, readReference } from './references.ts';

/** `docker tag`. A reference that stood for another image is taken over. */
export function tagImage(core: EngineCore, name: string, target: string): void {
  tagRecord(core, findImage(core, name), target);
}

export function tagRecord(core: EngineCore, image: ImageRecord, target: string): void {
  const reference = readReference(target, core.vintage);
  if (reference.digest !== undefined) throw digestTag();
  const tagged = withDefaultTag(reference);
  addReference(core, tagged, image.id);
  const stored = core.state.images.get(image.id);
  if (stored) replaceImage(core, { ...stored, lastTaggedAt: core.now() });
  logImageEvent(core, 'tag', image.id, familiarForm(tagged));
}
