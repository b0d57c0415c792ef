import { encodeName } from '../../../bytes/byteName.ts';
import { parseTag, signatureText } from '../../../git/commit.ts';
import { decodeName } from '../../../bytes/byteName.ts';
import { readFile, writeFile } from '../../kernel/calls.ts';
import { globMatcher } from '../../utilities/globMatch.ts';
import { editText } from '../editText.ts';
import { type GitCall, withNumbers } from '../gitCall.ts';
import { fatal, GitFault } from '../gitFault.ts';
import { identityOf } from '../identity.ts';
import { isRefName } from '../refs.ts';
import type { Repository } from '../repository.ts';
import { requireRevision, resolveRevision } from '../revisions.ts';

/** git-tag(1). */
export async function tag(call: GitCall): Promise<number> {
  const options = call.options(
    {
      options: {
        annotate: '-a --annotate',
        message: '-m --message=MESSAGE',
        file: '-F --file=FILE',
        delete: '-d --delete',
        force: '-f --force',
        list: '-l --list',
        lines: '-n[=N]',
        pointsAt: '--points-at=OBJECT',
      },
      notSimulated:
        '-s --sign --no-sign -u --local-user=KEY -v --verify -e --edit --cleanup=MODE --create-reflog --column[=HOW] --no-column --contains[=C] --no-contains[=C] --merged[=C] --no-merged[=C] --sort=KEY --format=F --color[=WHEN] -i --ignore-case',
    },
    withNumbers(call.words),
  );
  const repository = await call.repository();
  const { operands } = options;
  if (options.has('delete')) return deleteTags(call, repository, operands);
  const lists = options.has('list') || options.has('lines') || options.has('pointsAt') || operands.length === 0;
  if (lists) {
    const lines = options.has('lines') ? Number(options.value('lines') ?? 1) : 0;
    await listTags(call, repository, operands, lines, options.value('pointsAt'));
    return 0;
  }
  const [name = '', target = 'HEAD', extra] = operands;
  if (extra !== undefined) throw fatal('too many arguments');
  if (!isRefName(name)) throw fatal(`'${name}' is not a valid tag name.`);
  const before = await repository.refs.resolve(`refs/tags/${name}`);
  if (before !== undefined && !options.has('force')) throw fatal(`tag '${name}' already exists`);
  const object = await resolveRevision(repository, target);
  if (object === undefined) throw fatal(`Failed to resolve '${target}' as a valid ref.`);
  const parts = options.values('message');
  const file = options.value('file');
  const isAnnotated = options.has('annotate') || parts.length > 0 || file !== undefined;
  let oid = object;
  if (isAnnotated) {
    const given =
      parts.length > 0
        ? parts.join('\n\n')
        : file === undefined
          ? await editedMessage(call, repository, name)
          : decodeName(file === '-' ? await call.process.readAll(0) : await readFile(call.process, file));
    oid = await writeTag(repository, name, object, given);
  }
  await repository.refs.write(`refs/tags/${name}`, oid);
  if (before !== undefined && before !== oid)
    await call.print(`Updated tag '${name}' (was ${await repository.short(before)})\n`);
  return 0;
}

async function writeTag(repository: Repository, name: string, object: string, given: string): Promise<string> {
  const tagger = await identityOf(repository, 'committer');
  const message = given.replace(/[ \t]+$/gm, '').replace(/^\n+|\n+$/g, '');
  if (message === '') throw fatal('no tag message?');
  const { type } = await repository.store.read(object);
  const text = `object ${object}\ntype ${type}\ntag ${name}\ntagger ${signatureText(tagger)}\n\n${message}\n`;
  return repository.store.write('tag', encodeName(text));
}

async function editedMessage(call: GitCall, repository: Repository, name: string): Promise<string> {
  const path = `${repository.gitDirectory}/TAG_EDITMSG`;
  const comment = `\n#\n# Write a message for tag:\n#   ${name}\n# Lines starting with '#' will be ignored.\n`;
  await writeFile(call.process, path, comment);
  await editText(call.process, repository.settings, path, 'Please supply the message using either -m or -F option.');
  return decodeName(await readFile(call.process, path)).replace(/^#.*\n?/gm, '');
}

async function listTags(
  call: GitCall,
  repository: Repository,
  patterns: readonly string[],
  lines: number,
  pointsAt: string | undefined,
): Promise<void> {
  const matchers = patterns.map((pattern) => globMatcher(pattern));
  const wanted = pointsAt === undefined ? undefined : await requireRevision(repository, pointsAt);
  for (const { ref, oid } of await repository.refs.list('refs/tags/')) {
    const name = ref.slice('refs/tags/'.length);
    if (matchers.length > 0 && !matchers.some((matches) => matches(name))) continue;
    const { type, content } = await repository.store.read(oid);
    const found = type === 'tag' ? parseTag(oid, content) : undefined;
    if (wanted !== undefined && oid !== wanted && found?.object !== wanted) continue;
    if (lines === 0) {
      await call.print(`${name}\n`);
      continue;
    }
    const message = found?.message ?? (type === 'commit' ? (await repository.commit(oid)).message : '');
    const shown = message.trimEnd().split('\n').slice(0, lines).join('\n    ');
    await call.print(`${name.padEnd(15)} ${shown}\n`);
  }
}

async function deleteTags(call: GitCall, repository: Repository, names: readonly string[]): Promise<number> {
  let status = 0;
  for (const name of names) {
    const oid = await repository.refs.resolve(`refs/tags/${name}`);
    if (oid === undefined) {
      await call.tell(`error: tag '${name}' not found.\n`);
      status = 1;
      continue;
    }
    await repository.refs.delete(`refs/tags/${name}`);
    await call.print(`Deleted tag '${name}' (was ${await repository.short(oid)})\n`);
  }
  if (names.length === 0) throw new GitFault('quiet', '', 0);
  return status;
}
