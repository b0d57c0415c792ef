import { type GitCall, splitAtDashes, withNumbers } from '../gitCall.ts';
import { GitFault } from '../gitFault.ts';
import { reachable } from '../history.ts';
import { Pathspec } from '../pathspec.ts';
import { splitRevisions } from '../splitRevisions.ts';
import { requireCommit } from '../revisions.ts';
import { changesOf, startsOf } from './log.ts';

/** git-rev-list(1). */
export async function revList(call: GitCall): Promise<number> {
  const { before, paths } = splitAtDashes(call.words);
  const options = call.options(
    {
      options: {
        limit: '-n=N --max-count=N',
        count: '--count',
        all: '--all',
        reverse: '--reverse',
        firstParent: '--first-parent',
        noMerges: '--no-merges',
        merges: '--merges',
        parents: '--parents',
        abbreviate: '--abbrev-commit',
      },
      notSimulated:
        '--skip=N --objects --since=D --until=D --after=D --before=D --author=P --grep=P --topo-order --date-order --max-parents=N --min-parents=N --header --timestamp --pretty[=F] --format=F --oneline --graph --left-right --children --branches[=P] --tags[=P] --remotes[=P] --not --stdin --quiet --boundary --cherry-pick --simplify-by-decoration --max-age=T --min-age=T',
    },
    withNumbers(before),
  );
  const repository = await call.repository();
  const { revisions, operands } = await splitRevisions(repository, options.operands, paths);
  if (revisions.length === 0 && !options.has('all'))
    throw new GitFault('plain', 'usage: git rev-list [<options>] <commit>... [--] [<path>...]\n', 129);
  const extra: string[] = [];
  if (options.has('all'))
    for (const { ref } of await repository.refs.list('refs/')) extra.push(await requireCommit(repository, ref));
  const { from, without } = await startsOf(repository, revisions, extra);
  const spec = operands.length > 0 ? new Pathspec(repository, operands) : undefined;
  const most = Number(options.value('limit') ?? Number.POSITIVE_INFINITY);
  const found: string[] = [];
  for await (const commit of reachable(repository, from, without, { firstParent: options.has('firstParent') })) {
    if (found.length >= most) break;
    if (options.has('noMerges') && commit.parents.length > 1) continue;
    if (options.has('merges') && commit.parents.length < 2) continue;
    if (spec && (await changesOf(repository, commit, spec, false)).length === 0) continue;
    const shown = options.has('abbreviate') ? await repository.short(commit.oid) : commit.oid;
    found.push(options.has('parents') ? [shown, ...commit.parents].join(' ') : shown);
  }
  if (options.has('count')) await call.print(`${found.length}\n`);
  else for (const line of options.has('reverse') ? found.reverse() : found) await call.print(`${line}\n`);
  return 0;
}
