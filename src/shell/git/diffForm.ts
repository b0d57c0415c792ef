import { fileStats, renameName, shortStat, statTable, summaryLines } from './diffStat.ts';
import type { FileChange } from './fileChanges.ts';
import { GitFault, fatal } from './gitFault.ts';
import type { Paint } from './paint.ts';
import { patchText } from './patchText.ts';
import { quotePath } from './quotePath.ts';
import type { Repository } from './repository.ts';

/** Options that say how changes are shown: those of diff, log and show alike. */
export const DIFF_OPTIONS = {
  patch: '-p -u --patch',
  noPatch: '-s --no-patch',
  context: '-U=N --unified=N',
  stat: '--stat',
  shortStat: '--shortstat',
  numStat: '--numstat',
  summary: '--summary',
  patchWithStat: '--patch-with-stat',
  nameOnly: '--name-only',
  nameStatus: '--name-status',
  noRenames: '--no-renames',
  renames: '-M --find-renames',
  alike: '-b --ignore-space-change',
  blank: '-w --ignore-all-space',
  trailing: '--ignore-space-at-eol',
  color: '--color[=WHEN]',
  noColor: '--no-color',
} as const;

/** What git has besides, of all three. */
export const DIFF_NOT_SIMULATED =
  '--raw --dirstat[=P] --word-diff[=M] --color-words[=R] --check --full-index --binary -R -a --text -B --break-rewrites -C --find-copies --find-copies-harder -D --irreversible-delete -l=N -O=FILE -S=STRING -G=REGEX --pickaxe-all --relative[=PATH] --diff-filter=FILTER --ignore-blank-lines --inter-hunk-context=N -W --function-context --no-prefix --src-prefix=P --dst-prefix=P --minimal --patience --histogram --diff-algorithm=A --abbrev[=N] --compact-summary --cumulative --color-moved[=M] --submodule[=F] --ext-diff --no-ext-diff --textconv --no-textconv --output=FILE -I=REGEX --ignore-matching-lines=REGEX';

export type DiffOption = keyof typeof DIFF_OPTIONS;

/** The parts of parsed options that are asked for here. */
export interface DiffAsked {
  has(name: DiffOption): boolean;
  value(name: DiffOption): string | undefined;
}

export type DiffKind = 'patch' | 'stat' | 'shortStat' | 'numStat' | 'summary' | 'nameOnly' | 'nameStatus';

/** Columns of `--stat` where no terminal says otherwise. */
const COLUMNS = 80;

/** What is to be shown, in git's order; `otherwise` where nothing is asked for. */
export function diffKinds(asked: DiffAsked, otherwise: readonly DiffKind[]): readonly DiffKind[] {
  if (asked.has('noPatch')) return [];
  const kinds: DiffKind[] = [];
  if (asked.has('nameOnly')) return ['nameOnly'];
  if (asked.has('nameStatus')) return ['nameStatus'];
  if (asked.has('numStat')) kinds.push('numStat');
  if (asked.has('stat') || asked.has('patchWithStat')) kinds.push('stat');
  if (asked.has('shortStat')) kinds.push('shortStat');
  if (asked.has('summary')) kinds.push('summary');
  if (asked.has('patch') || asked.has('context') || asked.has('patchWithStat')) kinds.push('patch');
  return kinds.length > 0 ? kinds : otherwise;
}

export async function diffText(
  repository: Repository,
  changes: readonly FileChange[],
  kinds: readonly DiffKind[],
  asked: DiffAsked,
  paint: Paint,
): Promise<string> {
  let text = '';
  const counts = kinds.some((kind) => kind === 'stat' || kind === 'shortStat' || kind === 'numStat');
  const stats = counts ? await fileStats(changes) : [];
  for (const kind of kinds) {
    if (kind === 'nameOnly') text += changes.map(({ path }) => `${quotePath(path)}\n`).join('');
    else if (kind === 'nameStatus') text += changes.map(nameStatusLine).join('');
    else if (kind === 'numStat')
      text += stats
        .map(
          ({ added, removed, binary, change }) =>
            `${binary ? '-\t-' : `${added}\t${removed}`}\t${numStatName(change)}\n`,
        )
        .join('');
    else if (kind === 'stat') text += statTable(stats, repository.process.terminal?.columns ?? COLUMNS, paint);
    else if (kind === 'shortStat') text += shortStat(stats);
    else if (kind === 'summary') text += summaryOf(changes);
    else {
      if (text !== '') text += '\n';
      for (const change of changes) {
        text += await patchText(change, patchForm(repository, asked, paint));
        if (repository.process.isDue) await repository.process.pause();
      }
    }
  }
  return text;
}

function patchForm(repository: Repository, asked: DiffAsked, paint: Paint) {
  const context = Number(asked.value('context') ?? repository.settings.get('diff.context') ?? 3);
  if (!Number.isInteger(context) || context < 0)
    throw new GitFault('error', `option \`unified' expects a numerical value`, 129);
  const blanks = asked.has('blank')
    ? 'ignored'
    : asked.has('alike')
      ? 'alike'
      : asked.has('trailing')
        ? 'trailing'
        : 'count';
  return { context, blanks, paint, short: (oid: string) => repository.short(oid) } as const;
}

function nameStatusLine({ kind, path, before, similarity }: FileChange): string {
  if (kind !== 'R') return `${kind}\t${quotePath(path)}\n`;
  return `R${String(similarity).padStart(3, '0')}\t${quotePath(before?.path ?? '')}\t${quotePath(path)}\n`;
}

function numStatName({ kind, path, before }: FileChange): string {
  return kind === 'R' && before ? renameName(before.path, path) : quotePath(path);
}

function summaryOf(changes: readonly FileChange[]): string {
  return summaryLines(changes.map((change) => ({ change, added: 0, removed: 0, binary: undefined })));
}

export function wantsRenames(asked: DiffAsked, setting: string | undefined): boolean {
  if (asked.has('noRenames')) return false;
  if (asked.has('renames')) return true;
  if (setting === undefined) return true;
  if (setting === 'copies') throw fatal('diff.renames=copies is not simulated');
  return setting !== 'false';
}
