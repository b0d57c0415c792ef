import { DIFF_NOT_SIMULATED, DIFF_OPTIONS, diffKinds, diffText, wantsRenames } from '../diffForm.ts';
import { changesBetween } from '../fileChanges.ts';
import { type FileSides, sidesOfIndex, sidesOfTree, sidesOfWorkTree } from '../fileSides.ts';
import { type GitCall, splitAtDashes } from '../gitCall.ts';
import { fatal } from '../gitFault.ts';
import { mergeBase } from '../history.ts';
import { Pathspec } from '../pathspec.ts';
import type { Repository } from '../repository.ts';
import { requireCommit, requireRevision } from '../revisions.ts';
import { splitRevisions } from '../splitRevisions.ts';

/** git-diff(1): between work tree, index and commits. */
export async function diff(call: GitCall): Promise<number> {
  const { before: words, paths } = splitAtDashes(call.words);
  const options = call.options(
    {
      options: {
        ...DIFF_OPTIONS,
        cached: '--cached --staged',
        quiet: '-q --quiet',
        exitCode: '--exit-code',
        mergeBase: '--merge-base',
      },
      notSimulated: `${DIFF_NOT_SIMULATED} --no-index -0 -1 -2 -3 --base --ours --theirs`,
    },
    words,
  );
  const repository = await call.repository();
  const { revisions, operands } = await splitRevisions(repository, options.operands, paths);
  const sides = await sidesOf(repository, revisions, {
    isCached: options.has('cached'),
    fromBase: options.has('mergeBase'),
  });
  const spec = new Pathspec(repository, operands);
  const only = (files: FileSides) => new Map([...files].filter(([path]) => spec.matches(path)));
  const changes = await changesBetween(only(sides.before), only(sides.after), {
    renames: wantsRenames(options, repository.settings.get('diff.renames')),
  });
  const when = options.last('color', 'noColor') === 'noColor' ? 'never' : options.value('color');
  const paint = call.paint(options.has('color') ? (when ?? 'always') : when);
  if (!options.has('quiet'))
    await call.print(await diffText(repository, changes, diffKinds(options, ['patch']), options, paint));
  return changes.length > 0 && (options.has('quiet') || options.has('exitCode')) ? 1 : 0;
}

async function sidesOf(
  repository: Repository,
  revisions: readonly string[],
  form: { readonly isCached: boolean; readonly fromBase: boolean },
): Promise<{ readonly before: FileSides; readonly after: FileSides }> {
  const tree = async (oid: string | undefined) => sidesOfTree(repository, await repository.filesOf(oid));
  const [first, second, extra] = revisions;
  if (extra !== undefined) throw fatal('combined diffs are not simulated');
  const range = /^(.*?)(\.{2,3})(.*)$/s.exec(first ?? '');
  if (range) {
    const [from, to] = [
      await requireCommit(repository, range[1] || 'HEAD'),
      await requireCommit(repository, range[3] || 'HEAD'),
    ];
    const base = range[2] === '...' ? await mergeBase(repository, from, to) : from;
    if (base === undefined) throw fatal(`${first}: no merge base`);
    return { before: await tree(base), after: await tree(to) };
  }
  if (second !== undefined)
    return {
      before: await tree(await requireRevision(repository, first as string)),
      after: await tree(await requireRevision(repository, second)),
    };
  const head = (await repository.refs.head()).oid;
  let from = first === undefined ? head : await requireRevision(repository, first);
  if (form.fromBase && from !== undefined && head !== undefined) from = await mergeBase(repository, from, head);
  if (form.isCached) return { before: await tree(from), after: await sidesOfIndex(repository) };
  const before = first === undefined ? await sidesOfIndex(repository) : await tree(from);
  return { before, after: await sidesOfWorkTree(repository) };
}
