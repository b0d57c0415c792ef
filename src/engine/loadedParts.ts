import { type Digest, isDigest } from '../image/digest.ts';
import { familiarForm, type Reference } from '../image/reference.ts';
import { daemonTarStream } from './decompressStream.ts';
import type { EngineCore } from './engineCore.ts';
import type { LayerRecord } from './imageRecord.ts';
import { shelvedLayer } from './layerShelf.ts';
import { type ReadLayer, readLayer } from './layerStore.ts';
import type { OnProgress } from './progress.ts';
import { addReference, lookUp } from './references.ts';
import type { UnpackedArchive } from './unpackedArchive.ts';

/** A `docker load` under way. */
export interface Load {
  readonly core: EngineCore;
  readonly archive: UnpackedArchive;
  readonly onProgress: OnProgress;
  readonly signal: AbortSignal | undefined;
  /** Layers that it has stored: those that no image came to need go at the end. */
  readonly placed: LayerRecord[];
}

/** Reads a layer's file, telling how far it has come under the layer's short ID. `name`: the diffID that it should have,
 *  or what else names it. */
export async function readStoredLayer(
  { core, archive, onProgress, signal }: Load,
  path: string,
  name: string,
): Promise<ReadLayer> {
  const source = archive.source(path);
  const id = name.replace(/^sha256:/, '').slice(0, 12);
  const tell = (currentBytes: number) => {
    signal?.throwIfAborted();
    onProgress({ id, status: 'Loading layer', currentBytes, totalBytes: source.sizeBytes });
  };
  const shelved = isDigest(name) ? await shelvedLayer(core, name, source, tell) : undefined;
  if (shelved) return shelved;
  const counted = async function* () {
    let currentBytes = 0;
    for await (const chunk of source.stream()) {
      yield chunk;
      currentBytes += chunk.length;
      tell(currentBytes);
    }
  };
  return readLayer(core, daemonTarStream(core, counted()), signal);
}

/** Points the tag to the image, and says what it pointed to. */
export function setLoadedTag(core: EngineCore, reference: Reference, id: Digest, onProgress: OnProgress): void {
  const earlier = lookUp(core.state, reference);
  if (earlier !== undefined && earlier !== id) {
    const name = familiarForm(reference);
    onProgress({
      stream: `The image ${name} already exists, renaming the old one with ID ${earlier} to empty string\n`,
    });
  }
  addReference(core, reference, id);
}
