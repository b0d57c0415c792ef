import { subjectOf } from '../commitText.ts';
import { forceFiles, switchFiles, writeWorkFile } from '../checkoutFiles.ts';
import { type GitCall, splitAtDashes } from '../gitCall.ts';
import { fatal, GitFault } from '../gitFault.ts';
import { Pathspec } from '../pathspec.ts';
import { noteHead, previousHead } from '../reflog.ts';
import { type Head, isRefName } from '../refs.ts';
import type { Repository } from '../repository.ts';
import { requireCommit, resolveRevision } from '../revisions.ts';
import { statusOf } from '../status.ts';
import { trackingText } from '../statusText.ts';
import { setUpstream } from '../upstream.ts';
import { quotePath } from '../quotePath.ts';

export const ADVICE = `
You are in 'detached HEAD' state. You can look around, make experimental
changes and commit them, and you can discard any commits you make in this
state without impacting any branches by switching back to a branch.

If you want to create a new branch to retain commits you create, you may
do so (now or later) by using -c with the switch command. Example:

  git switch -c <new-branch-name>

Or undo this operation with:

  git switch -

Turn off this advice by setting config variable advice.detachedHead to false

`;

/** Where to go. */
interface Target {
  readonly branch: string | undefined;
  readonly oid: string | undefined;
  /** As it was typed. */
  readonly shown: string;
  readonly isNew: boolean;
  /** `origin/x`, which a new branch is to follow. */
  readonly upstream?: string | undefined;
  readonly isReset?: boolean;
}

interface Form {
  readonly isForced: boolean;
  readonly isQuiet: boolean;
  /** `--detach`: nobody need be warned. */
  readonly isAsked: boolean;
}

/** git-checkout(1). */
export async function checkout(call: GitCall): Promise<number> {
  const { before, paths } = splitAtDashes(call.words);
  const options = call.options(
    {
      options: {
        create: '-b=BRANCH',
        createForced: '-B=BRANCH',
        force: '-f --force',
        quiet: '-q --quiet',
        detach: '-d --detach',
        track: '-t --track',
        noTrack: '--no-track',
        orphan: '--orphan=BRANCH',
      },
      notSimulated:
        '-p --patch -m --merge --conflict=STYLE --ours --theirs -l -2 -3 --guess --no-guess --ignore-skip-worktree-bits --overlay --no-overlay --pathspec-from-file=F --recurse-submodules --progress --no-progress --overwrite-ignore',
    },
    before,
  );
  const repository = await call.repository();
  const form = { isForced: options.has('force'), isQuiet: options.has('quiet'), isAsked: options.has('detach') };
  const created = options.last('create', 'createForced');
  const [first, ...rest] = options.operands;
  if (options.has('orphan')) return orphan(call, repository, options.value('orphan') as string);
  if (created) {
    const name = options.value(created) as string;
    const start = first === '-' ? await previousHead(repository) : first;
    const target = await newBranch(repository, name, start, created === 'createForced');
    return goTo(call, repository, options.has('noTrack') ? { ...target, upstream: undefined } : target, form);
  }
  if (paths !== undefined || rest.length > 0) return checkoutPaths(call, repository, options.operands, paths, form);
  if (first === undefined) {
    await tellChanges(call, repository, form);
    return 0;
  }
  const target = options.has('track')
    ? await newBranch(repository, first.replace(/^[^/]+\//, ''), first, false)
    : await findTarget(repository, first, options.has('detach'));
  if (target) return goTo(call, repository, target, form);
  return checkoutPaths(call, repository, [first], undefined, form);
}

/** git-switch(1). */
export async function switch_(call: GitCall): Promise<number> {
  const options = call.options({
    options: {
      create: '-c --create=BRANCH',
      createForced: '-C --force-create=BRANCH',
      force: '-f --force --discard-changes',
      quiet: '-q --quiet',
      detach: '-d --detach',
      orphan: '--orphan=BRANCH',
      noTrack: '--no-track',
    },
    notSimulated:
      '-m --merge --conflict=STYLE -t --track --guess --no-guess --recurse-submodules --progress --no-progress --ignore-other-worktrees',
  });
  const repository = await call.repository();
  const form = { isForced: options.has('force'), isQuiet: options.has('quiet'), isAsked: options.has('detach') };
  const created = options.last('create', 'createForced');
  const [first, extra] = options.operands;
  if (options.has('orphan')) return orphan(call, repository, options.value('orphan') as string);
  if (created) {
    const target = await newBranch(repository, options.value(created) as string, first, created === 'createForced');
    return goTo(call, repository, options.has('noTrack') ? { ...target, upstream: undefined } : target, form);
  }
  if (first === undefined) throw fatal('missing branch or commit argument');
  if (extra !== undefined) throw fatal(`only one reference expected`);
  const target = await findTarget(repository, first, options.has('detach'));
  if (!target) throw fatal(`invalid reference: ${first}`);
  if (target.branch === undefined && !options.has('detach')) {
    const hint = 'hint: If you want to detach HEAD at the commit, try again with the --detach option.\n';
    const kind = (await repository.refs.resolve(`refs/tags/${first}`)) === undefined ? 'commit' : 'tag';
    throw new GitFault('plain', `fatal: a branch is expected, got ${kind} '${first}'\n${hint}`, 128);
  }
  return goTo(call, repository, target, form);
}

async function newBranch(
  repository: Repository,
  name: string,
  start: string | undefined,
  isReset: boolean,
): Promise<Target> {
  if (!isRefName(name)) throw fatal(`'${name}' is not a valid branch name`);
  if (!isReset && (await repository.refs.resolve(`refs/heads/${name}`)) !== undefined)
    throw fatal(`a branch named '${name}' already exists`);
  if (start === undefined) {
    const { oid } = await repository.refs.head();
    return { branch: name, oid, shown: name, isNew: true, isReset };
  }
  if ((await resolveRevision(repository, start)) === undefined)
    throw fatal(`'${start}' is not a commit and a branch '${name}' cannot be created from it`);
  const oid = await requireCommit(repository, start);
  const isRemote = (await repository.refs.find(start))?.ref.startsWith('refs/remotes/');
  return { branch: name, oid, shown: name, isNew: true, upstream: isRemote ? start : undefined, isReset };
}

/** A branch, one that the only remote of that name has, or a commit. Undefined for what is none of them. */
async function findTarget(repository: Repository, word: string, detaches: boolean): Promise<Target | undefined> {
  const name = word === '-' || word === '@{-1}' ? await previousHead(repository) : word;
  if (name === undefined) throw new GitFault('error', "pathspec '-' did not match any file(s) known to git");
  const branch = await repository.refs.resolve(`refs/heads/${name}`);
  if (branch !== undefined) return { branch: detaches ? undefined : name, oid: branch, shown: name, isNew: false };
  if ((await resolveRevision(repository, name)) !== undefined)
    return { branch: undefined, oid: await requireCommit(repository, name), shown: name, isNew: false };
  const remotes = (await repository.refs.list('refs/remotes/')).filter(
    ({ ref }) => ref.split('/').slice(3).join('/') === name,
  );
  const [only, other] = remotes;
  if (!only || other) return undefined;
  const upstream = only.ref.slice('refs/remotes/'.length);
  return { branch: name, oid: only.oid, shown: name, isNew: true, upstream };
}

async function goTo(call: GitCall, repository: Repository, target: Target, form: Form): Promise<number> {
  const head = await repository.refs.head();
  if (target.oid !== undefined && (target.oid !== head.oid || form.isForced)) {
    const to = await repository.filesOf(target.oid);
    if (form.isForced) await forceFiles(repository, to);
    else await switchFiles(repository, await repository.filesOf(head.oid), to, 'checkout');
  }
  if (target.branch === undefined) await detach(call, repository, head, target, form);
  else await takeBranch(call, repository, head, target, form);
  return 0;
}

async function takeBranch(
  call: GitCall,
  repository: Repository,
  head: Head,
  target: Target,
  form: Form,
): Promise<void> {
  const name = target.branch as string;
  const isThere = (await repository.refs.resolve(`refs/heads/${name}`)) !== undefined;
  if (target.isNew && target.oid !== undefined) await repository.refs.write(`refs/heads/${name}`, target.oid);
  await repository.refs.point('HEAD', `refs/heads/${name}`);
  if (target.oid !== undefined)
    await noteHead(repository, head.oid, target.oid, `checkout: moving from ${nameOfHead(head)} to ${name}`);
  if (!form.isQuiet) {
    if (!target.isNew) await tellChanges(call, repository, form, 'changesOnly');
    if (head.kind === 'detached' && target.oid !== head.oid) await tellPrevious(call, repository, head.oid);
    const isSame = head.kind === 'branch' && head.branch === name;
    if (target.isNew && !isThere) await call.tell(`Switched to a new branch '${name}'\n`);
    else if (target.isReset)
      await call.tell(isSame ? `Reset branch '${name}'\n` : `Switched to and reset branch '${name}'\n`);
    else await call.tell(isSame ? `Already on '${name}'\n` : `Switched to branch '${name}'\n`);
  }
  if (target.upstream !== undefined) await setUpstream(call, repository, name, target.upstream);
  else if (!target.isNew && !form.isQuiet) await call.print(await trackingText(await call.repository()));
}

function nameOfHead(head: Head): string {
  return head.kind === 'branch' ? head.branch : head.oid;
}

async function detach(call: GitCall, repository: Repository, head: Head, target: Target, form: Form): Promise<void> {
  const oid = target.oid as string;
  await repository.refs.write('HEAD', oid);
  const isSame = head.kind === 'detached' && head.oid === oid;
  if (!isSame)
    await noteHead(repository, head.oid, oid, `checkout: moving from ${nameOfHead(head)} to ${target.shown}`);
  if (form.isQuiet) return;
  await tellChanges(call, repository, form, 'changesOnly');
  if (head.kind === 'detached' && head.oid !== oid) await tellPrevious(call, repository, head.oid);
  const advises = repository.settings.isTrue('advice.detachedhead', true);
  if (head.kind === 'branch' && advises && !form.isAsked)
    await call.tell(`Note: switching to '${target.shown}'.\n${ADVICE}`);
  await call.tell(`HEAD is now at ${await named(repository, oid)}\n`);
}

async function tellPrevious(call: GitCall, repository: Repository, oid: string): Promise<void> {
  await call.tell(`Previous HEAD position was ${await named(repository, oid)}\n`);
}

/** `1234567 Subject`. */
export async function named(repository: Repository, oid: string): Promise<string> {
  return `${await repository.short(oid)} ${subjectOf((await repository.commit(oid)).message)}`;
}

/** Lists what is changed and was kept. */
async function tellChanges(call: GitCall, repository: Repository, form: Form, what?: 'changesOnly'): Promise<void> {
  if (form.isQuiet) return;
  const { staged, unstaged } = await statusOf(repository, { untracked: 'no' });
  const rows = new Map<string, string>();
  for (const { kind, path } of unstaged) rows.set(path, kind);
  for (const { kind, path } of staged) if (!rows.has(path) || kind === 'A') rows.set(path, kind === 'R' ? 'A' : kind);
  for (const [path, kind] of [...rows].sort(([a], [b]) => (a < b ? -1 : 1)))
    await call.print(`${kind}\t${quotePath(path)}\n`);
  if (what === undefined) await call.print(await trackingText(repository));
}

async function orphan(call: GitCall, repository: Repository, name: string): Promise<number> {
  if (!isRefName(name)) throw fatal(`'${name}' is not a valid branch name`);
  if ((await repository.refs.resolve(`refs/heads/${name}`)) !== undefined)
    throw fatal(`a branch named '${name}' already exists`);
  if (call.command === 'switch') await forceFiles(repository, new Map());
  await repository.refs.point('HEAD', `refs/heads/${name}`);
  await call.tell(`Switched to a new branch '${name}'\n`);
  return 0;
}

async function checkoutPaths(
  call: GitCall,
  repository: Repository,
  words: readonly string[],
  paths: readonly string[] | undefined,
  form: Form,
): Promise<number> {
  const [first] = words;
  const names = paths === undefined ? words.slice(1) : paths;
  const revision =
    first !== undefined && (paths !== undefined || names.length > 0)
      ? await resolveRevision(repository, first)
      : undefined;
  if (paths !== undefined && first !== undefined && revision === undefined) throw fatal(`invalid reference: ${first}`);
  const operands = revision === undefined ? (paths ?? words) : names;
  const spec = new Pathspec(repository, operands);
  const index = await repository.index();
  const files = revision === undefined ? new Map(index.files()) : await repository.filesOf(revision);
  const wanted = [...files].filter(([path]) => spec.matches(path));
  const [unused] = spec.unused;
  if (unused !== undefined) throw new GitFault('error', `pathspec '${unused}' did not match any file(s) known to git`);
  const before = await statusOf(repository, { untracked: 'no' });
  for (const [path, file] of wanted) await writeWorkFile(repository, index, path, file);
  await repository.saveIndex(index);
  const changed = revision === undefined ? before.unstaged.filter(({ path }) => spec.matches(path)) : wanted;
  const count = `${changed.length} path${changed.length === 1 ? '' : 's'}`;
  const from = revision === undefined ? 'the index' : await shortTree(repository, revision);
  if (!form.isQuiet && paths === undefined) await call.tell(`Updated ${count} from ${from}\n`);
  return 0;
}

async function shortTree(repository: Repository, oid: string): Promise<string> {
  const { type } = await repository.store.read(oid);
  return repository.short(type === 'commit' ? (await repository.commit(oid)).tree : oid);
}
