import { decodeName, encodeName } from '../bytes/byteName.ts';
import { GitError } from './gitError.ts';
import type { ObjectStore } from './objectStore.ts';

/** Who did something and when; minutes east of Greenwich. */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly timeSec: number;
  readonly offsetMinutes: number;
}

export interface Commit {
  readonly oid: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
}

export interface Tag {
  readonly object: string;
  readonly type: string;
  readonly name: string;
  readonly tagger: Signature | undefined;
  readonly message: string;
}

interface Headed {
  readonly headers: readonly (readonly [string, string])[];
  readonly message: string;
}

/** Headers of a commit or tag, one a line, and the message behind an empty line. */
function headed(content: Uint8Array): Headed {
  const text = decodeName(content);
  const end = text.indexOf('\n\n');
  const head = end < 0 ? text.replace(/\n$/, '') : text.slice(0, end);
  const headers = head.split('\n').flatMap((line): [string, string][] => {
    const space = line.indexOf(' ');
    return space > 0 ? [[line.slice(0, space), line.slice(space + 1)]] : [];
  });
  return { headers, message: end < 0 ? '' : text.slice(end + 2) };
}

function headerOf({ headers }: Headed, name: string): string | undefined {
  return headers.find(([key]) => key === name)?.[1];
}

export function parseCommit(oid: string, content: Uint8Array): Commit {
  const parsed = headed(content);
  const tree = headerOf(parsed, 'tree');
  const author = signatureOf(headerOf(parsed, 'author'));
  const committer = signatureOf(headerOf(parsed, 'committer'));
  if (!isOid(tree) || !author || !committer) throw new GitError('corrupt', `commit ${oid} lacks its headers`);
  const parents = parsed.headers.flatMap(([key, value]) => (key === 'parent' && isOid(value) ? [value] : []));
  return { oid, tree, parents, author, committer, message: parsed.message };
}

export function parseTag(oid: string, content: Uint8Array): Tag {
  const parsed = headed(content);
  const object = headerOf(parsed, 'object');
  if (!isOid(object)) throw new GitError('corrupt', `tag ${oid} lacks its object`);
  return {
    object,
    type: headerOf(parsed, 'type') ?? 'commit',
    name: headerOf(parsed, 'tag') ?? '',
    tagger: signatureOf(headerOf(parsed, 'tagger')),
    message: parsed.message,
  };
}

export function isOid(text: string | undefined): text is string {
  return text !== undefined && /^[0-9a-f]{40}$/.test(text);
}

function signatureOf(text: string | undefined): Signature | undefined {
  const match = /^(.*?) ?<([^>]*)> (-?\d+) ([+-])(\d\d)(\d\d)$/.exec(text ?? '');
  if (!match) return undefined;
  const [, name = '', email = '', timeSec, sign, hours, minutes] = match;
  const offset = Number(hours) * 60 + Number(minutes);
  return { name, email, timeSec: Number(timeSec), offsetMinutes: sign === '-' ? -offset : offset };
}

export function signatureText({ name, email, timeSec, offsetMinutes }: Signature): string {
  return `${name} <${email}> ${timeSec} ${offsetText(offsetMinutes)}`;
}

/** `+0130`. */
export function offsetText(minutes: number): string {
  const size = Math.abs(minutes);
  const digits = String(Math.floor(size / 60) * 100 + (size % 60)).padStart(4, '0');
  return `${minutes < 0 ? '-' : '+'}${digits}`;
}

export function writeCommit(store: ObjectStore, commit: Omit<Commit, 'oid'>): Promise<string> {
  const lines = [
    `tree ${commit.tree}`,
    ...commit.parents.map((parent) => `parent ${parent}`),
    `author ${signatureText(commit.author)}`,
    `committer ${signatureText(commit.committer)}`,
  ];
  return store.write('commit', encodeName(`${lines.join('\n')}\n\n${commit.message}`));
}

export async function readCommit(store: ObjectStore, oid: string): Promise<Commit> {
  return parseCommit(oid, await store.readAs(oid, 'commit'));
}

/** Follows tags to what they name. */
export async function peel(store: ObjectStore, oid: string): Promise<string> {
  let at = oid;
  for (let step = 0; step < 40; step++) {
    const { type, content } = await store.read(at);
    if (type !== 'tag') return at;
    at = parseTag(at, content).object;
  }
  throw new GitError('corrupt', `tag ${oid} names tags without end`);
}
