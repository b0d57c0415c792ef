import { subjectOf } from '../commitText.ts';
import type { GitCall } from '../gitCall.ts';
import { fatal, GitFault } from '../gitFault.ts';
import { aheadBehind, reachableSet } from '../history.ts';
import { isRefName } from '../refs.ts';
import type { Repository } from '../repository.ts';
import { requireCommit, upstreamOf } from '../revisions.ts';
import { readSettings, saveSettings } from '../settings.ts';
import { setUpstream } from '../upstream.ts';
import { globMatcher } from '../../utilities/globMatch.ts';

/** git-branch(1). */
export async function branch(call: GitCall): Promise<number> {
  const options = call.options(
    {
      options: {
        all: '-a --all',
        remotes: '-r --remotes',
        verbose: '-v --verbose',
        list: '-l --list',
        delete: '-d --delete',
        deleteForced: '-D',
        move: '-m --move',
        moveForced: '-M',
        force: '-f --force',
        showCurrent: '--show-current',
        upstream: '-u --set-upstream-to=UPSTREAM',
        unsetUpstream: '--unset-upstream',
        quiet: '-q --quiet',
        contains: '--contains=COMMIT',
        merged: '--merged=COMMIT',
        noMerged: '--no-merged=COMMIT',
        track: '-t --track',
        noTrack: '--no-track',
      },
      notSimulated:
        '-c --copy -C --format=FORMAT --sort=KEY --points-at=O --no-contains=C --column[=HOW] --no-column --edit-description --color[=WHEN] --no-color --abbrev[=N] --no-abbrev -i --ignore-case --create-reflog --recurse-submodules',
    },
    withCommit(call.words),
  );
  const repository = await call.repository();
  const { operands } = options;
  if (options.has('showCurrent')) {
    const head = await repository.refs.head();
    if (head.kind === 'branch') await call.print(`${head.branch}\n`);
    return 0;
  }
  if (options.has('delete') || options.has('deleteForced')) {
    const isForced = options.has('deleteForced') || options.has('force');
    return deleteBranches(call, repository, operands, {
      isForced,
      isRemote: options.has('remotes'),
      isQuiet: options.has('quiet'),
    });
  }
  if (options.has('move') || options.has('moveForced'))
    return moveBranch(repository, operands, options.has('moveForced') || options.has('force'));
  const upstream = options.value('upstream');
  if (upstream !== undefined) return followBranch(call, repository, operands[0], upstream);
  if (options.has('unsetUpstream')) return unfollow(repository, operands[0]);
  const lists =
    operands.length === 0 ||
    options.has('list') ||
    options.has('contains') ||
    options.has('merged') ||
    options.has('noMerged');
  if (!lists) {
    await createBranch(repository, operands, options.has('force'));
    const start = await repository.refs.find(operands[1] ?? 'HEAD');
    const isRemote = /^refs\/remotes\/[^/]+\/(?!HEAD$)/.test(start?.ref ?? '');
    // Without a word, who begins at a branch of a remote follows it (branch.autoSetupMerge).
    const isUsual = isRemote && repository.settings.get('branch.autosetupmerge') !== 'false';
    const wanted = options.last('track', 'noTrack') ?? (isUsual ? 'track' : 'noTrack');
    if (wanted === 'track') await setUpstream(call, repository, operands[0] as string, operands[1] ?? 'HEAD');
    return 0;
  }
  const kinds = [
    ...(options.has('remotes') ? [] : ['refs/heads/']),
    ...(options.has('remotes') || options.has('all') ? ['refs/remotes/'] : []),
  ];
  const filter = await filterOf(
    repository,
    options.value('contains'),
    options.value('merged'),
    options.value('noMerged'),
  );
  const patterns = operands.map((operand) => globMatcher(operand));
  await listBranches(call, repository, kinds, {
    verbosity: options.count('verbose'),
    bothKinds: options.has('all'),
    keeps: async (oid, name) =>
      (patterns.length === 0 || patterns.some((matches) => matches(name))) && (await filter(oid)),
  });
  return 0;
}

/** `--merged` and its like mean HEAD where no word follows. */
function withCommit(words: readonly string[]): readonly string[] {
  return /^--(merged|no-merged|contains)$/.test(words.at(-1) ?? '') ? [...words, 'HEAD'] : words;
}

async function filterOf(
  repository: Repository,
  contains: string | undefined,
  merged: string | undefined,
  noMerged: string | undefined,
): Promise<(oid: string) => Promise<boolean>> {
  const wanted = contains === undefined ? undefined : await requireCommit(repository, contains);
  const inside = async (name: string | undefined) =>
    name === undefined ? undefined : reachableSet(repository, [await requireCommit(repository, name)]);
  const [of, notOf] = [await inside(merged), await inside(noMerged)];
  return async (oid) => {
    if (wanted !== undefined && !(await reachableSet(repository, [oid])).has(wanted)) return false;
    if (of && !of.has(oid)) return false;
    return !notOf?.has(oid);
  };
}

interface ListForm {
  readonly verbosity: number;
  readonly bothKinds: boolean;
  readonly keeps: (oid: string, name: string) => Promise<boolean>;
}

async function listBranches(
  call: GitCall,
  repository: Repository,
  prefixes: readonly string[],
  { verbosity, bothKinds, keeps }: ListForm,
): Promise<void> {
  const head = await repository.refs.head();
  const paint = call.paint();
  const rows: { mark: string; name: string; oid: string; isRemote: boolean; target: string | undefined }[] = [];
  if (head.kind === 'detached' && prefixes.includes('refs/heads/'))
    rows.push({
      mark: '* ',
      name: `(HEAD detached at ${await repository.short(head.oid)})`,
      oid: head.oid,
      isRemote: false,
      target: undefined,
    });
  for (const prefix of prefixes) {
    for (const { ref, oid } of await repository.refs.list(prefix)) {
      const isRemote = prefix === 'refs/remotes/';
      const short = ref.slice(prefix.length);
      if (!(await keeps(oid, short))) continue;
      const isCurrent = head.kind === 'branch' && head.ref === ref;
      const target = (await repository.refs.symbolic(ref))?.replace(/^refs\/remotes\//, '');
      const name = isRemote && bothKinds ? `remotes/${short}` : short;
      rows.push({ mark: isCurrent ? '* ' : '  ', name, oid, isRemote, target });
    }
  }
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  for (const { mark, name, oid, isRemote, target } of rows) {
    const slot = isRemote ? 'otherRemote' : 'branch';
    const isPlain = mark === '  ' && !isRemote;
    const padded = verbosity > 0 ? name.padEnd(width) : name;
    const shown = isPlain ? padded : paint(slot, padded);
    if (target !== undefined) await call.print(`${mark}${shown} -> ${target}\n`);
    else if (verbosity === 0) await call.print(`${mark}${shown}\n`);
    else {
      const tracking = isRemote ? '' : await trackingNote(repository, name, oid, verbosity);
      const subject = subjectOf((await repository.commit(oid)).message);
      await call.print(`${mark}${shown} ${await repository.short(oid)} ${tracking}${subject}\n`);
    }
  }
}

/** `[origin/main: ahead 1] `. */
async function trackingNote(repository: Repository, name: string, oid: string, verbosity: number): Promise<string> {
  const upstream = name.startsWith('(') ? undefined : await upstreamOf(repository, name);
  if (!upstream) return '';
  if (upstream.oid === undefined) return verbosity > 1 ? `[${upstream.shown}: gone] ` : '[gone] ';
  const { ahead, behind } = await aheadBehind(repository, oid, upstream.oid);
  const parts = [...(ahead > 0 ? [`ahead ${ahead}`] : []), ...(behind > 0 ? [`behind ${behind}`] : [])].join(', ');
  if (verbosity > 1) return `[${upstream.shown}${parts === '' ? '' : `: ${parts}`}] `;
  return parts === '' ? '' : `[${parts}] `;
}

async function createBranch(repository: Repository, operands: readonly string[], isForced: boolean): Promise<void> {
  const [name = '', start = 'HEAD', extra] = operands;
  if (extra !== undefined)
    throw new GitFault('plain', 'usage: git branch [<options>] [-f] <branch-name> [<start-point>]\n', 129);
  if (!isRefName(name)) throw fatal(`'${name}' is not a valid branch name`);
  const head = await repository.refs.head();
  const there = await repository.refs.resolve(`refs/heads/${name}`);
  if (there !== undefined && !isForced) throw fatal(`a branch named '${name}' already exists`);
  if (there !== undefined && head.kind === 'branch' && head.branch === name)
    throw fatal(`Cannot force update the branch '${name}' checked out at '${repository.workTree}'`);
  if (start === 'HEAD' && head.oid === undefined)
    throw fatal(`not a valid object name: '${head.kind === 'branch' ? head.branch : 'HEAD'}'`);
  const oid = await requireCommit(repository, start).catch((error: unknown) => {
    if (error instanceof GitFault) throw fatal(`not a valid object name: '${start}'`);
    throw error;
  });
  await repository.refs.write(`refs/heads/${name}`, oid);
}

async function deleteBranches(
  call: GitCall,
  repository: Repository,
  names: readonly string[],
  form: { readonly isForced: boolean; readonly isRemote: boolean; readonly isQuiet: boolean },
): Promise<number> {
  if (names.length === 0) throw fatal('branch name required');
  const head = await repository.refs.head();
  const prefix = form.isRemote ? 'refs/remotes/' : 'refs/heads/';
  const kind = form.isRemote ? 'remote-tracking branch' : 'branch';
  let status = 0;
  const fail = async (message: string) => {
    status = 1;
    await call.tell(`error: ${message}\n`);
  };
  for (const name of names) {
    const oid = await repository.refs.resolve(prefix + name);
    if (oid === undefined) await fail(`${kind} '${name}' not found.`);
    else if (head.kind === 'branch' && head.ref === prefix + name)
      await fail(`Cannot delete branch '${name}' checked out at '${repository.workTree}'`);
    else if (!form.isForced && !form.isRemote && !(await isMerged(repository, name, oid)))
      await fail(
        `The branch '${name}' is not fully merged.\nIf you are sure you want to delete it, run 'git branch -D ${name}'.`,
      );
    else {
      await repository.refs.delete(prefix + name);
      await forgetBranch(repository, name);
      if (!form.isQuiet) await call.print(`Deleted ${kind} ${name} (was ${await repository.short(oid)}).\n`);
    }
  }
  return status;
}

async function isMerged(repository: Repository, name: string, oid: string): Promise<boolean> {
  const upstream = await upstreamOf(repository, name);
  const target = upstream?.oid ?? (await repository.refs.head()).oid;
  return target !== undefined && (await reachableSet(repository, [target])).has(oid);
}

async function forgetBranch({ process, gitDirectory }: Repository, name: string): Promise<void> {
  const path = `${gitDirectory}/config`;
  const file = await readSettings(process, path);
  if (file.removeSection(`branch.${name}`)) await saveSettings(process, path, file);
}

async function moveBranch(repository: Repository, operands: readonly string[], isForced: boolean): Promise<number> {
  const head = await repository.refs.head();
  const current = head.kind === 'branch' ? head.branch : undefined;
  const [from, to] = operands.length > 1 ? [operands[0], operands[1]] : [current, operands[0]];
  if (to === undefined) throw fatal('branch name required');
  if (from === undefined) throw fatal('cannot rename the current branch while not on any.');
  if (!isRefName(to)) throw fatal(`Invalid branch name: '${to}'`);
  const oid = await repository.refs.resolve(`refs/heads/${from}`);
  const isCurrent = current === from;
  if (oid === undefined && !isCurrent) throw fatal(`No branch named '${from}'.`);
  if (!isForced && from !== to && (await repository.refs.resolve(`refs/heads/${to}`)) !== undefined)
    throw fatal(`A branch named '${to}' already exists.`);
  if (oid !== undefined && from !== to) {
    await repository.refs.delete(`refs/heads/${from}`);
    await repository.refs.write(`refs/heads/${to}`, oid);
  }
  if (isCurrent) await repository.refs.point('HEAD', `refs/heads/${to}`);
  const path = `${repository.gitDirectory}/config`;
  const file = await readSettings(repository.process, path);
  file.renameSection(`branch.${from}`, `branch.${to}`);
  await saveSettings(repository.process, path, file);
  return 0;
}

async function followBranch(
  call: GitCall,
  repository: Repository,
  name: string | undefined,
  upstream: string,
): Promise<number> {
  const head = await repository.refs.head();
  const branch = name ?? (head.kind === 'branch' ? head.branch : undefined);
  if (branch === undefined) throw fatal('could not set upstream of HEAD when it does not point to any branch.');
  await setUpstream(call, repository, branch, upstream);
  return 0;
}

async function unfollow(repository: Repository, name: string | undefined): Promise<number> {
  const head = await repository.refs.head();
  const branch = name ?? (head.kind === 'branch' ? head.branch : '');
  const path = `${repository.gitDirectory}/config`;
  const file = await readSettings(repository.process, path);
  const removed = file.unset(`branch.${branch}.remote`) + file.unset(`branch.${branch}.merge`);
  if (removed === 0) throw fatal(`Branch '${branch}' has no upstream information`);
  await saveSettings(repository.process, path, file);
  return 0;
}
