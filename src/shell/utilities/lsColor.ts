import {
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFSOCK,
  S_ISGID,
  S_ISUID,
  S_ISVTX,
} from '../../vfs/overlay/fileMode.ts';
import type { Process } from '../kernel/process.ts';
import type { LsOption } from './ls.ts';
import { colorsWanted, type LsEntry } from './lsStyle.ts';
import type { ParsedOptions } from './options.ts';

/** Colours by indicator (dircolors(1)) and by the end of the name. */
export interface LsColors {
  readonly isBusybox: boolean;
  readonly indicators: ReadonlyMap<string, string>;
  readonly endings: readonly (readonly [string, string])[];
  /** The first colour is preceded by a reset. */
  isStarted: boolean;
}

/** What ls has built in. */
const DEFAULTS =
  'di=01;34:ln=01;36:pi=33:so=01;35:bd=01;33:cd=01;33:ex=01;32:su=37;41:sg=30;43:st=37;44:ow=34;42:tw=30;42';

/** Terminals that ls takes to have colours. */
const COLOR_TERMINALS =
  /^(Eterm|ansi|con\d*x\d*|cons25|console|cygwin|.*direct.*|dtterm|gnome|hurd|jfbterm|konsole|kterm|linux|linux-c|mlterm|putty|rxvt.*|screen.*|st|terminator|tmux.*|vt100|vt220|xterm.*|.*color.*)$/;

export function lsColors(process: Process, options: ParsedOptions<LsOption>): LsColors | undefined {
  if (!colorsWanted(options, process.files.get(1)?.isTerminal === true)) return undefined;
  const isKnown = process.env.has('COLORTERM') || COLOR_TERMINALS.test(process.env.get('TERM') ?? '');
  if (process.flavour === 'gnu' && !process.env.get('LS_COLORS') && !isKnown) return undefined;
  const indicators = new Map<string, string>();
  const endings: [string, string][] = [];
  for (const part of `${DEFAULTS}:${process.env.get('LS_COLORS') ?? ''}`.split(':')) {
    const [key = '', code = ''] = part.split('=');
    if (key.startsWith('*')) endings.unshift([key.slice(1), code]);
    else if (/^[a-z]{2}$/.test(key)) indicators.set(key, code);
  }
  return { isBusybox: process.flavour === 'busybox', indicators, endings, isStarted: false };
}

/** A name in its colour. */
export function colored(shown: string, entry: LsEntry, colors: LsColors): string {
  if (colors.isBusybox) return `\u001b[${busyboxCode(entry.stat?.mode ?? entry.type)}m${shown}\u001b[m`;
  const code = codeOf(entry, colors);
  if (!code || code === '0') return shown;
  const start = colors.isStarted ? '' : '\u001b[0m';
  colors.isStarted = true;
  return `${start}\u001b[${code}m${shown}\u001b[0m`;
}

/** The target behind `->`, in the colour of what it names. */
export function coloredTarget(shown: string, entry: LsEntry, colors: LsColors): string {
  // Targets are looked at only where dangling links have a colour of their own.
  const looks = colors.indicators.has('or') || colors.indicators.has('mi') || colors.indicators.get('ln') === 'target';
  if (!entry.targetStat || !looks) return shown;
  return colored(shown, { ...entry, name: shown, type: entry.targetStat.mode, stat: entry.targetStat }, colors);
}

function codeOf(entry: LsEntry, { indicators, endings }: LsColors): string | undefined {
  const mode = entry.stat?.mode ?? entry.type;
  switch (mode & S_IFMT) {
    case S_IFDIR: {
      const isOpen = (mode & 0o002) !== 0;
      const isSticky = (mode & S_ISVTX) !== 0;
      if (isOpen && isSticky) return indicators.get('tw');
      if (isOpen) return indicators.get('ow');
      return indicators.get(isSticky ? 'st' : 'di');
    }
    case S_IFLNK: {
      if (!entry.targetStat && indicators.has('or')) return indicators.get('or');
      const code = indicators.get('ln');
      if (code !== 'target' || !entry.targetStat) return code;
      return codeOf({ ...entry, stat: entry.targetStat }, { indicators, endings, isBusybox: false, isStarted: true });
    }
    case S_IFIFO:
      return indicators.get('pi');
    case S_IFSOCK:
      return indicators.get('so');
    case S_IFBLK:
      return indicators.get('bd');
    case S_IFCHR:
      return indicators.get('cd');
    default:
      if (mode & S_ISUID) return indicators.get('su');
      if (mode & S_ISGID) return indicators.get('sg');
      if (mode & 0o111) return indicators.get('ex');
      return endings.find(([ending]) => entry.name.endsWith(ending))?.[1] ?? indicators.get('fi');
  }
}

function busyboxCode(mode: number): string {
  switch (mode & S_IFMT) {
    case S_IFDIR:
      return '1;34';
    case S_IFLNK:
      return '1;36';
    case S_IFIFO:
      return '1;33';
    case S_IFSOCK:
      return '1;35';
    case S_IFBLK:
    case S_IFCHR:
      return '1;33';
    default:
      return mode & 0o111 ? '1;32' : '0;0';
  }
}
