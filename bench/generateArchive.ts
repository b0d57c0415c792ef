import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { layerMembers, LAYER_FILE_COUNTS } from './generateRootfs.ts';
import { USTAR_END, ustarHeader, ustarPadding } from './ustar.ts';

/** Stamp of what is generated: a new one makes the cache start afresh. */
const GENERATION = 4;

export interface BenchArchive {
  /** The docker-archive. */
  readonly path: string;
  /** Its layers as files of their own, for other programs to read. */
  readonly layerPaths: readonly string[];
  readonly entryCount: number;
  readonly sizeBytes: number;
}

export interface BenchArchives {
  readonly plain: BenchArchive;
  readonly gzip: BenchArchive;
}

/** Makes (or finds in the cache) a docker-archive of 1.2 GB with the same contents at each run: once with plain
 *  layers, once with gzip ones (zlib level 6, as BuildKit and docker push them). */
export async function generateArchives(cacheDir: string): Promise<BenchArchives> {
  const dir = join(cacheDir, `archive-${GENERATION}`);
  const stamp = join(dir, 'done.json');
  const cached = existsSync(stamp) ? (JSON.parse(readFileSync(stamp, 'utf8')) as BenchArchives) : undefined;
  if (cached && existsSync(cached.plain.path)) return cached;
  mkdirSync(dir, { recursive: true });
  console.log(`generating 1.2 GB in ${dir} (once) …`);

  const plainLayers: LayerFile[] = [];
  for (let layer = 0; layer < LAYER_FILE_COUNTS.length; layer++) {
    plainLayers.push(await writeLayer(join(dir, `layer${layer}.tar`), layer));
  }
  const gzipLayers = await Promise.all(
    plainLayers.map(async (layer) => {
      const path = `${layer.path}.gz`;
      await pipeline(createReadStream(layer.path), createGzip({ level: 6 }), createWriteStream(path));
      return { ...layer, path };
    }),
  );
  const archives = {
    plain: await writeArchive(join(dir, 'plain.tar'), plainLayers),
    gzip: await writeArchive(join(dir, 'gzip.tar'), gzipLayers),
  };
  writeFileSync(stamp, JSON.stringify(archives));
  return archives;
}

interface LayerFile {
  readonly path: string;
  readonly diffId: string;
  readonly entryCount: number;
}

async function writeLayer(path: string, layer: number): Promise<LayerFile> {
  const hash = createHash('sha256');
  let entryCount = 0;
  function* chunks(): Iterable<Buffer> {
    let batch: Buffer[] = [];
    let batchBytes = 0;
    for (const { member, content } of layerMembers(layer)) {
      entryCount++;
      batch.push(ustarHeader(member), content, ustarPadding(content.length));
      batchBytes += 512 + content.length;
      if (batchBytes > 1 << 20) {
        yield Buffer.concat(batch);
        batch = [];
        batchBytes = 0;
      }
    }
    yield Buffer.concat([...batch, USTAR_END]);
  }
  const hashed = function* (): Iterable<Buffer> {
    for (const chunk of chunks()) {
      hash.update(chunk);
      yield chunk;
    }
  };
  await pipeline(Readable.from(hashed(), { objectMode: false }), createWriteStream(path));
  return { path, diffId: hash.digest('hex'), entryCount };
}

async function writeArchive(path: string, layers: readonly LayerFile[]): Promise<BenchArchive> {
  const config = Buffer.from(
    JSON.stringify({
      architecture: 'amd64',
      os: 'linux',
      config: { Cmd: ['/bin/sh'] },
      rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${layer.diffId}`) },
      history: layers.map((_, i) => ({ created: '2024-01-01T00:00:00Z', created_by: `RUN step ${i}` })),
    }),
  );
  const configName = `${createHash('sha256').update(config).digest('hex')}.json`;
  const manifest = Buffer.from(
    JSON.stringify([
      { Config: configName, RepoTags: ['bench:latest'], Layers: layers.map((layer) => `${layer.diffId}/layer.tar`) },
    ]),
  );
  async function* chunks(): AsyncIterable<Buffer> {
    const file = (name: string, sizeBytes: number) =>
      ustarHeader({ name, type: 'file', mode: 0o644, sizeBytes, mtimeSec: 1_700_000_000 });
    for (const layer of layers) {
      const { size } = statSync(layer.path);
      yield file(`${layer.diffId}/layer.tar`, size);
      yield* createReadStream(layer.path, { highWaterMark: 1 << 20 });
      yield ustarPadding(size);
    }
    yield file(configName, config.length);
    yield Buffer.concat([config, ustarPadding(config.length)]);
    yield file('manifest.json', manifest.length);
    yield Buffer.concat([manifest, ustarPadding(manifest.length), USTAR_END]);
  }
  await pipeline(Readable.from(chunks(), { objectMode: false }), createWriteStream(path));
  return {
    path,
    layerPaths: layers.map((layer) => layer.path),
    entryCount: layers.reduce((sum, layer) => sum + layer.entryCount, 0),
    sizeBytes: statSync(path).size,
  };
}
