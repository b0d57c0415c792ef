import type { Work } from '../bytes/platform.ts';
import { CodecError } from '../codec/codecError.ts';
import { TarError } from '../tar/tarEntry.ts';
import { ArchiveError, type Archive } from './archive.ts';
import { checkImages } from './conformanceImages.ts';
import { checkTrees } from './conformanceTrees.ts';
import { openArchive, type ArchiveInput } from './openArchive.ts';
import { everyToolRefused, someToolOpened, type RecordedArchive } from './recordedFacts.ts';
import { checkRoundTrip } from './conformanceRoundTrip.ts';

export interface ConformanceResult {
  readonly passed: boolean;
  readonly problems: readonly string[];
}

/** Opens a recorded archive and compares everything that was recorded of it: images (IDs, digests, tags, layers with
 *  their diffIDs, sizes and entries), merged trees, and that saving keeps every digest. An archive that no real tool
 *  makes anything of may be refused, with an error that has a code; one that is opened although the tools disagree or
 *  refuse must carry a finding that says so. `openInput` gives the file or folder anew. */
export async function checkArchive(
  entry: RecordedArchive,
  openInput: () => Promise<ArchiveInput>,
  work: Work,
): Promise<ConformanceResult> {
  const problems: string[] = [];
  let archive: Archive;
  try {
    archive = await openArchive(await openInput(), work);
  } catch (error) {
    if (!isClearError(error)) throw error;
    problems.push(...refusalProblems(entry, error));
    return { passed: problems.length === 0, problems };
  }
  try {
    problems.push(...(await checked('images', () => checkImages(entry, archive, work))));
    problems.push(...(await checked('trees', () => checkTrees(entry, archive, work))));
    problems.push(...(await checked('saving', () => checkRoundTrip(archive, work))));
  } finally {
    await archive.close();
  }
  return { passed: problems.length === 0, problems };
}

async function checked(what: string, check: () => Promise<string[]>): Promise<string[]> {
  try {
    return await check();
  } catch (error) {
    if (!isClearError(error)) throw error;
    return [`${what}: ${error.code}: ${error.message}`];
  }
}

function isClearError(error: unknown): error is ArchiveError | TarError | CodecError {
  return error instanceof ArchiveError || error instanceof TarError || error instanceof CodecError;
}

/** Whether it was right to refuse the archive. */
function refusalProblems(entry: RecordedArchive, error: ArchiveError | TarError | CodecError): string[] {
  const { expected } = entry;
  const refused = `refused (${error.code}: ${error.message})`;
  if (error.message === '') return [`${refused} without a message`];
  if (someToolOpened(expected)) return [`${refused}, although a real tool opens it`];
  if (entry.case !== undefined || expected.scan_error !== undefined || everyToolRefused(expected)) return [];
  const plain = expected.plain_tar;
  if (plain) return plain.entries === 0 || plain.tar_t_rc !== 0 ? [] : [`${refused}, although it is a tar`];
  const shown = (expected.images ?? []).filter(({ index, missing }) => index === undefined && !missing);
  return shown.length === 0 ? [] : [`${refused}, although it describes ${shown.length} images`];
}
