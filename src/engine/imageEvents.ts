import type { Digest } from '../image/digest.ts';
import type { EngineCore } from './engineCore.ts';

/** moby daemon/images, LogImageEvent: the image's labels, and the name it was called by. */
export function logImageEvent(core: EngineCore, action: string, id: Digest, name: string): void {
  const labels = core.state.images.get(id)?.config.config?.labels ?? {};
  core.events.log('image', action, id, { ...labels, name });
}
