import { BuildError } from '../buildError.ts';
import { quote } from '../go/quote.ts';

/** A git repository as a context or a source of ADD names it: `https://…/x.git#ref:dir` (buildkit dfgitutil). */
export interface GitReference {
  readonly url: string;
  /** '' for the remote's HEAD. */
  readonly ref: string;
  readonly directory: string;
  /** Beginning of the commit's ID that it must be; '' for any. */
  readonly commit: string;
  readonly keepsGitDir: boolean | undefined;
}

const QUERIES = ['ref', 'tag', 'branch', 'subdir', 'checksum', 'commit', 'keep-git-dir'] as const;
type QueryName = (typeof QUERIES)[number];
const TRUE = /^(1|t|true)$/i;
const FALSE = /^(0|f|false)$/i;

/** Undefined for what is no git repository. Throws BuildError `context` for one that cannot be: other protocols than
 *  http are not spoken. */
export function readGitReference(text: string): GitReference | undefined {
  if (/^(git|ssh):\/\//.test(text) || /^[\w.-]+@[\w.-]+:/.test(text))
    throw new BuildError('context', `git is fetched over http and https only: ${text}`);
  const isShort = text.startsWith('github.com/');
  if (!isShort && !/^https?:\/\//.test(text)) return undefined;
  const url = parsed(isShort ? `https://${text}` : text);
  if (!url || (!isShort && !url.pathname.endsWith('.git'))) return undefined;
  const fragment = decodeURIComponent(url.hash.slice(1));
  const colon = fragment.indexOf(':');
  const query = readQuery(url.searchParams);
  const named = {
    ref: colon < 0 ? fragment : fragment.slice(0, colon),
    subdir: colon < 0 ? '' : fragment.slice(colon + 1),
  };
  url.hash = '';
  url.search = '';
  const keeps = query.get('keep-git-dir');
  return {
    url: url.href,
    ref: only('ref', [
      named.ref,
      query.get('ref'),
      under('refs/tags/', query.get('tag')),
      under('refs/heads/', query.get('branch')),
    ]),
    directory: only('subdir', [named.subdir, query.get('subdir')]),
    commit: query.get('checksum') ?? query.get('commit') ?? '',
    keepsGitDir: keeps === undefined ? undefined : readBool(keeps),
  };
}

function parsed(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

function readQuery(given: URLSearchParams): ReadonlyMap<QueryName, string> {
  const query = new Map<QueryName, string>();
  for (const [key, value] of given) {
    const name = QUERIES.find((one) => one === key);
    if (!name) throw new BuildError('context', `unexpected query ${quote(key)}`);
    if (query.has(name)) throw new BuildError('context', `query ${quote(key)} has multiple values`);
    if (value === '' && name !== 'keep-git-dir') throw new BuildError('context', `query ${quote(key)} has no value`);
    query.set(name, value);
  }
  return query;
}

function readBool(value: string): boolean {
  if (value === '' || TRUE.test(value)) return true;
  if (FALSE.test(value)) return false;
  throw new BuildError('context', `invalid keep-git-dir value: ${quote(value)}`);
}

function under(prefix: string, name: string | undefined): string | undefined {
  return name === undefined || name.startsWith(prefix) ? name : prefix + name;
}

/** What is said in several ways must be the same. */
function only(what: string, values: readonly (string | undefined)[]): string {
  const [first = '', ...others] = values.filter((value) => value !== undefined && value !== '');
  const other = others.find((value) => value !== first);
  if (other !== undefined) throw new BuildError('context', `${what} conflicts: ${quote(first)} vs ${quote(other)}`);
  return first;
}
