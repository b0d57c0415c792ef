import { removeWorkFile, writeWorkFile } from '../checkoutFiles.ts';
import type { GitCall } from '../gitCall.ts';
import { NO_CACHED_STAT } from '../../../git/gitIndex.ts';
import { fatal, GitFault } from '../gitFault.ts';
import { Pathspec } from '../pathspec.ts';
import { requireRevision } from '../revisions.ts';

/** git-restore(1). */
export async function restore(call: GitCall): Promise<number> {
  const options = call.options({
    options: {
      source: '-s --source=TREE',
      staged: '-S --staged',
      workTree: '-W --worktree',
      quiet: '-q --quiet',
    },
    notSimulated:
      '-p --patch --progress --no-progress --ours --theirs -m --merge --conflict=STYLE --ignore-unmerged --overlay --no-overlay --recurse-submodules --pathspec-from-file=F',
  });
  const repository = await call.repository();
  if (options.operands.length === 0) throw fatal('you must specify path(s) to restore');
  const toIndex = options.has('staged');
  const toWorkTree = options.has('workTree') || !toIndex;
  const index = await repository.index();
  const source = options.value('source') ?? (toIndex ? 'HEAD' : undefined);
  const head = await repository.refs.head();
  const isUnborn = source === 'HEAD' && head.oid === undefined;
  if (isUnborn) throw fatal('could not resolve HEAD');
  const files =
    source === undefined ? new Map(index.files()) : await repository.filesOf(await requireRevision(repository, source));
  const spec = new Pathspec(repository, options.operands);
  const wanted = [...files].filter(([path]) => spec.matches(path));
  const extra = [...index.files()].filter(([path]) => !files.has(path) && spec.matches(path)).map(([path]) => path);
  const [unused] = spec.unused;
  if (unused !== undefined) throw new GitFault('error', `pathspec '${unused}' did not match any file(s) known to git`);
  for (const path of extra) {
    if (toWorkTree) removeWorkFile(repository, path);
    if (toIndex) index.delete(path);
  }
  for (const [path, { mode, oid }] of wanted) {
    const before = index.get(path);
    if (toWorkTree) await writeWorkFile(repository, index, path, { mode, oid });
    if (toIndex && !toWorkTree && (before?.oid !== oid || before.mode !== mode))
      index.set({ path, mode, oid, stage: 0, stat: NO_CACHED_STAT });
    else if (!toIndex && before && (before.oid !== oid || before.mode !== mode)) index.set(before);
  }
  await repository.saveIndex(index);
  return 0;
}
