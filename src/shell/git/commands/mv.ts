import { isDirectory } from '../../../vfs/overlay/fileMode.ts';
import { lstatIfThere, rename } from '../../kernel/calls.ts';
import { directoryOf, joinPath, lastComponent } from '../../utilities/paths.ts';
import { indexEntryOf } from '../fileSides.ts';
import type { GitCall } from '../gitCall.ts';
import { fatal, GitFault } from '../gitFault.ts';
import { treePath } from '../pathspec.ts';
import type { Repository } from '../repository.ts';

/** git-mv(1). */
export async function mv(call: GitCall): Promise<number> {
  const options = call.options({
    options: { force: '-f --force', skip: '-k', dryRun: '-n --dry-run', verbose: '-v --verbose' },
    notSimulated: '--sparse',
  });
  const repository = await call.repository();
  const sources = options.operands.slice(0, -1);
  const last = options.operands.at(-1);
  if (last === undefined || sources.length === 0)
    throw new GitFault('plain', 'usage: git mv [<options>] <source>... <destination>\n', 129);
  const target = treePath(repository, last);
  const found = lstatIfThere(repository.process, repository.absolute(target));
  const isInto = found !== undefined && isDirectory(found.mode);
  if (sources.length > 1 && !isInto) throw fatal(`destination '${last}' is not a directory`);
  for (const operand of sources) {
    const source = treePath(repository, operand);
    const to = isInto ? joinTree(target, lastComponent(source)) : target;
    const fault = await faultOf(repository, source, to, options.has('force'));
    if (fault !== undefined && options.has('skip')) continue;
    if (fault !== undefined) throw fatal(`${fault}, source=${source}, destination=${to}`);
    if (options.has('dryRun')) await call.print(`Checking rename of '${source}' to '${to}'\n`);
    if (options.has('verbose') || options.has('dryRun')) await call.print(`Renaming ${source} to ${to}\n`);
    if (!options.has('dryRun')) await moveOne(repository, source, to);
  }
  await repository.saveIndex(await repository.index());
  return 0;
}

function joinTree(directory: string, name: string): string {
  return directory === '' ? name : joinPath(directory, name);
}

async function faultOf(
  repository: Repository,
  source: string,
  to: string,
  isForced: boolean,
): Promise<string | undefined> {
  const index = await repository.index();
  const isTracked = index.entries().some(({ path }) => path === source || path.startsWith(`${source}/`));
  const there = lstatIfThere(repository.process, repository.absolute(source));
  if (!there) return 'bad source';
  if (source === to || to.startsWith(`${source}/`)) return 'can not move directory into itself';
  if (!isTracked) return isDirectory(there.mode) ? 'source directory is empty' : 'not under version control';
  const above = lstatIfThere(repository.process, repository.absolute(directoryOf(to) === '.' ? '' : directoryOf(to)));
  if (!above) return 'destination directory does not exist';
  if (lstatIfThere(repository.process, repository.absolute(to)) && !isForced) return 'destination exists';
  return undefined;
}

async function moveOne(repository: Repository, source: string, to: string): Promise<void> {
  rename(repository.process, repository.absolute(source), repository.absolute(to));
  const index = await repository.index();
  for (const entry of index.entries()) {
    if (entry.path !== source && !entry.path.startsWith(`${source}/`)) continue;
    const path = to + entry.path.slice(source.length);
    index.delete(entry.path);
    const isThere = lstatIfThere(repository.process, repository.absolute(path));
    index.set(isThere ? indexEntryOf(repository, path, entry.oid, entry.mode) : { ...entry, path });
  }
}
