import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { openArchive } from '../../../src/archive/openArchive.ts';
import { writeArchive } from '../../../src/archive/writeArchive.ts';
import type { Work } from '../../../src/bytes/platform.ts';
import { CompanionError } from '../../../src/companion/companionError.ts';
import type { BuildkitEngine } from '../../../src/companion/engines/buildkit/buildkitEngine.ts';
import type { BaseImage } from '../../../src/companion/engines/engine.ts';
import { openFileSource } from '../../../src/platform/node.ts';
import type { BuildCase } from './buildCase.ts';
import type { BuildEnd } from './simulated.ts';
import { writeChunks } from './writeChunks.ts';

const RESULT_BYTES = 2 ** 30;

/** An archive's images as the engine takes bases: an OCI layout in a folder, named as they are there. */
export async function layoutOf(archive: string, folder: string, work: Work): Promise<BaseImage[]> {
  const source = await openFileSource(archive);
  const opened = await openArchive({ fileName: archive, source }, work);
  const bases: BaseImage[] = [];
  for (const [i, image] of opened.images.entries()) {
    const layout = join(folder, String(i));
    mkdirSync(layout, { recursive: true });
    const written = await writeArchive(opened, [image], { format: 'oci-layout', layers: 'asStored' }, work);
    await writeChunks(`${layout}.tar`, written.chunks);
    const unpacked = spawnSync('tar', ['-xf', `${layout}.tar`, '-C', layout]);
    if (unpacked.status !== 0) throw new Error(`tar: ${unpacked.stderr}`);
    const { manifests } = JSON.parse(readFileSync(join(layout, 'index.json'), 'utf8')) as {
      manifests: readonly { readonly digest: string }[];
    };
    const digest = manifests[0]?.digest;
    if (digest === undefined) throw new Error(`${archive} became a layout without manifests`);
    for (const reference of image.tags) bases.push({ reference, folder: layout, digest });
  }
  await opened.close();
  await source.close();
  return bases;
}

/** Builds with a real BuildKit: no network, times as `SOURCE_DATE_EPOCH` and `rewrite-timestamp=true` make them. */
export async function buildReal(
  engine: BuildkitEngine,
  { dockerfile, target }: BuildCase,
  folder: string,
  bases: readonly BaseImage[],
  {
    epochSec,
    archive,
    workFolder,
  }: { readonly epochSec: number; readonly archive: string; readonly workFolder: string },
): Promise<BuildEnd> {
  mkdirSync(workFolder, { recursive: true });
  try {
    await engine.build(
      {
        build: 'conformance',
        user: 'conformance',
        contextFolder: folder,
        contextTar: undefined,
        dockerfile,
        target,
        platform: undefined,
        tag: undefined,
        buildArgs: [],
        bases,
        noCache: false,
        sourceDateEpoch: epochSec,
        resultFile: archive,
        workFolder,
      },
      {
        runNetwork: false,
        fetch: false,
        images: [],
        resultBytes: RESULT_BYTES,
        freeBytes: 0,
        memoryBytes: RESULT_BYTES,
        processes: 1000,
      },
      () => undefined,
      AbortSignal.timeout(120_000),
    );
    return { archive };
  } catch (error) {
    if (error instanceof CompanionError && (error.code === 'failed' || error.code === 'refused'))
      return { refusal: error.message };
    throw error;
  }
}
