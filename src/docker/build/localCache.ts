import { decodeName } from '../../bytes/byteName.ts';
import type { ByteSource } from '../../bytes/byteSource.ts';
import { MemorySource } from '../../bytes/byteSource.ts';
import { BuildError } from '../../build/buildError.ts';
import type { CacheExport, CacheImport } from '../../build/buildkit/buildkitOptions.ts';
import {
  CACHE_CONFIG_TYPE,
  cacheConfig,
  LAYER_TYPE,
  type PortableCache,
  readCacheConfig,
} from '../../build/buildkit/portableCache.ts';
import { digestOf } from '../../image/digest.ts';
import { type ImageIndex, parseIndex } from '../../image/manifest.ts';
import { MediaType } from '../../image/mediaTypes.ts';
import { jsonBytes, type JsonWritable } from '../../image/writeJson.ts';
import * as calls from '../../shell/kernel/calls.ts';
import { O_CREAT, O_TRUNC, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { type Client, fileErrorText } from '../client.ts';

const REF_NAME = 'org.opencontainers.image.ref.name';
const DIGEST = /^sha256:([0-9a-f]{64})$/;
const MAX_DOCUMENT_BYTES = 64 * 1024 * 1024;

/** `type=local,src=FOLDER`: an OCI layout whose index names the layers and the config of a cache. */
export function localImport(
  client: Client,
  folder: string,
  { tag, digest }: { readonly tag: string; readonly digest: string | undefined },
): CacheImport {
  return {
    name: `local:${folder}`,
    read: async () => {
      const wanted = digest ?? namedDigest(await documentAt(client, folder, `${folder}/index.json`), tag);
      const { manifests } = await documentAt(client, folder, blobPath(folder, wanted));
      const config = manifests.find(({ mediaType }) => mediaType === CACHE_CONFIG_TYPE);
      if (!config) throw new BuildError('context', `${folder} holds no build cache`);
      const cache = readCacheConfig(await read(client, folder, blobPath(folder, config.digest)));
      return { cache, open: async (place) => streamed(client, folder, cache.layers[place]?.diffId ?? '') };
    },
  };
}

function namedDigest({ manifests }: ImageIndex, tag: string): string {
  const found = manifests.find(({ annotations }) => annotations?.[REF_NAME] === tag) ?? manifests.at(-1);
  if (!found) throw new BuildError('context', `the index names no ${tag}`);
  return found.digest;
}

async function documentAt(client: Client, folder: string, path: string): Promise<ImageIndex> {
  const bytes = await read(client, folder, path);
  try {
    return parseIndex(bytes);
  } catch (error) {
    throw new BuildError('context', `${path}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function read({ process }: Client, folder: string, path: string): Promise<Uint8Array> {
  try {
    return await calls.readFile(process, path, MAX_DOCUMENT_BYTES);
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    throw new BuildError('context', `local cache import at ${folder}: ${fileErrorText(error)}`);
  }
}

async function streamed(client: Client, folder: string, digest: string): Promise<AsyncIterable<Uint8Array>> {
  return new MemorySource(await read(client, folder, blobPath(folder, digest))).stream();
}

/** Throws BuildError for what is no digest: nothing outside the folder is named. */
function blobPath(folder: string, digest: string): string {
  const hex = DIGEST.exec(digest)?.[1];
  if (hex === undefined) throw new BuildError('context', `${digest} is no sha256 digest`);
  return `${folder}/blobs/sha256/${hex}`;
}

/** `type=local,dest=FOLDER`. What other caches have there stays. */
export function localExport(
  client: Client,
  folder: string,
  { mode, tag }: { readonly mode: 'min' | 'max'; readonly tag: string },
): CacheExport {
  return {
    name: 'exporting cache to client directory',
    mode,
    write: async (cache, tars, tell) => {
      await tell('preparing build cache for export done');
      calls.makeDirectories(client.process, `${folder}/blobs/sha256`, 0o755);
      await writeLayers(client, folder, cache, tars, tell);
      const config = cacheConfig(
        cache,
        tars.map(({ sizeBytes }) => sizeBytes),
      );
      const configBlob = await writeBlob(client, folder, config);
      await tell(`writing config ${configBlob.digest} done`);
      const layers = cache.layers.map(({ diffId }, i) => ({
        mediaType: LAYER_TYPE,
        digest: diffId,
        size: tars[i]?.sizeBytes ?? 0,
      }));
      const list = jsonBytes({
        schemaVersion: 2,
        mediaType: MediaType.ociIndex,
        manifests: [...unique(layers), { mediaType: CACHE_CONFIG_TYPE, ...configBlob }],
      });
      const listBlob = await writeBlob(client, folder, list);
      await tell(`writing cache image manifest ${listBlob.digest} done`);
      await writeIndex(client, folder, { mediaType: MediaType.ociIndex, ...listBlob }, tag);
    },
  };
}

type Described = { readonly mediaType: string; readonly digest: string; readonly size: number };

function unique(blobs: readonly Described[]): readonly Described[] {
  return [...new Map(blobs.map((blob) => [blob.digest, blob])).values()];
}

async function writeLayers(
  { process }: Client,
  folder: string,
  { layers }: PortableCache,
  tars: readonly ByteSource[],
  tell: (line: string) => undefined | Promise<void>,
): Promise<void> {
  for (const [i, { diffId }] of layers.entries()) {
    const path = blobPath(folder, diffId);
    const tar = tars[i];
    if (!tar || calls.statIfThere(process, path)?.sizeBytes === tar.sizeBytes) continue;
    const file = await calls.open(process, path, O_WRONLY | O_CREAT | O_TRUNC, 0o644);
    try {
      for await (const chunk of tar.stream()) {
        await file.write(chunk.slice());
        if (process.isDue) await process.pause();
      }
    } finally {
      file.close();
    }
    await tell(`writing layer ${diffId} done`);
  }
}

async function writeBlob({ process, engine }: Client, folder: string, bytes: Uint8Array) {
  const digest = digestOf(bytes, engine.platform);
  await calls.writeFile(process, blobPath(folder, digest), bytes, 0o644);
  return { digest, size: bytes.length };
}

async function writeIndex(client: Client, folder: string, named: Described, tag: string): Promise<void> {
  const { process } = client;
  const path = `${folder}/index.json`;
  const before = calls.statIfThere(process, path)
    ? await documentAt(client, folder, path).catch(() => undefined)
    : undefined;
  const others = (before?.manifests ?? []).filter(({ annotations }) => annotations?.[REF_NAME] !== tag);
  const manifests: JsonWritable[] = [
    ...others.map(({ mediaType, digest, size, annotations }) => ({
      mediaType,
      digest,
      size,
      annotations: { ...annotations },
    })),
    { ...named, annotations: { [REF_NAME]: tag } },
  ];
  const index = jsonBytes({ schemaVersion: 2, mediaType: MediaType.ociIndex, manifests });
  await calls.writeFile(process, path, decodeName(index), 0o644);
  await calls.writeFile(process, `${folder}/oci-layout`, '{"imageLayoutVersion":"1.0.0"}', 0o644);
}
