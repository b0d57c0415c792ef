import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../cliError.ts';
import { type Command, type CommandContext, JSON_OPTION } from '../command.ts';
import { safeText } from '../describeError.ts';
import { ExitCode } from '../exitCode.ts';
import { printJson } from '../jsonOutput.ts';
import { type JudgedTable, judgeTable, NOT_JUDGED } from './tables/judgeTable.ts';

/** Problems that are shown of one table; the count tells all. */
const SHOWN_PROBLEMS = 10;

export const command: Command = {
  usage: ['[options] DIR'],
  description: [
    'Compares with tables of answers that real programs gave: Dockerfiles and their trees, instructions and lint findings, ' +
      'words with shell variables, ignore files and the contexts they leave, references, sizes and times, chainIDs, and ' +
      'which documents the image-spec accepts. DIR/MANIFEST.json names the tables.',
    'A line for each table with its counts, then “N passed, N failed”. Tables that need a running machine are named, and ' +
      'do not count.',
  ],
  options: [
    { name: 'only', kind: 'value', metavar: 'TEXT', help: 'only tables whose name holds TEXT' },
    { name: 'failures', kind: 'flag', help: 'only what failed, and the closing line' },
    JSON_OPTION,
  ],
  examples: ['conformance tables fixtures/tables'],
  async run(args, context) {
    const [dir, ...rest] = args.positionals;
    if (dir === undefined || rest.length > 0)
      throw new CliError('usage', 'DIR, the folder with MANIFEST.json, is needed');
    const only = args.value('only') ?? '';
    const names = (await tableNames(dir)).filter((name) => name.includes(only));
    if (names.length === 0) throw new CliError('notFound', 'there is no table of that name in MANIFEST.json');
    const tables: JudgedTable[] = [];
    const { platform } = await context.work();
    for (const name of names) {
      context.signal.throwIfAborted();
      const table = await judgeTable(dir, name, platform);
      tables.push(table);
      if (args.has('json')) continue;
      if (table.failed > 0 || !args.has('failures')) await print(table, context);
    }
    const passed = tables.reduce((sum, table) => sum + table.passed, 0);
    const failed = tables.reduce((sum, table) => sum + table.failed, 0);
    if (args.has('json')) await printJson(context.output, 'conformance tables', { dir, tables, passed, failed });
    else await context.output.line(`${passed} passed, ${failed} failed`);
    return failed === 0 ? ExitCode.fine : ExitCode.found;
  },
};

async function print(table: JudgedTable, { output, style }: CommandContext): Promise<void> {
  const { name, passed, failed, problems, notJudged } = table;
  const left = notJudged === undefined ? '' : ` (not judged: ${notJudged})`;
  if (passed + failed === 0) {
    await output.line(`${style.dim('--')} ${safeText(name)}${left}`);
    return;
  }
  const mark = failed === 0 ? style.green('ok') : style.red('FAIL');
  await output.line(`${mark} ${safeText(name)}: ${passed} of ${passed + failed}${left}`);
  for (const problem of problems.slice(0, SHOWN_PROBLEMS)) await output.line(`     ${safeText(problem)}`);
}

/** The tables of MANIFEST.json; without one, what lies in the folder. */
async function tableNames(dir: string): Promise<string[]> {
  let text: string;
  try {
    text = await readFile(join(dir, 'MANIFEST.json'), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const found = await readdir(dir);
    return found.filter((name) => name.endsWith('.json') || name in NOT_JUDGED);
  }
  const manifest = JSON.parse(text) as { readonly entries?: readonly { readonly path?: unknown }[] };
  const paths = (manifest.entries ?? []).flatMap(({ path }) => (typeof path === 'string' ? [path] : []));
  if (paths.some((path) => path.startsWith('/') || path.split('/').includes('..'))) {
    throw new CliError('usage', 'MANIFEST.json names files outside of its folder');
  }
  return paths;
}
