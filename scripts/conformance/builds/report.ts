import type { BuildComparison } from './compareBuilds.ts';

/** One Dockerfile's line in the table. */
export interface BuildRow {
  readonly source: string;
  readonly name: string;
  readonly end:
    | { readonly kind: 'equal' | 'different'; readonly comparison: BuildComparison }
    /** By both. */
    | { readonly kind: 'refused'; readonly words: string };
}

interface Counts {
  readonly built: number;
  readonly entries: number;
  readonly diffIds: number;
  readonly imageIds: number;
  readonly refused: number;
}

export function countsOf(rows: readonly BuildRow[]): Counts {
  const compared = rows.flatMap(({ end }) => (end.kind === 'refused' ? [] : [end.comparison]));
  return {
    built: compared.length,
    entries: compared.filter(({ entries }) => entries).length,
    diffIds: compared.filter(({ diffIds }) => diffIds).length,
    imageIds: compared.filter(({ imageId }) => imageId).length,
    refused: rows.length - compared.length,
  };
}

export function summaryOf(rows: readonly BuildRow[], skipped: ReadonlyMap<string, number>): string {
  const { built, entries, diffIds, imageIds, refused } = countsOf(rows);
  const left = [...skipped].map(([reason, count]) => `${count} ${reason}`).join(', ');
  return (
    `${built} compared: entries equal ${entries}, diffIDs ${diffIds}, image IDs ${imageIds}; ` +
    `${refused} refused by both; left out: ${left || 'none'}`
  );
}

/** The page of docs. */
export function documentOf(
  rows: readonly BuildRow[],
  skipped: ReadonlyMap<string, number>,
  version: string,
  only: readonly string[],
): string {
  const { refused } = countsOf(rows);
  const sources = [...new Set(rows.map(({ source }) => source))];
  const counts = sources.map((source) => {
    const count = countsOf(rows.filter((row) => row.source === source));
    return [source, count.built, count.entries, count.diffIds, count.imageIds, count.refused].map(String);
  });
  const compared = rows.flatMap(({ name, end }) =>
    end.kind === 'refused'
      ? []
      : [
          [
            name,
            mark(end.comparison.entries),
            mark(end.comparison.diffIds),
            mark(end.comparison.imageId),
            [...end.comparison.differences.map(cell), ...reasonsOf(end.comparison)].join('<br>'),
          ],
        ],
  );
  return [
    '# Simulated and real builds',
    '',
    '<!-- Written by `npm run conformance:builds -- --write`. -->',
    '',
    `Each Dockerfile was built by the simulator and by BuildKit ${version} with \`SOURCE_DATE_EPOCH\` and`,
    '`rewrite-timestamp=true`; the simulated machine’s clock stood at that epoch. _Entries_: the members of every layer',
    'are the same, contents, modes, owners and times alike. _diffIDs_: every layer’s tar is the same to the byte.',
    '_Image ID_: the config is, too. Bases that are not at hand are busybox by another name, for both.',
    '',
    ...table(['from', 'compared', 'entries', 'diffIDs', 'image ID', 'refused by both'], counts),
    '',
    ...(only.length > 0 ? [`A part only: names that hold ${only.map((name) => `“${name}”`).join(', ')}.`, ''] : []),
    `Left out: ${[...skipped].map(([reason, count]) => `${count} (${reason})`).join(', ') || 'none'}. Refused by both, and not compared: ${refused}.`,
    '',
    ...table(['Dockerfile', 'entries', 'diffIDs', 'image ID', 'what differs'], compared),
    '',
  ].join('\n');
}

/** Why the simulator is as it is, by what differs. */
const REASONS: readonly (readonly [differing: RegExp, reason: string])[] = [
  [/shm|tmpfs/, 'a mount’s size and flags are not simulated: /proc/mounts shows `rw,relatime`'],
];

function reasonsOf({ differences }: BuildComparison): string[] {
  return REASONS.filter(([differing]) => differences.some((text) => differing.test(text))).map(([, reason]) => reason);
}

function mark(isEqual: boolean): string {
  return isEqual ? 'equal' : 'no';
}

function cell(text: string): string {
  return `\`${text.replaceAll('`', "'").replaceAll('|', '\\|')}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
