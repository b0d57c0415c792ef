import { parseTag } from '../../../git/commit.ts';
import type { GitCall } from '../gitCall.ts';
import { fatal } from '../gitFault.ts';
import { globMatcher } from '../../utilities/globMatch.ts';
import { reachable, reachableSet } from '../history.ts';
import type { Repository } from '../repository.ts';
import { requireCommit } from '../revisions.ts';
import { statusOf } from '../status.ts';

/** git-describe(1). */
export async function describe(call: GitCall): Promise<number> {
  const options = call.options({
    options: {
      tags: '--tags',
      always: '--always',
      long: '--long',
      abbrev: '--abbrev=N',
      dirty: '--dirty[=MARK]',
      exactMatch: '--exact-match',
      match: '--match=PATTERN',
    },
    notSimulated: '--all --contains --debug --candidates=N --exclude=P --first-parent --broken[=MARK]',
  });
  const repository = await call.repository();
  const [revision = 'HEAD'] = options.operands;
  const oid = await requireCommit(repository, revision);
  const names = await tagNames(repository, options.has('tags') ? 'all' : 'annotated', options.value('match'));
  const { unstaged, staged } = options.has('dirty')
    ? await statusOf(repository, { untracked: 'no' })
    : { unstaged: [], staged: [] };
  const mark = unstaged.length + staged.length > 0 ? (options.value('dirty') ?? '-dirty') : '';
  const exact = names.get(oid);
  const digits = Number(options.value('abbrev') ?? 7);
  const short = digits === 0 ? '' : oid.slice(0, Math.max(digits, (await repository.short(oid)).length));
  if (exact !== undefined && !options.has('long')) {
    await call.print(`${exact}${mark}\n`);
    return 0;
  }
  if (options.has('exactMatch') && exact === undefined) throw fatal(`no tag exactly matches '${oid}'`);
  for await (const commit of reachable(repository, [oid])) {
    const name = names.get(commit.oid);
    if (name === undefined) continue;
    const behind = await reachableSet(repository, [commit.oid]);
    const count = [...(await reachableSet(repository, [oid]))].filter((one) => !behind.has(one)).length;
    await call.print(digits === 0 ? `${name}${mark}\n` : `${name}-${count}-g${short}${mark}\n`);
    return 0;
  }
  if (!options.has('always'))
    throw fatal(
      names.size === 0
        ? 'No names found, cannot describe anything.'
        : `No tags can describe '${oid}'.\nTry --always, or create some tags.`,
    );
  await call.print(`${short === '' ? await repository.short(oid) : short}${mark}\n`);
  return 0;
}

async function tagNames(
  repository: Repository,
  which: 'all' | 'annotated',
  pattern: string | undefined,
): Promise<Map<string, string>> {
  const matches = pattern === undefined ? () => true : globMatcher(pattern);
  const names = new Map<string, string>();
  for (const { ref, oid } of await repository.refs.list('refs/tags/')) {
    const name = ref.slice('refs/tags/'.length);
    const { type, content } = await repository.store.read(oid);
    if (!matches(name) || (type !== 'tag' && which === 'annotated')) continue;
    names.set(type === 'tag' ? parseTag(oid, content).object : oid, name);
  }
  return names;
}
