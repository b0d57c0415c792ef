import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ArchiveError } from '../../archive/archive.ts';
import { openArchive } from '../../archive/openArchive.ts';
import { writeArchive } from '../../archive/writeArchive.ts';
import type { Work } from '../../bytes/platform.ts';
import { nodePlatform } from '../../platform/node.ts';
import { openFileSource } from '../../platform/nodeFile.ts';
import { CompanionError } from '../companionError.ts';
import { contextEntries, type ContextLimits } from './contextEntries.ts';
import { unpackContext } from './unpackContext.ts';

/** Writes the first image of an archive of any form into a folder, as an OCI layout. Throws CompanionError `context`
 *  for an archive that cannot be read, `limit`. */
export async function writeLayout(
  archiveFile: string,
  folder: string,
  limits: ContextLimits,
  signal: AbortSignal,
): Promise<void> {
  const tarFile = `${folder}.tar`;
  const work: Work = { platform: nodePlatform(), signal };
  try {
    const source = await openFileSource(archiveFile);
    try {
      const archive = await openArchive({ fileName: 'base', source }, work);
      const options = { format: 'oci-layout', layers: 'asStored' } as const;
      const { chunks } = await writeArchive(archive, archive.images.slice(0, 1), options, work);
      await pipeline(Readable.from(copies(chunks), { objectMode: false }), createWriteStream(tarFile, { mode: 0o600 }));
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      throw new CompanionError('context', `the archive of a base cannot be read: ${error.message}`, error);
    } finally {
      await source.close();
    }
    const layout = await openFileSource(tarFile);
    try {
      await unpackContext((await contextEntries(layout, limits)).values(), layout, folder, signal);
    } finally {
      await layout.close();
    }
  } finally {
    await rm(tarFile, { force: true });
  }
}

/** A chunk is valid only until the next is asked for, and a stream keeps several. */
export async function* copies(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield Uint8Array.from(chunk);
}
