import { type ContainerConfig, EMPTY_CONFIG } from '../../engine/containerConfig.ts';
import { EngineError } from '../../engine/engineError.ts';
import type { ImageCalls } from '../../engine/imageCalls.ts';
import type { ImageRecord } from '../../engine/imageRecord.ts';
import type { Digest } from '../../image/digest.ts';
import type { CacheDecision } from './cacheProbe.ts';

/** The images of `--cache-from`, the only ones that steps are taken from then (moby image/cache, ImageCache): what was
 *  built here on the way to one of them, and what their histories tell. */
export class CacheSources {
  readonly #images: ImageCalls;
  #sources: readonly ImageRecord[];

  /** Names that are not here are left out, as the daemon does. */
  constructor(images: ImageCalls, names: readonly string[]) {
    this.#images = images;
    this.#sources = names.flatMap((name) => {
      try {
        return [images.find(name)];
      } catch (error) {
        if (error instanceof EngineError) return [];
        throw error;
      }
    });
  }

  /** What a step comes from, `local` being what the images of here say. */
  async probe(parent: Digest | undefined, config: ContainerConfig, local: CacheDecision): Promise<Digest | undefined> {
    if (local.outcome === 'hit' && this.#sources.some(({ id }) => this.#isAbove(id, local.image))) return local.image;
    const base = parent === undefined ? undefined : this.#images.find(parent);
    const at = base?.config.history.length ?? 0;
    const wanted = (config.Cmd ?? []).join(' ');
    const target = this.#sources.find(
      (source) => isValidParent(source, base) && source.config.history[at]?.createdBy === wanted,
    );
    if (!target) return undefined;
    if (at === target.config.history.length - 1) {
      // From now on it has a parent here.
      if (base) await this.#images.createFromConfig(target.configBytes, base.id);
      return target.id;
    }
    // From now on only this one: steps of several are not mixed.
    this.#sources = [target];
    return this.#restore(target, base, config);
  }

  #isAbove(id: Digest, ancestor: Digest): boolean {
    const seen = new Set<Digest>();
    for (let at = this.#images.find(id).parent; at !== undefined && !seen.has(at); at = this.#images.find(at).parent) {
      if (at === ancestor) return true;
      seen.add(at);
    }
    return false;
  }

  /** The image that stood there on the way, made anew of the history. */
  async #restore(target: ImageRecord, base: ImageRecord | undefined, config: ContainerConfig): Promise<Digest> {
    const entry = target.config.history[base?.config.history.length ?? 0];
    const newLayer = entry?.emptyLayer === true ? undefined : target.layers[base?.layers.length ?? 0]?.diffId;
    const made = await this.#images.create({
      parent: base?.id,
      newLayer,
      config,
      containerConfig: EMPTY_CONFIG,
      containerId: '',
      comment: entry?.comment ?? '',
      author: entry?.author ?? '',
      createdBy: entry?.createdBy ?? '',
      ...(entry?.created !== undefined && { created: entry.created }),
    });
    return made.id;
  }
}

/** Whether an image may have been built on another: its history and layers begin as the other's. */
function isValidParent(image: ImageRecord, parent: ImageRecord | undefined): boolean {
  const { history } = image.config;
  if (history.length === 0) return false;
  if (!parent || (parent.config.history.length === 0 && parent.layers.length === 0)) return true;
  if (parent.config.history.length >= history.length || parent.layers.length > image.layers.length) return false;
  const isSameHistory = parent.config.history.every(
    (entry, i) => entry.createdBy === history[i]?.createdBy && entry.emptyLayer === history[i]?.emptyLayer,
  );
  return isSameHistory && parent.layers.every(({ diffId }, i) => diffId === image.layers[i]?.diffId);
}
