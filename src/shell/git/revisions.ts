import { isOid, peel } from '../../git/commit.ts';
import { GitError } from '../../git/gitError.ts';
import { entryAt } from '../../git/tree.ts';
import { fatal } from './gitFault.ts';
import type { Repository } from './repository.ts';

/** The object that a revision names (gitrevisions(7)): refs, `@`, ids, `~N`, `^N`, `^{type}`, `REV:PATH`, `:PATH`,
 *  `@{upstream}`. Undefined for what names none. */
export async function resolveRevision(repository: Repository, text: string): Promise<string | undefined> {
  const colon = text.startsWith(':') ? 0 : text.indexOf(':');
  if (colon >= 0) return resolvePath(repository, text.slice(0, colon), text.slice(colon + 1));
  const base = /^(.*?)((?:\^(?:\{[^}]*\}|\d*)|~\d*)*)$/s.exec(text) as RegExpExecArray;
  let oid = await resolveName(repository, base[1] as string);
  for (const [, sign, braces, digits] of (base[2] as string).matchAll(/(\^|~)(?:\{([^}]*)\}|(\d*))/g)) {
    if (oid === undefined) return undefined;
    oid = await step(repository, oid, sign as string, braces, digits ?? '');
  }
  return oid;
}

async function step(
  repository: Repository,
  from: string,
  sign: string,
  braces: string | undefined,
  digits: string,
): Promise<string | undefined> {
  if (braces !== undefined) return typed(repository, from, braces);
  const commit = await commitOf(repository, from);
  const count = digits === '' ? 1 : Number(digits);
  if (commit === undefined) return undefined;
  if (sign === '^') return count === 0 ? commit : (await repository.commit(commit)).parents[count - 1];
  let at: string | undefined = commit;
  for (let i = 0; i < count && at !== undefined; i++) {
    at = (await repository.commit(at)).parents[0];
    if (repository.process.isDue) await repository.process.pause();
  }
  return at;
}

async function typed(repository: Repository, oid: string, type: string): Promise<string | undefined> {
  const peeled = await peel(repository.store, oid);
  const found = (await repository.store.read(peeled)).type;
  if (type === '' || type === found || (type === 'tag' && peeled !== oid)) return type === 'tag' ? oid : peeled;
  return type === 'tree' && found === 'commit' ? (await repository.commit(peeled)).tree : undefined;
}

async function commitOf(repository: Repository, oid: string): Promise<string | undefined> {
  const peeled = await peel(repository.store, oid);
  return (await repository.store.read(peeled)).type === 'commit' ? peeled : undefined;
}

async function resolvePath(repository: Repository, revision: string, path: string): Promise<string | undefined> {
  const inner = path.startsWith('./') ? repository.prefix + path.slice(2) : path;
  if (revision === '') return (await repository.index()).get(inner)?.oid;
  const oid = await resolveRevision(repository, revision);
  const tree = oid === undefined ? undefined : await typed(repository, oid, 'tree');
  if (tree === undefined) return undefined;
  try {
    return (await entryAt(repository.store, tree, inner)).oid;
  } catch (error) {
    if (error instanceof GitError && error.code === 'path') return undefined;
    throw error;
  }
}

async function resolveName(repository: Repository, name: string): Promise<string | undefined> {
  const upstream = /^(.*)@\{(?:u|upstream)\}$/i.exec(name);
  if (upstream) return (await upstreamOf(repository, upstream[1] as string))?.oid;
  const plain = name === '@' ? 'HEAD' : name;
  const found = await repository.refs.find(plain);
  if (found) return found.oid;
  if (isOid(plain)) {
    const there = await repository.store.read(plain).catch(() => undefined);
    return there && plain;
  }
  const described = /-g([0-9a-f]{4,40})$/.exec(plain)?.[1] ?? plain;
  if (!/^[0-9a-f]{4,40}$/.test(described)) return undefined;
  const [first, second] = await repository.matching(described);
  return second === undefined ? first : undefined;
}

/** What a branch follows: `refs/remotes/origin/x`. `oid` is undefined while nothing was fetched. */
export async function upstreamOf(
  repository: Repository,
  branch = '',
): Promise<{ readonly ref: string; readonly shown: string; readonly oid: string | undefined } | undefined> {
  const head = await repository.refs.head();
  const name = branch === '' || branch === 'HEAD' ? (head.kind === 'branch' ? head.branch : '') : branch;
  const remote = repository.settings.get(`branch.${name}.remote`);
  const merge = repository.settings.get(`branch.${name}.merge`);
  if (remote === undefined || merge === undefined) return undefined;
  const short = merge.replace(/^refs\/heads\//, '');
  const ref = remote === '.' ? merge : `refs/remotes/${remote}/${short}`;
  const shown = remote === '.' ? short : `${remote}/${short}`;
  return { ref, shown, oid: await repository.refs.resolve(ref) };
}

/** Throws GitFault in git's words. */
export async function requireRevision(repository: Repository, text: string): Promise<string> {
  const oid = await resolveRevision(repository, text);
  if (oid === undefined) throw unknownRevision(text);
  return oid;
}

export async function requireCommit(repository: Repository, text: string): Promise<string> {
  const oid = await requireRevision(repository, text);
  const commit = await commitOf(repository, oid);
  if (commit === undefined) throw fatal(`Not a valid commit name ${text}`);
  return commit;
}

export function unknownRevision(text: string) {
  return fatal(
    `ambiguous argument '${text}': unknown revision or path not in the working tree.\nUse '--' to separate paths from revisions, like this:\n'git <command> [<revision>...] -- [<file>...]'`,
  );
}

/** Both sides of `A..B` and `A...B`; undefined for a single revision. */
export function rangeOf(text: string): { from: string; to: string; isSymmetric: boolean } | undefined {
  const match = /^(.*?)(\.{2,3})(.*)$/s.exec(text);
  if (!match || text.startsWith('./') || text.startsWith('../') || text === '..') return undefined;
  return { from: match[1] || 'HEAD', to: match[3] || 'HEAD', isSymmetric: match[2] === '...' };
}
