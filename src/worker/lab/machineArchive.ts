import type { Archive, ArchiveImage, ArchiveLayer } from '../../archive/archive.ts';
import type { ByteSource } from '../../bytes/byteSource.ts';
import type { Work } from '../../bytes/platform.ts';
import type { ContainerRecord } from '../../engine/containerRecord.ts';
import type { EngineSnapshot } from '../../engine/engineSnapshot.ts';
import type { LayerRecord } from '../../engine/imageRecord.ts';
import { type Digest, toDigest } from '../../image/digest.ts';
import { scanTar } from '../../tar/scanTar.ts';
import { writeTar } from '../../tar/writeTar.ts';
import type { LayerTree } from '../../vfs/layerTree.ts';
import { LayerTreeBuilder } from '../../vfs/layerTreeBuilder.ts';
import { sealLayer } from '../../vfs/overlay/seal.ts';
import { type UpperState, UpperView } from '../../vfs/overlay/upperView.ts';

/** A layer as the explorer needs it. */
interface Shown {
  readonly diffId: Digest;
  readonly tree: LayerTree;
  readonly tar: ByteSource;
}

/** Uppers that were made layers, by what they are: one that did not change is not sealed again. */
const sealed = new WeakMap<object, Promise<Shown>>();

/** The images of an engine, and its containers with what they have written on top, as an archive. Newest first, as
 *  `docker images` lists them; containers stand behind. */
export async function machineArchive(fileName: string, snapshot: EngineSnapshot, work: Work): Promise<Archive> {
  const { state } = snapshot;
  const layers = new Layers();
  const tagsOf = new Map<Digest, string[]>();
  for (const [reference, id] of state.references) {
    if (reference.includes('@')) continue;
    const tags = tagsOf.get(id) ?? [];
    tags.push(reference.replace(/^docker\.io\/(library\/)?/, ''));
    tagsOf.set(id, tags);
  }
  const parents = new Set([...state.images.values()].map(({ parent }) => parent));
  const images: ArchiveImage[] = [...state.images.values()]
    // Steps on the way to another image are not listed, as in `docker images`.
    .filter(({ id }) => tagsOf.has(id) || !parents.has(id))
    .sort((a, b) => b.createdSec - a.createdSec)
    .map((image) => ({
      ...NO_NAMES,
      describedBy: 'manifest.json',
      imageId: image.id,
      parentImageId: image.parent,
      config: image.config,
      configBytes: image.configBytes,
      tags: (tagsOf.get(image.id) ?? []).sort(),
      layers: image.layers.map((layer) => layers.of(layer)),
    }));
  for (const container of state.containers.values()) {
    const upper = snapshot.containers.get(container.id)?.upper;
    const top = upper && (await sealedUpper(upper, work));
    const stack = container.layers.map((layer) => layers.of(layer));
    const image = container.imageId === '' ? undefined : state.images.get(container.imageId);
    images.push({
      ...NO_NAMES,
      describedBy: 'container',
      imageId: `sha256:${container.id}` as Digest,
      config: image?.config,
      configBytes: image?.configBytes,
      tags: [nameOf(container)],
      layers: top ? [...stack, layers.of(top)] : stack,
    });
  }
  return {
    fileName,
    sizeBytes: layers.all.reduce((sum, { blobSizeBytes }) => sum + blobSizeBytes, 0),
    format: 'machine',
    alsoFormats: [],
    outerCompression: [],
    images,
    layers: layers.all,
    findings: [],
    members: [],
    close: async () => undefined,
  };
}

const NO_NAMES = {
  v1Id: undefined,
  manifest: undefined,
  platform: { os: 'linux', architecture: 'amd64' },
  annotations: {},
  artifactType: undefined,
  isArtifact: false,
  findings: [],
} as const;

function nameOf({ name }: ContainerRecord): string {
  return name.replace(/^\//, '');
}

/** Each layer once, however many images have it. */
class Layers {
  readonly all: ArchiveLayer[] = [];
  readonly #known = new Map<LayerTree, ArchiveLayer>();

  of(layer: LayerRecord | Shown): ArchiveLayer {
    const known = this.#known.get(layer.tree);
    if (known) return known;
    const made = shownLayer(layer, this.all.length);
    this.#known.set(layer.tree, made);
    this.all.push(made);
    return made;
  }
}

function shownLayer({ diffId, tree, tar }: Shown, index: number): ArchiveLayer {
  return {
    index,
    diffId,
    blobDigest: diffId,
    mediaType: 'application/vnd.oci.image.layer.v1.tar',
    annotations: {},
    urls: [],
    presence: 'present',
    path: undefined,
    blobSizeBytes: tar.sizeBytes,
    compression: 'none',
    blob: tar,
    readIndex: async () => ({ tree, entryCount: tree.length - 1, sizeBytes: tar.sizeBytes, findings: [] }),
    stream: () => tar.stream(),
    content: async () => tar,
    setTarBytes: () => undefined,
    async verify({ platform }: Work) {
      const hash = platform.createHash('sha256');
      for await (const chunk of tar.stream()) hash.update(chunk);
      const actual = toDigest('sha256', hash.digest());
      const matches = actual === diffId;
      return { diffId: actual, blobDigest: actual, diffIdMatches: matches, blobDigestMatches: matches };
    },
  };
}

/** What a container has written, as the layer that a commit would make. */
function sealedUpper(upper: UpperState, work: Work): Promise<Shown> {
  const known = sealed.get(upper.inodes);
  if (known) return known;
  const made = sealUpper(upper, work);
  sealed.set(upper.inodes, made);
  return made;
}

async function sealUpper(upper: UpperState, { platform }: Work): Promise<Shown> {
  const spool = platform.createSpool();
  const hash = platform.createHash('sha256');
  for await (const chunk of writeTar(sealLayer(new UpperView(new Uint8Array(16), upper)))) {
    hash.update(chunk);
    await spool.write(chunk.slice());
  }
  const tar = await spool.finish();
  const builder = new LayerTreeBuilder();
  const { totalBytes } = await scanTar(tar, builder.add.bind(builder));
  return { diffId: toDigest('sha256', hash.digest()), tree: builder.finish(totalBytes).tree, tar };
}
