import { statIfThere } from '../kernel/calls.ts';
import { relativePath } from '../utilities/relativePath.ts';
import type { FileChange } from './fileChanges.ts';
import { aheadBehind } from './history.ts';
import type { Paint } from './paint.ts';
import { quotePath } from './quotePath.ts';
import type { Repository } from './repository.ts';
import { upstreamOf } from './revisions.ts';
import type { Status, UntrackedRule } from './status.ts';

const LABELS: Readonly<Record<FileChange['kind'], string>> = {
  A: 'new file:   ',
  M: 'modified:   ',
  D: 'deleted:    ',
  R: 'renamed:    ',
  T: 'typechange: ',
};

export interface LongForm {
  readonly paint: Paint;
  readonly untracked: UntrackedRule;
}

/** A path from the root of the tree as the user, who stands at `prefix`, names it. */
export function shownPath(path: string, prefix: string): string {
  if (prefix === '') return path;
  const end = path.endsWith('/') ? '/' : '';
  const shown = relativePath(`/${prefix}`, `/${path}`);
  return shown + (end !== '' && !shown.endsWith('/') ? end : '');
}

/** What `git status` says, and `git commit` where there is nothing to do. */
export async function longStatus(repository: Repository, status: Status, form: LongForm): Promise<string> {
  const head = await repository.refs.head();
  const { paint } = form;
  let text =
    head.kind === 'branch'
      ? `On branch ${head.branch}\n`
      : `${paint('removed', 'HEAD detached at ')}${await repository.short(head.oid)}\n`;
  const tracking = await trackingText(repository);
  if (tracking !== '') text += `${tracking}\n`;
  const isInitial = head.oid === undefined;
  if (isInitial) text += '\nNo commits yet\n\n';
  text += mergeText(repository, status);
  text += changeSections(status, repository.prefix, { ...form, isInitial });
  const { staged, unstaged, untracked, conflicts } = status;
  if (staged.length > 0) return text;
  if (unstaged.length > 0 || conflicts.length > 0)
    return `${text}no changes added to commit (use "git add" and/or "git commit -a")\n`;
  if (untracked.length > 0)
    return `${text}nothing added to commit but untracked files present (use "git add" to track)\n`;
  if (isInitial) return `${text}nothing to commit (create/copy files and use "git add" to track)\n`;
  if (form.untracked === 'no') return `${text}nothing to commit (use -u to show untracked files)\n`;
  return `${text}nothing to commit, working tree clean\n`;
}

function mergeText({ process, gitDirectory }: Repository, { conflicts }: Status): string {
  if (!statIfThere(process, `${gitDirectory}/MERGE_HEAD`)) return '';
  if (conflicts.length === 0)
    return 'All conflicts fixed but you are still merging.\n  (use "git commit" to conclude merge)\n\n';
  return 'You have unmerged paths.\n  (fix conflicts and run "git commit")\n  (use "git merge --abort" to abort the merge)\n\n';
}

function changeSections(
  { staged, unstaged, untracked, ignored, conflicts }: Status,
  prefix: string,
  { paint, untracked: rule, isInitial }: LongForm & { readonly isInitial: boolean },
): string {
  const name = (path: string) => quotePath(shownPath(path, prefix));
  const line = (slot: 'staged' | 'unstaged') => (change: FileChange) => {
    const from = change.kind === 'R' && change.before ? `${name(change.before.path)} -> ` : '';
    return `\t${paint(slot, `${LABELS[change.kind]}${from}${name(change.path)}`)}\n`;
  };
  const unstage = isInitial ? '"git rm --cached <file>..."' : '"git restore --staged <file>..."';
  let text = '';
  if (staged.length > 0)
    text += `Changes to be committed:\n  (use ${unstage} to unstage)\n${staged.map(line('staged')).join('')}\n`;
  if (conflicts.length > 0) {
    const paths = conflicts.map((path) => `\t${paint('unstaged', `both modified:   ${name(path)}`)}\n`).join('');
    text += `Unmerged paths:\n  (use "git add <file>..." to mark resolution)\n${paths}\n`;
  }
  if (unstaged.length > 0) {
    const add = unstaged.some(({ kind }) => kind === 'D') ? 'add/rm' : 'add';
    text += `Changes not staged for commit:\n  (use "git ${add} <file>..." to update what will be committed)\n  (use "git restore <file>..." to discard changes in working directory)\n${unstaged.map(line('unstaged')).join('')}\n`;
  }
  const listed = (paths: readonly string[]) => paths.map((path) => `\t${paint('unstaged', name(path))}\n`).join('');
  if (untracked.length > 0)
    text += `Untracked files:\n  (use "git add <file>..." to include in what will be committed)\n${listed(untracked)}\n`;
  if (ignored.length > 0)
    text += `Ignored files:\n  (use "git add -f <file>..." to include in what will be committed)\n${listed(ignored)}\n`;
  if (rule === 'no' && (staged.length > 0 || unstaged.length > 0))
    text += 'Untracked files not listed (use -u option to show untracked files)\n';
  return text;
}

/** How the branch stands to the one that it follows; empty where it follows none. */
export async function trackingText(repository: Repository): Promise<string> {
  const head = await repository.refs.head();
  const upstream = head.kind === 'branch' ? await upstreamOf(repository) : undefined;
  if (!upstream || head.oid === undefined) return '';
  const { shown, oid } = upstream;
  if (oid === undefined)
    return `Your branch is based on '${shown}', but the upstream is gone.\n  (use "git branch --unset-upstream" to fixup)\n`;
  const { ahead, behind } = await aheadBehind(repository, head.oid, oid);
  const commits = (count: number) => `${count} commit${count === 1 ? '' : 's'}`;
  if (ahead === 0 && behind === 0) return `Your branch is up to date with '${shown}'.\n`;
  if (behind === 0)
    return `Your branch is ahead of '${shown}' by ${commits(ahead)}.\n  (use "git push" to publish your local commits)\n`;
  if (ahead === 0)
    return `Your branch is behind '${shown}' by ${commits(behind)}, and can be fast-forwarded.\n  (use "git pull" to update your local branch)\n`;
  return `Your branch and '${shown}' have diverged,\nand have ${ahead} and ${behind} different commits each, respectively.\n  (use "git pull" to merge the remote branch into yours)\n`;
}

/** `## main...origin/main [ahead 1]`. */
export async function branchLine(repository: Repository, paint: Paint): Promise<string> {
  const head = await repository.refs.head();
  if (head.kind === 'detached') return `## ${paint('removed', 'HEAD (no branch)')}`;
  if (head.oid === undefined) return `## No commits yet on ${paint('branch', head.branch)}`;
  const upstream = await upstreamOf(repository);
  const branch = paint('branch', head.branch);
  if (!upstream) return `## ${branch}`;
  const shown = `${branch}...${paint('otherRemote', upstream.shown)}`;
  if (upstream.oid === undefined) return `## ${shown} [gone]`;
  const { ahead, behind } = await aheadBehind(repository, head.oid, upstream.oid);
  const parts = [
    ...(ahead > 0 ? [`ahead ${paint('branch', String(ahead))}`] : []),
    ...(behind > 0 ? [`behind ${paint('otherRemote', String(behind))}`] : []),
  ];
  return parts.length === 0 ? `## ${shown}` : `## ${shown} [${parts.join(', ')}]`;
}

/** `XY PATH` lines of `git status -s`. */
export function shortStatus(
  status: Status,
  form: { readonly paint: Paint; readonly base: string; readonly separator: string },
): string {
  const { paint, base, separator } = form;
  const name = (path: string) => {
    const shown = shownPath(path, base);
    if (separator === '\0') return shown;
    const quoted = quotePath(shown);
    return quoted.includes(' ') && !quoted.startsWith('"') ? `"${quoted}"` : quoted;
  };
  const rows = new Map<string, { staged: string; unstaged: string; from: string | undefined }>();
  for (const { path, kind, before } of status.staged)
    rows.set(path, { staged: kind, unstaged: ' ', from: kind === 'R' ? before?.path : undefined });
  for (const { path, kind } of status.unstaged) {
    const row = rows.get(path) ?? { staged: ' ', unstaged: ' ', from: undefined };
    rows.set(path, { ...row, unstaged: kind });
  }
  for (const path of status.conflicts) rows.set(path, { staged: 'U', unstaged: 'U', from: undefined });
  const sorted = [...rows].sort(([a], [b]) => (a < b ? -1 : 1));
  const changed = sorted.map(([path, { staged, unstaged, from }]) => {
    const letters = `${staged === ' ' ? ' ' : paint('staged', staged)}${unstaged === ' ' ? ' ' : paint('unstaged', unstaged)}`;
    if (from === undefined) return `${letters} ${name(path)}${separator}`;
    if (separator === '\0') return `${letters} ${name(path)}\0${name(from)}\0`;
    return `${letters} ${name(from)} -> ${name(path)}${separator}`;
  });
  const rest = [
    ...status.untracked.map((path) => `${paint('unstaged', '??')} ${name(path)}${separator}`),
    ...status.ignored.map((path) => `${paint('unstaged', '!!')} ${name(path)}${separator}`),
  ];
  return [...changed, ...rest].join('');
}
