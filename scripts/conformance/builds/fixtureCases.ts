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
const NOT_DETERMINISTIC = /urandom|\$RANDOM|\bdate\b|mktemp|\/proc\/|--security|\bhostname\b|HOSTNAME/;

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
      const files = [{ path: 'Dockerfile', mode: '0644', text }, ...CORPUS_CONTEXT];
      yield { source: table, name: id, dockerfile: 'Dockerfile', files };
    }
  }
}

/** Why a Dockerfile is left out; undefined where it is built. */
export function leftOut({ dockerfile, files }: BuildCase, bases: readonly string[]): string | undefined {
  const text = files.find(({ path }) => path === dockerfile)?.text ?? '';
  if (NOT_DETERMINISTIC.test(text)) return 'not deterministic';
  if (/^\s*(ADD|COPY)\b.*(https?:\/\/|git@|\.git\b)/im.test(text)) return 'needs a network';
  const stages = new Set<string>(['scratch', ...bases]);
  for (const [, name = '', stage] of text.matchAll(/^\s*FROM\s+(?:--\S+\s+)*(\S+)(?:\s+AS\s+(\S+))?/gim)) {
    if (name.includes('$') || stages.has(name.toLowerCase())) {
      if (stage !== undefined) stages.add(stage.toLowerCase());
      continue;
    }
    return 'another base';
  }
  return undefined;
}
