import type { Commit } from '../../../git/commit.ts';
import { Regex } from '../../regex/regex.ts';
import { RegexError } from '../../regex/regexError.ts';
import type { ParsedOptions } from '../../utilities/options.ts';
import { type CommitForm, commitText, decorationsOf, isSeparated } from '../commitText.ts';
import {
  type DiffAsked,
  type DiffKind,
  DIFF_NOT_SIMULATED,
  DIFF_OPTIONS,
  diffKinds,
  diffText,
  wantsRenames,
} from '../diffForm.ts';
import { changesBetween, type FileChange } from '../fileChanges.ts';
import { type FileSides, sidesOfTree } from '../fileSides.ts';
import { type GitCall, splitAtDashes, withNumbers } from '../gitCall.ts';
import { fatal } from '../gitFault.ts';
import { mergeBase, reachable } from '../history.ts';
import { readDate } from '../identity.ts';
import { Pathspec } from '../pathspec.ts';
import type { Repository } from '../repository.ts';
import { rangeOf, requireCommit } from '../revisions.ts';
import { splitRevisions } from '../splitRevisions.ts';

export const LOG_OPTIONS = {
  ...DIFF_OPTIONS,
  count: '-n=N --max-count=N',
  skip: '--skip=N',
  oneline: '--oneline',
  pretty: '--pretty[=FORMAT]',
  format: '--format=FORMAT',
  abbreviate: '--abbrev-commit',
  noAbbreviate: '--no-abbrev-commit',
  decorate: '--decorate[=HOW]',
  noDecorate: '--no-decorate',
  date: '--date=FORM',
  reverse: '--reverse',
  all: '--all',
  branches: '--branches',
  tags: '--tags',
  firstParent: '--first-parent',
  merges: '--merges',
  noMerges: '--no-merges',
  author: '--author=PATTERN',
  committer: '--committer=PATTERN',
  grep: '--grep=PATTERN',
  ignoreCase: '-i --regexp-ignore-case',
  since: '--since=DATE --after=DATE',
  until: '--until=DATE --before=DATE',
} as const;

export const LOG_NOT_SIMULATED = `${DIFF_NOT_SIMULATED} --graph --follow --full-diff --log-size -L=RANGE --left-right --cherry --cherry-pick --cherry-mark --boundary --topo-order --date-order --author-date-order --walk-reflogs -g --simplify-by-decoration --full-history --dense --sparse --ancestry-path[=C] --show-signature --notes[=REF] --no-notes --source --remotes[=P] --glob=P --exclude=P --invert-grep --all-match -E --extended-regexp -F --fixed-strings -P --perl-regexp -m -c --cc -t --parents --children --relative-date --no-walk[=S] --stdin --encoding=E --expand-tabs[=N] --no-expand-tabs --decorate-refs=P --decorate-refs-exclude=P --clear-decorations --min-parents=N --max-parents=N --remove-empty --merge --not --bisect`;

/** git-log(1). */
export async function log(call: GitCall): Promise<number> {
  const { before, paths } = splitAtDashes(call.words);
  const options = call.options({ options: LOG_OPTIONS, notSimulated: LOG_NOT_SIMULATED }, withNumbers(before));
  const repository = await call.repository();
  const { revisions, operands } = await splitRevisions(repository, options.operands, paths);
  const { from, without } = await startsOf(repository, revisions, await extraStarts(repository, options));
  const spec = repository.isBare ? undefined : new Pathspec(repository, operands);
  const wanted = filterOf(repository, options);
  const rules = { firstParent: options.has('firstParent') };
  const [limit, skip] = [
    numberOf(options.value('count'), Number.POSITIVE_INFINITY),
    numberOf(options.value('skip'), 0),
  ];
  const shown: Commit[] = [];
  const form = await commitForm(call, repository, options);
  const kinds = diffKinds(options, []);
  const renames = wantsRenames(options, repository.settings.get('diff.renames'));
  let isFirst = true;
  const show = async (commit: Commit) => {
    const changes = kinds.length > 0 ? await changesOf(repository, commit, spec, renames) : [];
    await call.print(await entryText(repository, commit, changes, kinds, { form, asked: options, isFirst }));
    isFirst = false;
  };
  let count = 0;
  if (limit > 0)
    for await (const commit of reachable(repository, from, without, rules)) {
      if (!wanted(commit)) continue;
      if (spec && !spec.isEmpty && (await changesOf(repository, commit, spec, false)).length === 0) continue;
      if (count++ < skip) continue;
      if (options.has('reverse')) shown.push(commit);
      else await show(commit);
      if (count - skip >= limit) break;
    }
  for (const commit of shown.reverse()) await show(commit);
  return 0;
}

type LogOptions = ParsedOptions<keyof typeof LOG_OPTIONS>;

async function extraStarts(repository: Repository, options: LogOptions): Promise<string[] | undefined> {
  const prefixes = [
    ...(options.has('all') ? ['refs/'] : []),
    ...(options.has('branches') ? ['refs/heads/'] : []),
    ...(options.has('tags') ? ['refs/tags/'] : []),
  ];
  if (prefixes.length === 0) return undefined;
  const oids: string[] = [];
  for (const prefix of prefixes)
    for (const { ref } of await repository.refs.list(prefix)) oids.push(await requireCommit(repository, ref));
  const head = await repository.refs.head();
  if (options.has('all') && head.oid !== undefined) oids.push(head.oid);
  return oids;
}

/** Where to begin and what to leave out, for `A`, `^A`, `A..B`, `A...B`. Throws GitFault in an empty repository. */
export async function startsOf(
  repository: Repository,
  revisions: readonly string[],
  extra?: readonly string[],
): Promise<{ readonly from: string[]; readonly without: string[] }> {
  const from = [...(extra ?? [])];
  const without: string[] = [];
  for (const revision of revisions) {
    const range = rangeOf(revision);
    if (!range) {
      const isNegative = revision.startsWith('^');
      (isNegative ? without : from).push(await requireCommit(repository, isNegative ? revision.slice(1) : revision));
      continue;
    }
    const [a, b] = [await requireCommit(repository, range.from), await requireCommit(repository, range.to)];
    from.push(b);
    if (!range.isSymmetric) without.push(a);
    else {
      from.push(a);
      const base = await mergeBase(repository, a, b);
      if (base !== undefined) without.push(base);
    }
  }
  if (from.length > 0 || extra) return { from, without };
  const head = await repository.refs.head();
  if (head.oid === undefined) {
    const branch = head.kind === 'branch' ? head.branch : 'HEAD';
    throw fatal(`your current branch '${branch}' does not have any commits yet`);
  }
  return { from: [head.oid], without };
}

function numberOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^-?\d+$/.test(text)) throw fatal(`'${text}': not an integer`);
  return Number(text) < 0 ? otherwise : Number(text);
}

function filterOf(repository: Repository, options: LogOptions): (commit: Commit) => boolean {
  const tests: ((commit: Commit) => boolean)[] = [];
  const { process } = repository;
  const matcher = (texts: readonly string[]) => {
    const patterns = texts.map((text) => regexOf(text, options.has('ignoreCase')));
    return (line: string) => patterns.some((pattern) => pattern.exec(line, 0) !== undefined);
  };
  const [authors, committers, greps] = [options.values('author'), options.values('committer'), options.values('grep')];
  if (authors.length > 0) {
    const matches = matcher(authors);
    tests.push(({ author }) => matches(`${author.name} <${author.email}>`));
  }
  if (committers.length > 0) {
    const matches = matcher(committers);
    tests.push(({ committer }) => matches(`${committer.name} <${committer.email}>`));
  }
  if (greps.length > 0) {
    const matches = matcher(greps);
    tests.push(({ message }) => message.split('\n').some(matches));
  }
  const [since, until] = [options.value('since'), options.value('until')];
  if (since !== undefined) {
    const { timeSec } = readDate(process, since);
    tests.push(({ committer }) => committer.timeSec >= timeSec);
  }
  if (until !== undefined) {
    const { timeSec } = readDate(process, until);
    tests.push(({ committer }) => committer.timeSec <= timeSec);
  }
  if (options.has('merges')) tests.push(({ parents }) => parents.length > 1);
  if (options.has('noMerges')) tests.push(({ parents }) => parents.length < 2);
  return (commit) => tests.every((test) => test(commit));
}

function regexOf(text: string, ignoreCase: boolean): Regex {
  try {
    return new Regex(text, { syntax: 'basic', ignoreCase });
  } catch (error) {
    if (error instanceof RegexError) throw fatal(`command line, '${text}': ${error.message}`);
    throw error;
  }
}

export async function commitForm(call: GitCall, repository: Repository, options: LogOptions): Promise<CommitForm> {
  const last = options.last('oneline', 'pretty', 'format');
  const given = last === 'oneline' ? 'oneline' : options.value(last ?? 'pretty');
  const pretty = given ?? (last === undefined ? repository.settings.get('format.pretty') : undefined) ?? 'medium';
  const isFormat = pretty.includes('%') && !/^t?format:/.test(pretty);
  const when = options.last('color', 'noColor') === 'noColor' ? 'never' : options.value('color');
  const decorate = options.last('decorate', 'noDecorate');
  const how = options.value('decorate') ?? 'short';
  if (!['short', 'auto', 'no'].includes(how)) throw fatal(`--decorate=${how} is not simulated`);
  const decorates =
    decorate === 'decorate'
      ? how === 'auto'
        ? call.showsColours
        : how !== 'no'
      : decorate === undefined && call.showsColours;
  const usesNames = /%[dD]/.test(pretty);
  return {
    pretty: isFormat ? `tformat:${pretty}` : pretty,
    date: options.value('date') ?? repository.settings.get('log.date') ?? 'default',
    abbreviates:
      last === 'oneline' ? !options.has('noAbbreviate') : options.last('abbreviate', 'noAbbreviate') === 'abbreviate',
    paint: call.paint(options.has('color') ? (when ?? 'always') : when),
    decorations: decorates || usesNames ? await decorationsOf(repository) : undefined,
  };
}

/** What a commit changed, against its first parent. A merge shows nothing, as git's own does by default. */
export async function changesOf(
  repository: Repository,
  commit: Commit,
  spec: Pathspec | undefined,
  renames: boolean,
): Promise<FileChange[]> {
  if (commit.parents.length > 1) return [];
  const [parent] = commit.parents;
  const files = async (oid: string | undefined) => {
    const known = oid === undefined ? undefined : await repository.filesOf(oid).catch(() => undefined);
    const sides: FileSides = sidesOfTree(repository, known ?? new Map());
    return spec ? new Map([...sides].filter(([path]) => spec.matches(path))) : sides;
  };
  return changesBetween(await files(parent), await files(commit.oid), { renames });
}

/** One commit of a log: its head, what it changed, and what stands between it and the one before. */
export async function entryText(
  repository: Repository,
  commit: Commit,
  changes: readonly FileChange[],
  kinds: readonly DiffKind[],
  { form, asked, isFirst }: { readonly form: CommitForm; readonly asked: DiffAsked; readonly isFirst: boolean },
): Promise<string> {
  const head = await commitText(repository, commit, form);
  const shown = await diffText(repository, changes, kinds, asked, form.paint);
  const before = isFirst ? '' : isSeparated(form.pretty) || form.pretty.startsWith('format:') ? '\n' : '';
  if (form.pretty.startsWith('format:')) return before + head + (shown === '' ? '' : `\n${shown}`);
  const end = isSeparated(form.pretty) ? '' : '\n';
  if (shown === '') return `${before}${head}${end}`;
  // A table and a patch are told from the message by `---`, anything else by an empty line.
  const both = kinds.includes('patch') && kinds.length > 1;
  const between = form.pretty === 'oneline' ? '' : both ? '---\n' : '\n';
  return `${before}${head}${end}${between}${shown}`;
}
