import { removeWorkFile } from '../checkoutFiles.ts';
import { WorkTreeCache } from '../fileSides.ts';
import type { GitCall } from '../gitCall.ts';
import { fatal, GitFault } from '../gitFault.ts';
import { Pathspec, treePath } from '../pathspec.ts';
import { quotePath } from '../quotePath.ts';
import type { Repository } from '../repository.ts';

/** git-rm(1). */
export async function rm(call: GitCall): Promise<number> {
  const options = call.options({
    options: {
      cached: '--cached',
      force: '-f --force',
      recursive: '-r',
      dryRun: '-n --dry-run',
      quiet: '-q --quiet',
      ignoreUnmatch: '--ignore-unmatch',
    },
    notSimulated: '--sparse --pathspec-from-file=F --pathspec-file-nul',
  });
  const repository = await call.repository();
  const { operands } = options;
  if (operands.length === 0) throw fatal('No pathspec was given. Which files should I remove?');
  const index = await repository.index();
  const spec = new Pathspec(repository, operands);
  const paths = index
    .entries()
    .map(({ path }) => path)
    .filter((path) => spec.matches(path));
  const [unused] = spec.unused;
  if (unused !== undefined && !options.has('ignoreUnmatch'))
    throw fatal(`pathspec '${unused}' did not match any files`);
  if (!options.has('recursive')) requireFiles(repository, operands, paths);
  if (!options.has('force')) await requireUnchanged(repository, paths, options.has('cached'));
  for (const path of paths) {
    if (!options.has('quiet')) await call.print(`rm ${quoted(path)}\n`);
    if (options.has('dryRun')) continue;
    if (!options.has('cached')) removeWorkFile(repository, path);
    index.delete(path);
  }
  if (!options.has('dryRun')) await repository.saveIndex(index);
  return 0;
}

function quoted(path: string): string {
  const text = quotePath(path);
  return text.startsWith('"') ? text : `'${path}'`;
}

function requireFiles(repository: Repository, operands: readonly string[], paths: readonly string[]): void {
  for (const operand of operands) {
    if (/[*?[]/.test(operand)) continue;
    const path = treePath(repository, operand);
    if (paths.some((one) => one.startsWith(path === '' ? '' : `${path}/`)))
      throw fatal(`not removing '${operand}' recursively without -r`);
  }
}

/** What would be lost must be in a commit, or in the index and the work tree alike. */
async function requireUnchanged(repository: Repository, paths: readonly string[], isCached: boolean): Promise<void> {
  const index = await repository.index();
  const head = await repository.filesOf((await repository.refs.head()).oid);
  const cache = await WorkTreeCache.of(repository);
  const [both, staged, local]: [string[], string[], string[]] = [[], [], []];
  for (const path of paths) {
    const entry = index.get(path);
    const side = entry && (await cache.side(entry));
    if (!entry || !side) continue;
    const isStaged = head.get(path)?.oid !== entry.oid || head.get(path)?.mode !== entry.mode;
    const isLocal = side.oid !== entry.oid || side.mode !== entry.mode;
    if (isStaged && isLocal) both.push(path);
    else if (isStaged && !isCached) staged.push(path);
    else if (isLocal && !isCached) local.push(path);
  }
  const told = (list: readonly string[], what: string, hint: string) => {
    if (list.length === 0) return '';
    const files = list.length === 1 ? 'the following file has' : 'the following files have';
    return `error: ${files} ${what}:\n${list.map((path) => `    ${path}\n`).join('')}(use ${hint})\n`;
  };
  const text =
    told(both, 'staged content different from both the\nfile and the HEAD', '-f to force removal') +
    told(staged, 'changes staged in the index', '--cached to keep the file, or -f to force removal') +
    told(local, 'local modifications', '--cached to keep the file, or -f to force removal');
  if (text !== '') throw new GitFault('plain', text);
}
