import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { BuildCase, CaseFile } from './buildCase.ts';

/** Files that the corpus's Dockerfiles, which come without contexts, may find beside them. */
const CORPUS_CONTEXT: readonly CaseFile[] = [
  { path: 'foo', mode: '0644', text: 'foo-contents' },
  { path: 'bar', mode: '0755', text: 'bar-contents' },
  { path: 'testfile', mode: '0644', text: 'contents0' },
  { path: 'sub/dir1/one.go', mode: '0644', text: 'package one\n' },
  { path: 'sub/dir2/foo', mode: '0600', text: 'deep' },
  { path: 'files/foo.go', mode: '0644', text: 'package foo\n' },
  { path: 'link', link: 'sub' },
];
/** Each run of such a step gives something else, or needs what neither builder was given. */
const NOT_DETERMINISTIC = /urandom|\$RANDOM|\bdate\b|mktemp|\bulimit\b|\/proc\/|--security|\bhostname\b|HOSTNAME/;

interface Transcript {
  readonly name: string;
  readonly files: readonly CaseFile[];
}

/** Every Dockerfile that the recorded sessions start with, its folder as the context. */
export function* transcriptCases(fixtures: string): Generator<BuildCase> {
  const folder = join(fixtures, 'docker/transcripts');
  for (const file of readdirSync(folder).sort()) {
    const { name, files } = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Transcript;
    for (const { path } of files) {
      if (!/(^|\/)([^/]*\.)?Dockerfile(\.[^/]+)?$/.test(path) || path.endsWith('.dockerignore')) continue;
      const context = dirname(path);
      const inside = (one: CaseFile): CaseFile[] =>
        context === '.'
          ? [one]
          : one.path.startsWith(`${context}/`)
            ? [{ ...one, path: one.path.slice(context.length + 1) }]
            : [];
      yield {
        source: 'recorded sessions',
        name: `${name} ${path}`,
        dockerfile: basename(path),
        files: files.flatMap(inside),
      };
    }
  }
}

interface TableRow {
  readonly id: string;
  readonly dockerfile?: string;
  readonly Dockerfile?: string;
}

const TABLES = ['dockerfile-corpus', 'dockerfile-lint', 'heredoc-build-results'] as const;

/** The Dockerfiles of the tables, each text once. */
export function* tableCases(fixtures: string): Generator<BuildCase> {
  const seen = new Set<string>();
  for (const table of TABLES) {
    const rows = JSON.parse(readFileSync(join(fixtures, `tables/${table}.json`), 'utf8')) as readonly TableRow[];
    for (const { id, dockerfile, Dockerfile } of rows) {
      const text = dockerfile ?? Dockerfile;
      if (text === undefined || seen.has(text)) continue;
      seen.add(text);
      const context = [{ path: 'Dockerfile', mode: '0644', text }, ...CORPUS_CONTEXT];
      const files = [...context, ...namedFiles(text, context)];
      yield { source: table, name: id, dockerfile: 'Dockerfile', files };
    }
  }
}

/** Why a Dockerfile is left out; undefined where it is built. */
export function leftOut({ dockerfile, files }: BuildCase): string | undefined {
  const text = files.find(({ path }) => path === dockerfile)?.text ?? '';
  if (NOT_DETERMINISTIC.test(text)) return 'not deterministic';
  if (/^\s*(ADD|COPY)\b.*(https?:\/\/|git@|\.git\b)/im.test(text) || NETWORK.test(text)) return 'needs a network';
  return undefined;
}

/** What reads the network that it has: the real builds have none. */
const NETWORK = /\bip (link|addr|route)\b|\bping\b|\bnslookup\b/;
const REFERENCE = /^[a-z0-9]+([._/-]+[a-z0-9]+)*(:[\w.-]+)?$/;

/** Bases that a Dockerfile names and that are not there: another image stands in for them, for both builders. */
export function missingBases({ dockerfile, files }: BuildCase, known: readonly string[]): readonly string[] {
  const text = files.find(({ path }) => path === dockerfile)?.text ?? '';
  const named = new Set<string>(['scratch', ...known]);
  const missing: string[] = [];
  for (const [, name = '', stage] of text.matchAll(/^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim)) {
    if (!named.has(name.toLowerCase()) && REFERENCE.test(name)) missing.push(name);
    if (stage !== undefined) named.add(stage.toLowerCase());
  }
  for (const [, name = ''] of text.matchAll(/--from=([^\s,]+)|,from=([^\s,]+)/g))
    if (name.includes(':') && !named.has(name) && REFERENCE.test(name)) missing.push(name);
  return [...new Set(missing)];
}

/** Files that COPY and ADD name, where the context has none of that name. */
function namedFiles(text: string, there: readonly CaseFile[]): CaseFile[] {
  const made = new Map<string, CaseFile>();
  const taken = there.map(({ path }) => path);
  const clashes = (path: string) =>
    [...taken, ...made.keys()].some((one) => one === path || one.startsWith(`${path}/`) || path.startsWith(`${one}/`));
  for (const [, rest = ''] of text.matchAll(/^\s*(?:COPY|ADD)\s+(?!.*--from)(.*)$/gim)) {
    const words = rest.split(/\s+/).filter((word) => word !== '' && !word.startsWith('--'));
    for (const word of words.slice(0, -1)) {
      const path = word.replace(/^(\.?\/)+/, '').replace(/\/$/, '');
      if (!/^[\w./-]+$/.test(path) || path.split('/').some((part) => /^\.*$/.test(part)) || clashes(path)) continue;
      const file = word.endsWith('/') ? `${path}/inside` : path;
      made.set(file, { path: file, mode: '0644', text: `${file}\n` });
    }
  }
  return [...made.values()];
}
