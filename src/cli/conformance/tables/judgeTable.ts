import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Platform } from '../../../bytes/platform.ts';
import { CliError } from '../../cliError.ts';
import { judgeCorpus, judgeParserFolder } from './dockerfileTables.ts';
import { judgeChain, judgeDuration, judgeSize, judgeSpecDocument } from './documentTables.ts';
import { judgeHeredocs } from './heredocTables.ts';
import { judgeIgnoreContext, judgeIgnoreMatch, judgePatternCompile, judgePatternMatcher } from './ignoreTables.ts';
import type { RowJudge } from './judge.ts';
import { judgeLint } from './lintTables.ts';
import { REFERENCE_JUDGES } from './referenceTables.ts';
import { judgeRulePage } from './rulePages.ts';
import { judgeShellEnvironment, judgeShellProcess, judgeShellWords } from './shellTables.ts';

export interface JudgedTable {
  readonly name: string;
  readonly passed: number;
  readonly failed: number;
  readonly problems: readonly string[];
  /** What of it was left, and why. */
  readonly notJudged: string | undefined;
}

const JUDGES: Readonly<Record<string, RowJudge>> = {
  ...REFERENCE_JUDGES,
  'dockerfile-corpus.json': judgeCorpus,
  'dockerfile-lint.json': judgeLint,
  'lint-rule-docs.json': judgeRulePage,
  'shell-process.json': judgeShellProcess,
  'shell-envvar.json': judgeShellEnvironment,
  'shell-words.json': judgeShellWords,
  'dockerignore-match.json': judgeIgnoreMatch,
  'dockerignore-context.json': judgeIgnoreContext,
  'patternmatcher.json': judgePatternMatcher,
  'patternmatcher-compile.json': judgePatternCompile,
  'units-size.json': judgeSize,
  'units-duration.json': judgeDuration,
  'image-spec-schema.json': judgeSpecDocument,
};

/** Tables by the first part of their path that need more than rules. */
export const NOT_JUDGED: Readonly<Record<string, string>> = {
  'cli-golden': 'what the docker command prints needs its commands and their input objects',
  tarsum: 'the classic builder’s checksums belong to the builder',
};

/** Judges one table of the folder. Throws CliError when it cannot be read. */
export async function judgeTable(dir: string, name: string, platform: Platform): Promise<JudgedTable> {
  const reason = NOT_JUDGED[name.split('/', 1)[0] as string];
  if (reason !== undefined) return { name, passed: 0, failed: 0, problems: [], notJudged: reason };
  if (name.startsWith('dockerfile-parser/')) return await judgeFolders(dir, name);
  const rows = await readRows(join(dir, name), name);
  if (name === 'heredoc-build-results.json') return judgeHeredocTable(name, rows);
  const judge: RowJudge | undefined =
    name === 'chainid.json' ? (row: Parameters<typeof judgeChain>[0]) => judgeChain(row, platform) : JUDGES[name];
  if (!judge)
    return { name, passed: 0, failed: 0, problems: [], notJudged: 'a table of a kind that is not known here' };
  return await tally(name, rows, (row) => judge(row as never));
}

async function tally(
  name: string,
  rows: readonly unknown[],
  judge: (row: unknown) => string | undefined | Promise<string | undefined>,
): Promise<JudgedTable> {
  const problems: string[] = [];
  for (const [index, row] of rows.entries()) {
    const problem = await problemOf(row, judge);
    if (problem !== undefined) problems.push(`${nameOf(row, index)}: ${problem}`);
  }
  return { name, passed: rows.length - problems.length, failed: problems.length, problems, notJudged: undefined };
}

async function problemOf(
  row: unknown,
  judge: (row: unknown) => string | undefined | Promise<string | undefined>,
): Promise<string | undefined> {
  try {
    return await judge(row);
  } catch (error) {
    return `threw: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function nameOf(row: unknown, index: number): string {
  const { id, rule } = (row ?? {}) as { readonly id?: unknown; readonly rule?: unknown };
  const name = id ?? rule;
  return typeof name === 'string' ? name : `row ${index + 1}`;
}

async function judgeHeredocTable(name: string, rows: readonly unknown[]): Promise<JudgedTable> {
  let left = 0;
  const table = await tally(name, rows, (row) => {
    const judged = judgeHeredocs(row as never);
    left += judged.left;
    return judged.problem;
  });
  return left === 0 ? table : { ...table, notJudged: `${left} files that RUN must make` };
}

/** Each folder holds a Dockerfile, and the tree that it gives where it must parse. */
async function judgeFolders(dir: string, name: string): Promise<JudgedTable> {
  const folders = (await readdir(join(dir, name), { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const rows = folders.map((folder) => ({ id: folder.name, path: join(dir, name, folder.name) }));
  return await tally(name, rows, async (row) => {
    const { path } = row as { readonly path: string };
    const dockerfile = await readFile(join(path, 'Dockerfile'), 'utf8');
    return judgeParserFolder(dockerfile, await readIfThere(join(path, 'result')));
  });
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function readRows(path: string, name: string): Promise<readonly unknown[]> {
  const rows: unknown = JSON.parse(await readFile(path, 'utf8'));
  if (!Array.isArray(rows)) throw new CliError('wrongKind', `${name} holds no list`);
  return rows;
}
