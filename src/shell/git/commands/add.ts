import { isDirectory } from '../../../vfs/overlay/fileMode.ts';
import { lstatIfThere } from '../../kernel/calls.ts';
import { fileModeOf, indexEntryOf, readWorkFile, WorkTreeCache } from '../fileSides.ts';
import type { GitCall } from '../gitCall.ts';
import { fatal, GitFault } from '../gitFault.ts';
import { Ignoring } from '../ignoring.ts';
import { Pathspec, treePath } from '../pathspec.ts';
import type { Repository } from '../repository.ts';
import { listUntracked } from '../status.ts';

const NOTHING = `Nothing specified, nothing added.
hint: Maybe you wanted to say 'git add .'?
hint: Turn this message off by running
hint: "git config advice.addEmptyPathspec false"
`;

/** git-add(1). */
export async function add(call: GitCall): Promise<number> {
  const options = call.options({
    options: {
      all: '-A --all --no-ignore-removal',
      update: '-u --update',
      force: '-f --force',
      verbose: '-v --verbose',
      dryRun: '-n --dry-run',
    },
    notSimulated:
      '-p --patch -i --interactive -e --edit -N --intent-to-add --refresh --ignore-errors --chmod=MODE --renormalize --sparse --no-all --ignore-removal --pathspec-from-file=FILE',
  });
  const repository = await call.repository();
  const wholeTree = options.has('all') || options.has('update');
  const { operands } = options;
  if (operands.length === 0 && !wholeTree) {
    await call.tell(NOTHING);
    return 0;
  }
  for (const operand of operands)
    if (operand === '')
      throw fatal('empty string is not a valid pathspec. please use . instead if you meant to match all paths');
  const spec = new Pathspec(repository, operands);
  const tell = options.has('verbose') || options.has('dryRun') ? (line: string) => call.print(line) : () => undefined;
  const form = options.has('dryRun') ? 'dryRun' : 'real';
  const changed = await changedPaths(repository, spec);
  const fresh = options.has('update') ? [] : (await listUntracked(repository, 'all', false)).untracked;
  const wanted = fresh.filter((path) => spec.matches(path));
  if (!options.has('update')) wanted.push(...(await givenIgnored(repository, operands, spec, options.has('force'))));
  const unused = spec.unused.filter((operand) => !isThere(repository, operand));
  if (unused[0] !== undefined) throw fatal(`pathspec '${unused[0]}' did not match any files`);
  const index = await repository.index();
  for (const { path, isGone } of changed) {
    if (isGone) {
      await tell(`remove '${path}'\n`);
      index.delete(path);
    } else await stage(repository, path, form, tell);
  }
  for (const path of new Set(wanted)) await stage(repository, path, form, tell);
  if (form === 'real') await repository.saveIndex(index);
  return 0;
}

function isThere(repository: Repository, operand: string): boolean {
  return lstatIfThere(repository.process, repository.absolute(treePath(repository, operand))) !== undefined;
}

/** Tracked files that differ from what is staged. */
async function changedPaths(repository: Repository, spec: Pathspec) {
  const index = await repository.index();
  const cache = await WorkTreeCache.of(repository);
  const changed: { path: string; isGone: boolean }[] = [];
  for (const entry of index.entries()) {
    if (!spec.matches(entry.path)) continue;
    const side = await cache.side(entry);
    if (!side) changed.push({ path: entry.path, isGone: true });
    else if (entry.stage > 0 || side.oid !== entry.oid || side.mode !== entry.mode)
      changed.push({ path: entry.path, isGone: false });
    if (repository.process.isDue) await repository.process.pause();
  }
  return changed;
}

/** Files that are left out by an ignore file and were named; only `-f` takes them. */
async function givenIgnored(
  repository: Repository,
  operands: readonly string[],
  spec: Pathspec,
  isForced: boolean,
): Promise<string[]> {
  const index = await repository.index();
  const ignoring = await Ignoring.of(repository);
  const refused: string[] = [];
  for (const operand of operands) {
    const path = treePath(repository, operand);
    const found = lstatIfThere(repository.process, repository.absolute(path));
    if (!found || path === '' || index.get(path)) continue;
    if (await ignoring.ignoresAnywhere(path, isDirectory(found.mode))) refused.push(path);
  }
  if (refused.length > 0 && !isForced)
    throw new GitFault(
      'plain',
      `The following paths are ignored by one of your .gitignore files:\n${refused.map((path) => `${path}\n`).join('')}hint: Use -f if you really want to add them.\nhint: Turn this message off by running\nhint: "git config advice.addIgnoredFile false"\n`,
      1,
    );
  if (!isForced) return [];
  const { ignored } = await listUntracked(repository, 'all', true);
  const files = ignored.filter((path) => !path.endsWith('/') && spec.matches(path));
  return [...files, ...refused.filter((path) => !isFolder(repository, path))];
}

function isFolder(repository: Repository, path: string): boolean {
  const found = lstatIfThere(repository.process, repository.absolute(path));
  return found !== undefined && isDirectory(found.mode);
}

/** Writes a file's content into the store and its entry into the index. */
export async function stage(
  repository: Repository,
  path: string,
  form: 'real' | 'dryRun',
  tell: (line: string) => undefined | Promise<void>,
): Promise<void> {
  if (path.endsWith('/'))
    throw new GitFault(
      'plain',
      `warning: adding embedded git repository: ${path.slice(0, -1)}\nfatal: submodules are not simulated\n`,
      2,
    );
  const found = lstatIfThere(repository.process, repository.absolute(path));
  if (!found) return;
  await tell(`add '${path}'\n`);
  if (form === 'dryRun') return;
  const content = await readWorkFile(repository, path, found);
  const oid = await repository.store.write('blob', content);
  (await repository.index()).set(indexEntryOf(repository, path, oid, fileModeOf(found)));
  if (repository.process.isDue) await repository.process.pause();
}
