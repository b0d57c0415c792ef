import type { ByteSource } from '../bytes/byteSource.ts';
import type { Digest } from '../image/digest.ts';
import { cachedStep, forgetSteps, keepStep, noteUse, prunable } from './buildCache.ts';
import { buildCacheUsage } from './buildCacheUsage.ts';
import { cacheMountBytes, openCacheMount, removeCacheMounts } from './cacheMounts.ts';
import { createImage } from './createImage.ts';
import type { EngineCore } from './engineCore.ts';
import { EngineError } from './engineError.ts';
import { NO_FILTERS } from './filters.ts';
import type { ImageCalls } from './imageCalls.ts';
import { imageHistory } from './imageHistory.ts';
import { childrenOf, findImage, layersOf, storeImage } from './imageStore.ts';
import { mountLayers } from './imageMount.ts';
import { importImage } from './importImage.ts';
import { importUrl } from './importUrl.ts';
import { inspectImage } from './inspectImage.ts';
import { placeLayer, readLayer } from './layerStore.ts';
import { listImages } from './listImages.ts';
import { loadImages } from './loadImages.ts';
import { inspectedImageFault } from './messages.ts';
import { pruneImages, removeImage } from './removeImage.ts';
import { saveBuilt } from './saveBuilt.ts';
import { saveImages } from './saveImages.ts';
import { tagImage } from './tagImage.ts';

/** The calls about images, but for registries. */
export function localImageCalls(core: EngineCore): Omit<ImageCalls, 'search' | 'pull' | 'push'> {
  return {
    list: (options) => listImages(core, { isAll: options.isAll ?? false, filters: options.filters ?? NO_FILTERS }),
    inspect: (name) => inspectImage(core, inspected(core, name)),
    history: (name) => imageHistory(core, findImage(core, name)),
    tag: (name, target) => tagImage(core, name, target),
    remove: (name, { isForced = false, keepsParents = false } = {}) =>
      removeImage(core, name, { isForced, prunesParents: !keepsParents }),
    prune: (filters) => pruneImages(core, filters),
    importImage: (tar, options, signal) => importImage(core, tar, options, signal),
    importUrl: (url, options, onProgress, signal) => importUrl(core, url, options, onProgress, signal),
    load: (archive, onProgress, signal) => loadImages(core, archive, onProgress, signal),
    save: (names, signal) => saveImages(core, names, signal),
    saveBuilt: (image, signal) => saveBuilt(core, image, signal),
    find: (name) => findImage(core, name),
    all: () => core.state.images.values(),
    childrenOf: (id) => childrenOf(core.state, id),
    create: async (image) => createImage(core, image),
    createFromConfig: async (configBytes, parent) => storeImage(core, configBytes, parent),
    mount: (layers) => mountLayers(core, layers),
    addLayer: (below, tar) => addLayer(core, below, tar),
    layerTar: (layers) => layerTar(core, layers),
    restack: (below, layers) => restack(core, below, layers),
    cachedStep: (key) => cachedStep(core, key),
    keepStep: (step) => keepStep(core, step),
    noteUse: (step) => noteUse(core, step),
    cacheMount: (request) => openCacheMount(core, request),
    cacheMounts: () =>
      [...core.state.cacheMounts.values()].map((record) => ({ ...record, sizeBytes: cacheMountBytes(core, record) })),
    pruneBuildCache: (rules) => {
      const gone = prunable(buildCacheUsage(core), rules);
      const ids = new Set(gone.map(({ id }) => id));
      forgetSteps(core, ids);
      removeCacheMounts(core, ids);
      return { ids: [...ids], reclaimedBytes: gone.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) };
    },
    buildCache: () => core.state.buildCache.values(),
  };
}

function inspected(core: EngineCore, name: string) {
  try {
    return findImage(core, name);
  } catch (error) {
    throw error instanceof EngineError ? inspectedImageFault(name, error) : error;
  }
}

async function addLayer(core: EngineCore, below: readonly Digest[], tar: AsyncIterable<Uint8Array>): Promise<Digest> {
  const layer = await readLayer(core, tar);
  return placeLayer(core, layersOf(core, below).at(-1), layer).diffId;
}

function layerTar(core: EngineCore, layers: readonly Digest[]): ByteSource {
  const top = layersOf(core, layers).at(-1);
  if (!top) throw new RangeError('no layer was named');
  return top.tar;
}

function restack(core: EngineCore, below: readonly Digest[], layers: readonly Digest[]): void {
  let top = layersOf(core, below).at(-1);
  for (const layer of layersOf(core, layers)) top = placeLayer(core, top, layer);
}
