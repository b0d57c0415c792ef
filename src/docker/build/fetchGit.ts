import { BuildError } from '../../build/buildError.ts';
import { checkOut, type GitFetch } from '../../build/context/gitFiles.ts';
import { readGitReference } from '../../build/context/gitReference.ts';
import type { ContextFiles } from '../../build/classic/contextFiles.ts';
import type { Work } from '../../bytes/platform.ts';
import { fetchTree } from '../../git/fetchTree.ts';
import { gitTransportOf } from '../../shell/git/transport.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { HttpFault } from '../../shell/utilities/httpRequest.ts';
import { type Client, ClientError } from '../client.ts';

const CANNOT = 'unable to prepare context: unable to "git clone" to temporary context directory: ';

/** Fetches over the machine's network, or through a companion. Throws BuildError where there is no way. */
export function gitFetchOf(process: Process): GitFetch {
  return (source) =>
    fetchTree(source, gitTransportOf(process)).catch((error: unknown) => {
      if (!(error instanceof HttpFault)) throw error;
      throw new BuildError('context', `failed to fetch remote ${source.url}: ${error.message}`);
    });
}

/** A repository as a context; undefined for what names none. Throws ClientError in the client's words. */
export async function gitContext(client: Client, source: string, work: Work): Promise<ContextFiles | undefined> {
  try {
    const reference = readGitReference(source);
    if (!reference) return undefined;
    const nowSec = client.process.kernel.clock.now().sec;
    const form = { keepsGitDir: reference.keepsGitDir ?? false, nowSec, work };
    return (await checkOut(reference, gitFetchOf(client.process), form)).files;
  } catch (error) {
    throw error instanceof BuildError ? new ClientError(CANNOT + error.message) : error;
  }
}
