import { writeCommit } from '../../../git/commit.ts';
import { NO_CACHED_STAT } from '../../../git/gitIndex.ts';
import { type TreeFile, type TreeFiles, writeTree } from '../../../git/tree.ts';
import { decodeName, encodeName } from '../../../bytes/byteName.ts';
import { isRegular } from '../../../vfs/overlay/fileMode.ts';
import { statIfThere, unlink, writeFile } from '../../kernel/calls.ts';
import { forceFiles, switchFiles } from '../checkoutFiles.ts';
import { fileStats, statTable, summaryLines } from '../diffStat.ts';
import { changesBetween } from '../fileChanges.ts';
import { sidesOfTree } from '../fileSides.ts';
import type { GitCall } from '../gitCall.ts';
import { fatal, GitFault } from '../gitFault.ts';
import { mergeBase, reachableSet } from '../history.ts';
import { identityOf } from '../identity.ts';
import { mergeTexts } from '../mergeTexts.ts';
import { isBinary } from '../patchText.ts';
import type { Repository } from '../repository.ts';
import { requireCommit, resolveRevision } from '../revisions.ts';
import { statusOf } from '../status.ts';
import { advance } from './commit.ts';

const COLUMNS = 80;

interface MergeForm {
  /** Of the other side in conflicts. */
  readonly label: string;
  readonly message: string;
  /** `pull`: refuses where histories have parted, as a pull that was told nothing does. */
  readonly forward: 'maybe' | 'never' | 'pull';
  readonly isOnlyForward: boolean;
  readonly isQuiet: boolean;
}

/** git-merge(1), of one other branch. */
export async function merge(call: GitCall): Promise<number> {
  const options = call.options({
    options: {
      message: '-m=MESSAGE',
      ff: '--ff',
      noFf: '--no-ff',
      ffOnly: '--ff-only',
      quiet: '-q --quiet',
      noEdit: '--no-edit',
      abort: '--abort',
    },
    notSimulated:
      '-n --stat --no-stat --summary --log[=N] --squash --no-squash --commit --no-commit -e --edit --cleanup=M -s --strategy=S -X --strategy-option=O -F --file=F --into-name=N -v --verbose --continue --quit --allow-unrelated-histories --progress -S --gpg-sign[=K] --autostash --overwrite-ignore --signoff --no-verify --verify-signatures --rerere-autoupdate',
  });
  const repository = await call.repository();
  if (options.has('abort')) return abort(repository);
  const [name, extra] = options.operands;
  if (name === undefined) throw fatal('No remote for the current branch.');
  if (extra !== undefined)
    throw new GitFault('plain', 'git merge: merging several branches at once is not simulated\n', 2);
  if (statIfThere(call.process, `${repository.gitDirectory}/MERGE_HEAD`))
    throw fatal(
      'You have not concluded your merge (MERGE_HEAD exists).\nPlease, commit your changes before you merge.',
    );
  if ((await resolveRevision(repository, name)) === undefined)
    throw new GitFault('plain', `merge: ${name} - not something we can merge\n`);
  const oid = await requireCommit(repository, name);
  const head = await repository.refs.head();
  const isBranch = (await repository.refs.resolve(`refs/heads/${name}`)) !== undefined;
  const isRemote = (await repository.refs.resolve(`refs/remotes/${name}`)) !== undefined;
  const what = isBranch ? `branch '${name}'` : isRemote ? `remote-tracking branch '${name}'` : `commit '${name}'`;
  const into = head.kind === 'branch' && !['master', 'main'].includes(head.branch) ? ` into ${head.branch}` : '';
  return mergeInto(call, repository, oid, {
    label: name,
    message: options.has('message') ? `${options.values('message').join('\n\n')}\n` : `Merge ${what}${into}\n`,
    forward: options.last('ff', 'noFf') === 'noFf' ? 'never' : 'maybe',
    isOnlyForward: options.has('ffOnly'),
    isQuiet: options.has('quiet'),
  });
}

async function abort(repository: Repository): Promise<number> {
  const { process, gitDirectory } = repository;
  const head = await repository.refs.head();
  if (!statIfThere(process, `${gitDirectory}/MERGE_HEAD`))
    throw fatal('There is no merge to abort (MERGE_HEAD missing).');
  await forceFiles(repository, await repository.filesOf(head.oid));
  for (const name of ['MERGE_HEAD', 'MERGE_MSG', 'MERGE_MODE'])
    if (statIfThere(process, `${gitDirectory}/${name}`)) unlink(process, `${gitDirectory}/${name}`);
  return 0;
}

/** Brings another commit into the branch that is checked out. */
export async function mergeInto(
  call: GitCall,
  repository: Repository,
  other: string,
  form: MergeForm,
): Promise<number> {
  const head = await repository.refs.head();
  if (head.oid === undefined) {
    await forceFiles(repository, await repository.filesOf(other));
    await advance(repository, head, other, `merge ${form.label}: initial`);
    return 0;
  }
  const ours = await reachableSet(repository, [head.oid]);
  if (ours.has(other)) {
    if (!form.isQuiet) await call.print('Already up to date.\n');
    return 0;
  }
  const isForward = (await reachableSet(repository, [other])).has(head.oid);
  if (isForward && form.forward !== 'never') return forward(call, repository, head.oid, other, form);
  if (form.isOnlyForward) throw fatal('Not possible to fast-forward, aborting.');
  if (form.forward === 'pull') throw diverged();
  return trueMerge(call, repository, head.oid, other, form);
}

function diverged(): GitFault {
  return new GitFault(
    'plain',
    `hint: You have divergent branches and need to specify how to reconcile them.
hint: You can do so by running one of the following commands sometime before
hint: your next pull:
hint: 
hint:   git config pull.rebase false  # merge
hint:   git config pull.rebase true   # rebase
hint:   git config pull.ff only       # fast-forward only
hint: 
hint: You can replace "git config" with "git config --global" to set a default
hint: preference for all repositories. You can also pass --rebase, --no-rebase,
hint: or --ff-only on the command line to override the configured default per
hint: invocation.
fatal: Need to specify how to reconcile divergent branches.
`,
    128,
  );
}

async function forward(
  call: GitCall,
  repository: Repository,
  from: string,
  to: string,
  form: MergeForm,
): Promise<number> {
  const [before, after] = [await repository.filesOf(from), await repository.filesOf(to)];
  const head = await repository.refs.head();
  if (!form.isQuiet) await call.print(`Updating ${await repository.short(from)}..${await repository.short(to)}\n`);
  await switchFiles(repository, before, after, 'merge');
  await repository.refs.write('ORIG_HEAD', from);
  await advance(repository, head, to, `merge ${form.label}: Fast-forward`);
  if (!form.isQuiet) await call.print(`Fast-forward\n${await changeTable(call, repository, before, after)}`);
  return 0;
}

async function changeTable(
  call: GitCall,
  repository: Repository,
  before: TreeFiles,
  after: TreeFiles,
): Promise<string> {
  const sides = (files: TreeFiles) => sidesOfTree(repository, files);
  const stats = await fileStats(await changesBetween(sides(before), sides(after), { renames: true }));
  return statTable(stats, call.process.terminal?.columns ?? COLUMNS, call.paint()) + summaryLines(stats);
}

/** One path of a merge: what it becomes, or the three sides that do not agree. */
interface Conflict {
  readonly path: string;
  readonly base: TreeFile | undefined;
  readonly ours: TreeFile | undefined;
  readonly theirs: TreeFile | undefined;
  /** With marks where both changed the same lines. */
  readonly content: Uint8Array | undefined;
}

async function trueMerge(
  call: GitCall,
  repository: Repository,
  ours: string,
  theirs: string,
  form: MergeForm,
): Promise<number> {
  const { staged } = await statusOf(repository, { untracked: 'no' });
  if (staged.length > 0)
    throw new GitFault(
      'plain',
      `error: Your local changes to the following files would be overwritten by merge:\n\t${staged.map(({ path }) => path).join('\n\t')}\n`,
      2,
    );
  const base = await mergeBase(repository, ours, theirs);
  if (base === undefined) throw fatal('refusing to merge unrelated histories');
  const committer = await identityOf(repository, 'committer');
  const author = await identityOf(repository, 'author');
  const before = await repository.filesOf(ours);
  const { merged, conflicts } = await mergeTrees(call, repository, base, ours, theirs, form.label);
  await switchFiles(repository, before, merged, 'merge');
  await repository.refs.write('ORIG_HEAD', ours);
  const head = await repository.refs.head();
  if (conflicts.length > 0) return leaveConflicts(call, repository, conflicts, theirs, form);
  const tree = await writeTree(repository.store, merged);
  const oid = await writeCommit(repository.store, {
    tree,
    parents: [ours, theirs],
    author,
    committer,
    message: form.message,
  });
  await advance(repository, head, oid, `merge ${form.label}: Merge made by the 'ort' strategy.`);
  if (!form.isQuiet)
    await call.print(`Merge made by the 'ort' strategy.\n${await changeTable(call, repository, before, merged)}`);
  return 0;
}

async function mergeTrees(
  call: GitCall,
  repository: Repository,
  baseOid: string,
  oursOid: string,
  theirsOid: string,
  label: string,
): Promise<{ merged: Map<string, TreeFile>; conflicts: Conflict[] }> {
  const [base, ours, theirs] = [
    await repository.filesOf(baseOid),
    await repository.filesOf(oursOid),
    await repository.filesOf(theirsOid),
  ];
  const merged = new Map<string, TreeFile>();
  const conflicts: Conflict[] = [];
  for (const path of [...new Set([...base.keys(), ...ours.keys(), ...theirs.keys()])].sort()) {
    const [o, a, b] = [base.get(path), ours.get(path), theirs.get(path)];
    const choice = isSame(a, b) || isSame(o, b) ? a : isSame(o, a) ? b : null;
    if (choice !== null) {
      if (choice) merged.set(path, choice);
      continue;
    }
    if (a && b) {
      await call.print(`Auto-merging ${path}\n`);
      const found = await mergeFile(repository, o, a, b, label);
      if (found.file) merged.set(path, found.file);
      else {
        merged.set(path, a);
        conflicts.push({ path, base: o, ours: a, theirs: b, content: found.content });
      }
      continue;
    }
    const kept = a ?? b;
    if (kept) merged.set(path, kept);
    conflicts.push({ path, base: o, ours: a, theirs: b, content: undefined });
  }
  return { merged, conflicts };
}

function isSame(a: TreeFile | undefined, b: TreeFile | undefined): boolean {
  return a?.oid === b?.oid && a?.mode === b?.mode;
}

async function mergeFile(
  repository: Repository,
  base: TreeFile | undefined,
  ours: TreeFile,
  theirs: TreeFile,
  label: string,
): Promise<{ readonly file?: TreeFile; readonly content?: Uint8Array | undefined }> {
  const mode = base && base.mode === ours.mode ? theirs.mode : ours.mode;
  const read = (oid: string) => repository.store.readAs(oid, 'blob');
  const [o, a, b] = [base ? await read(base.oid) : new Uint8Array(), await read(ours.oid), await read(theirs.oid)];
  if (!isRegular(ours.mode) || !isRegular(theirs.mode) || [o, a, b].some(isBinary)) return { content: undefined };
  const { text, hasConflict } = mergeTexts(decodeName(o), decodeName(a), decodeName(b), {
    ours: 'HEAD',
    theirs: label,
  });
  if (hasConflict) return { content: encodeName(text) };
  return { file: { mode, oid: await repository.store.write('blob', encodeName(text)) } };
}

async function leaveConflicts(
  call: GitCall,
  repository: Repository,
  conflicts: readonly Conflict[],
  theirs: string,
  form: MergeForm,
): Promise<number> {
  const index = await repository.index();
  for (const { path, base, ours, theirs: other, content } of conflicts) {
    index.delete(path);
    for (const [stage, file] of [
      [1, base],
      [2, ours],
      [3, other],
    ] as const)
      if (file) index.set({ path, ...file, stage, stat: NO_CACHED_STAT });
    if (content) await writeFile(call.process, repository.absolute(path), content);
    await call.print(conflictLine(path, ours, other, base, form.label));
  }
  await repository.saveIndex(index);
  const { process, gitDirectory } = repository;
  await repository.refs.write('MERGE_HEAD', theirs);
  const listed = conflicts.map(({ path }) => `#\t${path}\n`).join('');
  await writeFile(process, `${gitDirectory}/MERGE_MSG`, `${form.message}\n# Conflicts:\n${listed}`);
  await call.print('Automatic merge failed; fix conflicts and then commit the result.\n');
  return 1;
}

function conflictLine(
  path: string,
  ours: TreeFile | undefined,
  theirs: TreeFile | undefined,
  base: TreeFile | undefined,
  label: string,
): string {
  if (ours && theirs) return `CONFLICT (${base ? 'content' : 'add/add'}): Merge conflict in ${path}\n`;
  const [gone, kept] = ours ? [label, 'HEAD'] : ['HEAD', label];
  return `CONFLICT (modify/delete): ${path} deleted in ${gone} and modified in ${kept}.  Version ${kept} of ${path} left in tree.\n`;
}
