import { decodeName } from '../../../bytes/byteName.ts';
import { type Commit, type Signature, writeCommit } from '../../../git/commit.ts';
import { writeTree } from '../../../git/tree.ts';
import { readFile, statIfThere, unlink, writeFile } from '../../kernel/calls.ts';
import type { ParsedOptions } from '../../utilities/options.ts';
import { subjectOf } from '../commitText.ts';
import { dateText } from '../dates.ts';
import { fileStats, shortStat, summaryLines } from '../diffStat.ts';
import { editText } from '../editText.ts';
import { changesBetween } from '../fileChanges.ts';
import { sidesOfIndex, sidesOfTree, WorkTreeCache } from '../fileSides.ts';
import type { GitCall } from '../gitCall.ts';
import { fatal, GitFault } from '../gitFault.ts';
import { identityOf, readDate } from '../identity.ts';
import { PLAIN } from '../paint.ts';
import { Pathspec } from '../pathspec.ts';
import { noteHead } from '../reflog.ts';
import type { Head } from '../refs.ts';
import type { Repository } from '../repository.ts';
import { requireCommit } from '../revisions.ts';
import { statusOf } from '../status.ts';
import { longStatus, shortStatus } from '../statusText.ts';
import { stage } from './add.ts';

const OPTIONS = {
  message: '-m --message=MESSAGE',
  file: '-F --file=FILE',
  reuse: '-C --reuse-message=COMMIT',
  all: '-a --all',
  amend: '--amend',
  edit: '-e --edit',
  noEdit: '--no-edit',
  allowEmpty: '--allow-empty',
  allowEmptyMessage: '--allow-empty-message',
  author: '--author=AUTHOR',
  date: '--date=DATE',
  resetAuthor: '--reset-author',
  signoff: '-s --signoff',
  quiet: '-q --quiet',
  dryRun: '--dry-run',
  short: '--short',
} as const;

type Options = ParsedOptions<keyof typeof OPTIONS>;

/** git-commit(1). No hooks are run, and nothing is signed. */
export async function commit(call: GitCall): Promise<number> {
  const options = call.options({
    options: OPTIONS,
    notSimulated:
      '-p --patch --interactive -c --reedit-message=COMMIT --fixup=COMMIT --squash=COMMIT -t --template=FILE -v --verbose -n --no-verify -i --include -o --only -S --gpg-sign[=KEY] --no-gpg-sign --porcelain --long -z --null -u --untracked-files[=MODE] --cleanup=MODE --trailer=T --status --no-status --branch --pathspec-from-file=F --no-post-rewrite',
  });
  const repository = await call.repository();
  const index = await repository.index();
  const head = await repository.refs.head();
  if (options.has('amend') && head.oid === undefined) throw fatal('You have nothing yet to amend.');
  if (options.has('all') && options.operands.length > 0)
    throw fatal(`paths '${options.operands[0]} ...' with -a does not make sense`);
  if (options.has('all')) await stageTracked(repository, new Pathspec(repository, []));
  else if (options.operands.length > 0) await stageOnly(repository, options.operands, head);
  if (index.conflicts.length > 0) {
    await call.print(index.conflicts.map((path) => `U\t${path}\n`).join(''));
    throw conflicts();
  }
  const amended = options.has('amend') ? await repository.commit(head.oid as string) : undefined;
  const merged = amended ? undefined : await mergeHead(repository);
  const tree = await writeTree(repository.store, index.files());
  const parents = amended ? amended.parents : [head.oid, merged].filter((oid) => oid !== undefined);
  const [parent] = parents;
  const unchanged = parent === undefined ? index.size === 0 : (await repository.commit(parent)).tree === tree;
  const isEmpty = unchanged && parents.length < 2;
  if (options.has('dryRun') || options.has('short')) return tellStatus(call, repository, options, isEmpty);
  if (isEmpty && !options.has('allowEmpty')) return nothingToDo(call, repository, amended);
  const [author, committer] = await signatures(repository, options, amended);
  const message = await messageOf(call, repository, options, amended, committer);
  const oid = await writeCommit(repository.store, { tree, parents, author, committer, message });
  await advance(
    repository,
    head,
    oid,
    `commit${amended ? ' (amend)' : parent === undefined ? ' (initial)' : merged ? ' (merge)' : ''}: ${subjectOf(message)}`,
  );
  if (options.has('all') || options.operands.length > 0) await repository.saveIndex(index);
  await forgetMerge(repository);
  if (!options.has('quiet')) await call.print(await summary(repository, head, await repository.commit(oid), options));
  return 0;
}

/** Moves the branch that is checked out, or HEAD where none is. */
export async function advance(repository: Repository, head: Head, oid: string, note: string): Promise<void> {
  await repository.refs.write(head.kind === 'branch' ? head.ref : 'HEAD', oid);
  await noteHead(repository, head.oid, oid, note);
}

/** Stages what changed of the tracked files. Gives how many. */
async function stageTracked(repository: Repository, spec: Pathspec): Promise<void> {
  const index = await repository.index();
  const cache = await WorkTreeCache.of(repository);
  for (const entry of index.entries()) {
    if (!spec.matches(entry.path)) continue;
    const side = await cache.side(entry);
    if (!side) index.delete(entry.path);
    else if (entry.stage > 0 || side.oid !== entry.oid || side.mode !== entry.mode)
      await stage(repository, entry.path, 'real', () => undefined);
  }
}

/** `commit PATH…`: only those, whatever else is staged, which is not simulated. */
async function stageOnly(repository: Repository, operands: readonly string[], head: Head): Promise<void> {
  const index = await repository.index();
  const before = sidesOfTree(repository, await repository.filesOf(head.oid));
  const staged = await changesBetween(before, await sidesOfIndex(repository), { renames: false });
  const spec = new Pathspec(repository, operands);
  for (const { path } of index.entries()) spec.matches(path);
  const [unused] = spec.unused;
  if (unused !== undefined) throw new GitFault('error', `pathspec '${unused}' did not match any file(s) known to git`);
  const other = staged.find(({ path }) => !spec.matches(path));
  if (other)
    throw new GitFault('plain', `git commit: paths while others are staged (${other.path}) are not simulated\n`, 2);
  await stageTracked(repository, spec);
}

function conflicts(): GitFault {
  return new GitFault(
    'plain',
    `error: Committing is not possible because you have unmerged files.\nhint: Fix them up in the work tree, and then use 'git add/rm <file>'\nhint: as appropriate to mark resolution and make a commit.\nfatal: Exiting because of an unresolved conflict.\n`,
    128,
  );
}

async function mergeHead(repository: Repository): Promise<string | undefined> {
  return repository.refs.resolve('MERGE_HEAD');
}

async function forgetMerge({ process, gitDirectory }: Repository): Promise<void> {
  for (const name of ['MERGE_HEAD', 'MERGE_MSG', 'MERGE_MODE'])
    if (statIfThere(process, `${gitDirectory}/${name}`)) unlink(process, `${gitDirectory}/${name}`);
}

async function tellStatus(call: GitCall, repository: Repository, options: Options, isEmpty: boolean): Promise<number> {
  const status = await statusOf(repository, { untracked: 'normal' });
  const paint = call.paint();
  if (options.has('short')) await call.print(shortStatus(status, { paint, base: repository.prefix, separator: '\n' }));
  else await call.print(await longStatus(repository, status, { paint, untracked: 'normal' }));
  return isEmpty ? 1 : 0;
}

async function nothingToDo(call: GitCall, repository: Repository, amended: Commit | undefined): Promise<number> {
  if (amended)
    throw new GitFault(
      'plain',
      `You asked to amend the most recent commit, but doing so would make\nit empty. You can repeat your command with --allow-empty, or you can\nremove the commit entirely with "git reset HEAD^".\n`,
    );
  const status = await statusOf(repository, { untracked: 'normal' });
  await call.print(await longStatus(repository, status, { paint: call.paint(), untracked: 'normal' }));
  return 1;
}

async function signatures(
  repository: Repository,
  options: Options,
  amended: Commit | undefined,
): Promise<[Signature, Signature]> {
  const committer = await identityOf(repository, 'committer');
  const reused = options.value('reuse');
  const source = reused === undefined ? amended : await repository.commit(await requireCommit(repository, reused));
  const base = source && !options.has('resetAuthor') ? source.author : await identityOf(repository, 'author');
  const given = options.value('author');
  const named = given === undefined ? undefined : /^(.+?) *<([^>]*)>$/.exec(given);
  if (given !== undefined && !named)
    throw fatal(`--author '${given}' is not 'Name <email>' and matches no existing author`);
  const date = options.value('date');
  const author = {
    ...base,
    ...(named && { name: named[1] as string, email: named[2] as string }),
    ...(date !== undefined && readDate(repository.process, date)),
  };
  return [author, committer];
}

async function messageOf(
  call: GitCall,
  repository: Repository,
  options: Options,
  amended: Commit | undefined,
  committer: Signature,
): Promise<string> {
  const parts = options.values('message');
  const file = options.value('file');
  const reused = options.value('reuse');
  if (parts.length > 0 && file !== undefined) throw fatal("options '-m' and '-F' cannot be used together");
  let text: string | undefined;
  if (parts.length > 0) text = parts.join('\n\n');
  else if (file !== undefined)
    text = decodeName(file === '-' ? await call.process.readAll(0) : await readFile(call.process, file));
  else if (reused !== undefined) text = (await repository.commit(await requireCommit(repository, reused))).message;
  else if (amended && options.has('noEdit')) text = amended.message;
  const start = text ?? amended?.message ?? (await preparedMessage(repository));
  const isEdited = (text === undefined && !options.has('noEdit')) || options.has('edit');
  let message = cleaned(isEdited ? await edited(call, repository, start) : start, isEdited);
  if (options.has('signoff')) message = signedOff(message, committer);
  if (message === '' && !options.has('allowEmptyMessage'))
    throw new GitFault('plain', 'Aborting commit due to empty commit message.\n');
  return message;
}

/** What a merge left to be said. */
async function preparedMessage({ process, gitDirectory }: Repository): Promise<string> {
  const path = `${gitDirectory}/MERGE_MSG`;
  return statIfThere(process, path) ? decodeName(await readFile(process, path)) : '';
}

function signedOff(message: string, { name, email }: Signature): string {
  const line = `Signed-off-by: ${name} <${email}>`;
  if (message.endsWith(`${line}\n`)) return message;
  return `${message}${/\n[\w-]+: .*\n$/.test(message) ? '' : '\n'}${line}\n`;
}

/** As `--cleanup=strip` or `whitespace` does: no blanks at line ends, no runs of empty lines. */
function cleaned(text: string, dropsComments: boolean): string {
  const lines = text.split('\n').filter((line) => !(dropsComments && line.startsWith('#')));
  const trimmed = lines.map((line) => line.trimEnd()).join('\n');
  const plain = trimmed.replace(/\n{3,}/g, '\n\n').replace(/^\n+|\n+$/g, '');
  return plain === '' ? '' : `${plain}\n`;
}

async function edited(call: GitCall, repository: Repository, start: string): Promise<string> {
  const status = await statusOf(repository, { untracked: 'normal' });
  const told = await longStatus(repository, status, { paint: PLAIN, untracked: 'normal' });
  const comment = told
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '#\n' : line.startsWith('\t') ? `#${line}\n` : `# ${line}\n`))
    .join('');
  const text = `${start.trimEnd()}\n\n# Please enter the commit message for your changes. Lines starting\n# with '#' will be ignored, and an empty message aborts the commit.\n#\n${comment}#\n`;
  const path = `${repository.gitDirectory}/COMMIT_EDITMSG`;
  await writeFile(call.process, path, text.replace(/^\n(?=\n)/, ''));
  await editText(call.process, repository.settings, path, 'Please supply the message using either -m or -F option.');
  return decodeName(await readFile(call.process, path));
}

/** `[main 1234567] Subject` and what changed. */
async function summary(repository: Repository, head: Head, made: Commit, options: Options): Promise<string> {
  const where = head.kind === 'branch' ? head.branch : 'detached HEAD';
  const [parent] = made.parents;
  const root = parent === undefined ? ' (root-commit)' : '';
  let text = `[${where}${root} ${await repository.short(made.oid)}] ${subjectOf(made.message)}\n`;
  const { author, committer } = made;
  if (author.name !== committer.name || author.email !== committer.email)
    text += ` Author: ${author.name} <${author.email}>\n`;
  if (options.has('amend') || options.has('date') || options.has('reuse'))
    text += ` Date: ${dateText(author, 'default', committer.timeSec)}\n`;
  if (made.parents.length > 1) return text;
  const sides = async (oid: string | undefined) => sidesOfTree(repository, await repository.filesOf(oid));
  const stats = await fileStats(await changesBetween(await sides(parent), await sides(made.oid), { renames: true }));
  return text + shortStat(stats) + summaryLines(stats);
}
