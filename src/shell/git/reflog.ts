import { decodeName, encodeName } from '../../bytes/byteName.ts';
import { signatureText } from '../../git/commit.ts';
import { O_APPEND, O_CREAT, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { makeDirectories, open, readFile } from '../kernel/calls.ts';
import { isErrno } from '../utilities/failure.ts';
import { GitFault } from './gitFault.ts';
import { identityOf, nowOf } from './identity.ts';
import type { Repository } from './repository.ts';

const NO_OBJECT = '0000000000000000000000000000000000000000';

/** Notes where HEAD was (`logs/HEAD`). */
export async function noteHead(
  repository: Repository,
  before: string | undefined,
  after: string,
  message: string,
): Promise<void> {
  if (repository.isBare) return;
  const { process } = repository;
  const who = await identityOf(repository, 'committer').catch((error: unknown) => {
    // Moving HEAD asks for no name.
    if (!(error instanceof GitFault)) throw error;
    return { name: 'unknown', email: `unknown@${process.namespaces.uts.hostname}`, ...nowOf(process) };
  });
  makeDirectories(process, `${repository.gitDirectory}/logs`);
  const file = await open(process, `${repository.gitDirectory}/logs/HEAD`, O_WRONLY | O_CREAT | O_APPEND, 0o666);
  try {
    await file.write(encodeName(`${before ?? NO_OBJECT} ${after} ${signatureText(who)}\t${message}\n`));
  } finally {
    file.close();
  }
}

/** What was checked out before, for `checkout -`: a branch, or an id. */
export async function previousHead(repository: Repository): Promise<string | undefined> {
  try {
    const text = decodeName(await readFile(repository.process, `${repository.gitDirectory}/logs/HEAD`));
    const moves = [...text.matchAll(/\tcheckout: moving from (\S+) to \S+$/gm)];
    return moves.at(-1)?.[1];
  } catch (error) {
    if (isErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}
