import type { ResourceLimit } from './processSetup.ts';

/** A limit of getrlimit(2): the letter of `ulimit`, the name of `--ulimit`, the words of /proc/PID/limits, how many bytes
 *  the letter's unit has, and what the simulated machine allows, in that unit. */
export interface LimitKind {
  readonly letter: string;
  readonly name: string;
  readonly title: string;
  readonly unit: string;
  readonly unitBytes: number;
  readonly soft: string;
  readonly hard: string;
}

const kind = (
  letter: string,
  name: string,
  title: string,
  unit: string,
  unitBytes: number,
  soft: string,
  hard = soft,
): LimitKind => ({ letter, name, title, unit, unitBytes, soft, hard });

/** In the order of /proc/PID/limits (fs/proc/base.c). */
export const LIMIT_KINDS: readonly LimitKind[] = [
  kind('t', 'cpu', 'Max cpu time', 'seconds', 1, 'unlimited'),
  kind('f', 'fsize', 'Max file size', 'bytes', 1024, 'unlimited'),
  kind('d', 'data', 'Max data size', 'bytes', 1024, 'unlimited'),
  kind('s', 'stack', 'Max stack size', 'bytes', 1024, '8192', 'unlimited'),
  kind('c', 'core', 'Max core file size', 'bytes', 1024, '0', 'unlimited'),
  kind('m', 'rss', 'Max resident set', 'bytes', 1024, 'unlimited'),
  kind('u', 'nproc', 'Max processes', 'processes', 1, '63389'),
  kind('n', 'nofile', 'Max open files', 'files', 1, '1024', '1048576'),
  kind('l', 'memlock', 'Max locked memory', 'bytes', 1024, '8192'),
  kind('v', 'as', 'Max address space', 'bytes', 1024, 'unlimited'),
  kind('x', 'locks', 'Max file locks', 'locks', 1, 'unlimited'),
  kind('i', 'sigpending', 'Max pending signals', 'signals', 1, '63389'),
  kind('q', 'msgqueue', 'Max msgqueue size', 'bytes', 1, '819200'),
  kind('e', 'nice', 'Max nice priority', '', 1, '0'),
  kind('r', 'rtprio', 'Max realtime priority', '', 1, '0'),
  kind('R', 'rttime', 'Max realtime timeout', 'us', 1, 'unlimited'),
];

/** What no part of the machine counts: data, pipes, stack, addresses. To lower them is refused, not kept. */
export const UNWATCHED_LIMITS: readonly string[] = ['d', 'p', 's', 'v'];

/** /proc/PID/limits, of the limits that were set. */
export function limitsText(set: ReadonlyMap<string, ResourceLimit>): string {
  const row = (title: string, soft: string, hard: string, unit: string) =>
    `${title.padEnd(25)} ${soft.padEnd(20)} ${hard.padEnd(20)} ${unit.padEnd(10)}\n`;
  return [
    row('Limit', 'Soft Limit', 'Hard Limit', 'Units'),
    ...LIMIT_KINDS.map((known) => {
      const { soft, hard } = set.get(known.letter) ?? known;
      const shown = (value: string) => (value === 'unlimited' ? value : String(Number(value) * known.unitBytes));
      return row(known.title, shown(soft), shown(hard), known.unit);
    }),
  ].join('');
}
