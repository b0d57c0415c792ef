import { NO_CACHED_STAT } from '../../../git/gitIndex.ts';
import type { TreeFiles } from '../../../git/tree.ts';
import { statIfThere, unlink } from '../../kernel/calls.ts';
import { forceFiles } from '../checkoutFiles.ts';
import { type GitCall, splitAtDashes } from '../gitCall.ts';
import { fatal } from '../gitFault.ts';
import { Pathspec } from '../pathspec.ts';
import { quotePath } from '../quotePath.ts';
import type { Repository } from '../repository.ts';
import { requireCommit } from '../revisions.ts';
import { splitRevisions } from '../splitRevisions.ts';
import { statusOf } from '../status.ts';
import { noteHead } from '../reflog.ts';
import { named } from './checkout.ts';

/** git-reset(1). */
export async function reset(call: GitCall): Promise<number> {
  const { before: words, paths } = splitAtDashes(call.words);
  const options = call.options(
    {
      options: { soft: '--soft', mixed: '--mixed', hard: '--hard', quiet: '-q --quiet' },
      notSimulated:
        '--merge --keep -p --patch -N --intent-to-add --recurse-submodules --no-refresh --refresh --pathspec-from-file=F',
    },
    words,
  );
  const repository = await call.repository();
  const { revisions, operands } = await splitRevisions(repository, options.operands, paths);
  const mode = options.last('soft', 'mixed', 'hard');
  const head = await repository.refs.head();
  const isUnborn = head.oid === undefined && revisions.length === 0;
  const oid = isUnborn ? undefined : await requireCommit(repository, revisions[0] ?? 'HEAD');
  const target = await repository.filesOf(oid);
  if (operands.length > 0) {
    if (mode !== undefined && mode !== 'mixed') throw fatal(`Cannot do ${mode} reset with paths.`);
    await resetIndex(repository, target, new Pathspec(repository, operands));
    if (!options.has('quiet')) await tellUnstaged(call, repository);
    return 0;
  }
  if (oid !== undefined) {
    await repository.refs.write('ORIG_HEAD', head.oid ?? oid);
    await repository.refs.write(head.kind === 'branch' ? head.ref : 'HEAD', oid);
    await noteHead(repository, head.oid, oid, `reset: moving to ${revisions[0] ?? 'HEAD'}`);
  }
  if (mode === 'soft') return 0;
  const merge = `${repository.gitDirectory}/MERGE_HEAD`;
  if (statIfThere(repository.process, merge)) unlink(repository.process, merge);
  if (mode === 'hard') {
    await forceFiles(repository, target);
    if (!options.has('quiet') && oid !== undefined)
      await call.print(`HEAD is now at ${await named(repository, oid)}\n`);
    return 0;
  }
  await resetIndex(repository, target, new Pathspec(repository, []));
  if (!options.has('quiet')) await tellUnstaged(call, repository);
  return 0;
}

async function resetIndex(repository: Repository, target: TreeFiles, spec: Pathspec): Promise<void> {
  const index = await repository.index();
  for (const { path } of index.entries()) if (!target.has(path) && spec.matches(path)) index.delete(path);
  for (const [path, { mode, oid }] of target) {
    if (!spec.matches(path)) continue;
    const staged = index.get(path);
    if (staged?.oid !== oid || staged.mode !== mode) index.set({ path, mode, oid, stage: 0, stat: NO_CACHED_STAT });
  }
  await repository.saveIndex(index);
}

async function tellUnstaged(call: GitCall, repository: Repository): Promise<void> {
  const { unstaged } = await statusOf(repository, { untracked: 'no' });
  if (unstaged.length === 0) return;
  await call.print('Unstaged changes after reset:\n');
  for (const { kind, path } of unstaged) await call.print(`${kind}\t${quotePath(path)}\n`);
}
