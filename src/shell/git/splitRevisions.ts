import { lstatIfThere } from '../kernel/calls.ts';
import { fatal } from './gitFault.ts';
import type { Repository } from './repository.ts';
import { rangeOf, resolveRevision, unknownRevision } from './revisions.ts';

/** Tells revisions from paths: what names a revision is one, up to the first that names a file. Behind `--`, paths. */
export async function splitRevisions(
  repository: Repository,
  words: readonly string[],
  paths: readonly string[] | undefined,
): Promise<{ readonly revisions: string[]; readonly operands: string[] }> {
  const revisions: string[] = [];
  const operands: string[] = [];
  for (const word of words) {
    const isRevision = operands.length === 0 && (await namesRevision(repository, word));
    if (isRevision) {
      if (paths === undefined && isFile(repository, word) && !rangeOf(word)) throw ambiguous(word);
      revisions.push(word);
      continue;
    }
    if (paths !== undefined) throw fatal(`bad revision '${word}'`);
    if (!isFile(repository, word) && !/[*?[]/.test(word)) throw unknownRevision(word);
    operands.push(word);
  }
  return { revisions, operands: [...operands, ...(paths ?? [])] };
}

function isFile(repository: Repository, word: string): boolean {
  return lstatIfThere(repository.process, word) !== undefined;
}

function ambiguous(word: string) {
  return fatal(
    `ambiguous argument '${word}': both revision and filename\nUse '--' to separate paths from revisions, like this:\n'git <command> [<revision>...] -- [<file>...]'`,
  );
}

async function namesRevision(repository: Repository, word: string): Promise<boolean> {
  const range = rangeOf(word);
  const names = range ? [range.from, range.to] : [word.replace(/^\^/, '')];
  for (const name of names) if ((await resolveRevision(repository, name)) === undefined) return false;
  return true;
}
