import { type Commit, parseTag } from '../../../git/commit.ts';
import { isTreeMode, parseTree } from '../../../git/tree.ts';
import { dateText } from '../dates.ts';
import { diffKinds, wantsRenames } from '../diffForm.ts';
import { type GitCall, splitAtDashes } from '../gitCall.ts';
import { Pathspec } from '../pathspec.ts';
import type { Repository } from '../repository.ts';
import { requireRevision } from '../revisions.ts';
import { splitRevisions } from '../splitRevisions.ts';
import { changesOf, commitForm, entryText, LOG_NOT_SIMULATED, LOG_OPTIONS, startsOf } from './log.ts';

/** git-show(1). */
export async function show(call: GitCall): Promise<number> {
  const { before, paths } = splitAtDashes(call.words);
  const options = call.options({ options: LOG_OPTIONS, notSimulated: LOG_NOT_SIMULATED }, before);
  const repository = await call.repository();
  const { revisions, operands } = await splitRevisions(repository, options.operands, paths);
  const spec = operands.length > 0 ? new Pathspec(repository, operands) : undefined;
  const form = await commitForm(call, repository, options);
  let isFirst = true;
  const names = revisions.length > 0 ? revisions : (await startsOf(repository, [])).from;
  for (const revision of names) {
    let oid = await requireRevision(repository, revision);
    let object = await repository.store.read(oid);
    for (; object.type === 'tag'; object = await repository.store.read(oid)) {
      const tag = parseTag(oid, object.content);
      await call.print(`${isFirst ? '' : '\n'}${tagText(repository, tag, form.date)}`);
      isFirst = true;
      oid = tag.object;
    }
    if (object.type === 'blob') await call.process.print(object.content);
    else if (object.type === 'tree') await call.print(`tree ${revision}\n\n${treeText(object.content)}`);
    else {
      const commit = await repository.commit(oid);
      const kinds = diffKinds(options, ['patch']);
      const renames = wantsRenames(options, repository.settings.get('diff.renames'));
      const changes = kinds.length > 0 ? await changesOf(repository, commit, spec, renames) : [];
      await call.print(await entryText(repository, commit, changes, kinds, { form, asked: options, isFirst }));
      if (commit.parents.length > 1 && kinds.includes('patch')) await endOfMerge(call, repository, commit);
    }
    isFirst = false;
  }
  return 0;
}

/** What a merge itself changed is told as a combined diff, which there is not here. */
async function endOfMerge(call: GitCall, repository: Repository, { oid, parents }: Commit): Promise<void> {
  const merged = await repository.filesOf(oid);
  const sides = await Promise.all(parents.map((parent) => repository.filesOf(parent)));
  const isOwn = [...merged].some(([path, file]) => sides.every((side) => side.get(path)?.oid !== file.oid));
  await call.print('\n');
  if (isOwn) await call.tell('git show: combined diffs are not simulated\n');
}

function tagText(repository: Repository, tag: ReturnType<typeof parseTag>, form: string): string {
  const nowSec = repository.process.kernel.clock.now().sec;
  const { tagger } = tag;
  const who = tagger ? `Tagger: ${tagger.name} <${tagger.email}>\nDate:   ${dateText(tagger, form, nowSec)}\n` : '';
  return `tag ${tag.name}\n${who}\n${tag.message}\n`;
}

function treeText(content: Uint8Array): string {
  return parseTree(content)
    .map(({ name, mode }) => `${name}${isTreeMode(mode) ? '/' : ''}\n`)
    .join('');
}
