import type { Stat } from '../../vfs/overlay/stat.ts';
import type { Process } from '../kernel/process.ts';
import type { Flavour } from '../kernel/program.ts';
import { parseSize } from './humanSize.ts';
import type { LsOption } from './ls.ts';
import type { LsColors } from './lsColor.ts';
import { invalidWord, type ParsedOptions, UsageError } from './options.ts';
import { quoted, quotedIfNeeded } from './quote.ts';
import { type TimeZone, UTC } from './timeZone.ts';

export interface LsEntry {
  /** As shown. */
  readonly name: string;
  readonly path: string;
  /** Bits of st_mode; without a stat, those of the type alone. */
  readonly type: number;
  readonly stat: Stat | undefined;
  linkTarget: string | undefined;
  targetStat: Stat | undefined;
}

export type LsFormat = 'one' | 'long' | 'columns' | 'across' | 'commas';
export type Indicator = 'none' | 'slash' | 'fileType' | 'classify';
export type LsSort = 'name' | 'size' | 'time' | 'version' | 'extension' | 'width' | 'none';
export type LsTime = 'mtime' | 'atime' | 'ctime';

/** How a listing looks. */
export interface LsStyle {
  readonly flavour: Flavour;
  readonly format: LsFormat;
  readonly isLong: boolean;
  readonly indicator: Indicator;
  readonly sort: LsSort;
  readonly time: LsTime;
  readonly isReversed: boolean;
  readonly directoriesFirst: boolean;
  readonly widthColumns: number;
  readonly tabColumns: number;
  readonly shows: {
    readonly inode: boolean;
    readonly blocks: boolean;
    readonly owner: boolean;
    readonly group: boolean;
    readonly author: boolean;
  };
  readonly isNumeric: boolean;
  readonly sizes: 'plain' | 'human' | 'si';
  /** Of `-s` and totals, and with `--block-size` of sizes. */
  readonly blockBytes: number;
  readonly scalesSizes: boolean;
  /** Behind sizes, where the block size was given without a number. */
  readonly sizeSuffix: string;
  /** Undefined: the usual, which depends on the age. */
  readonly timeFormat: { readonly recent: string; readonly old: string };
  readonly nowSec: number;
  readonly terminator: string;
  readonly needsStat: boolean;
  quote(name: string): string;
  zone: TimeZone;
  colors: LsColors | undefined;
}

const DEFAULT_WIDTH = 80;

export function lsStyle(process: Process, options: ParsedOptions<LsOption>, name: 'ls' | 'dir' | 'vdir'): LsStyle {
  const terminal = process.files.get(1)?.isTerminal === true;
  const format = formatOf(options, name, terminal);
  const isLong = format === 'long';
  const indicator = indicatorOf(options, terminal);
  const sort = sortOf(options, isLong);
  const blockSize = options.value('blockSize');
  const blockBytes = blockSize === undefined ? undefined : parseSize(blockSize.replace(/^(?=[A-Z])/i, '1'));
  if (blockSize !== undefined && !blockBytes && !/^(human-readable|si)$/.test(blockSize))
    throw new UsageError('operand', `invalid --block-size argument '${blockSize}'`, { bare: true });
  const sizeWord = options.last('human', 'si', 'blockSize');
  const isHuman = sizeWord === 'human' || (sizeWord === 'blockSize' && blockSize === 'human-readable');
  const isSi = sizeWord === 'si' || (sizeWord === 'blockSize' && blockSize === 'si');
  const shows = {
    inode: options.has('inode'),
    blocks: options.has('size'),
    owner: !options.has('noOwner'),
    group: !options.has('noGroup') && !options.has('noGroupLong'),
    author: options.has('author'),
  };
  const withColor = colorsWanted(options, terminal);
  return {
    flavour: process.flavour,
    format,
    isLong,
    indicator,
    sort,
    time: timeOf(options),
    isReversed: options.has('reverse'),
    directoriesFirst: options.has('groupDirectories'),
    widthColumns: widthOf(process, options),
    tabColumns: Number(options.value('tabSize') ?? 8) || 0,
    shows,
    isNumeric: options.has('numeric'),
    sizes: isHuman ? 'human' : isSi ? 'si' : 'plain',
    blockBytes: blockBytes ?? 1024,
    scalesSizes: blockBytes !== undefined,
    sizeSuffix: /^[A-Za-z]/.test(blockSize ?? '') && blockBytes !== undefined ? (blockSize ?? '') : '',
    timeFormat: timeFormatOf(options),
    nowSec: process.kernel.clock.now().sec,
    terminator: options.has('zero') ? '\0' : '\n',
    needsStat:
      isLong ||
      shows.inode ||
      shows.blocks ||
      withColor ||
      indicator === 'classify' ||
      sort === 'size' ||
      sort === 'time',
    quote: quoting(options, terminal, process.flavour, name),
    zone: UTC,
    colors: undefined,
  };
}

export function colorsWanted(options: ParsedOptions<LsOption>, terminal: boolean): boolean {
  const given = options.given.findLast(({ name }) => name === 'color');
  return given !== undefined && whenOf('--color', given.value, terminal);
}

const WHENS = ['always yes force', 'never no none', 'auto tty if-tty'];

/** WHEN of `--color` and `--classify`. */
function whenOf(option: string, when: string | undefined, terminal: boolean): boolean {
  switch (when) {
    case undefined:
    case 'always':
    case 'yes':
    case 'force':
      return true;
    case 'never':
    case 'no':
    case 'none':
      return false;
    case 'auto':
    case 'tty':
    case 'if-tty':
      return terminal;
    default:
      throw invalidWord(when, option, WHENS);
  }
}

const FORMATS: Readonly<Record<string, LsFormat>> = {
  across: 'across',
  horizontal: 'across',
  commas: 'commas',
  long: 'long',
  verbose: 'long',
  'single-column': 'one',
  vertical: 'columns',
};

function formatOf(options: ParsedOptions<LsOption>, name: string, terminal: boolean): LsFormat {
  let format: LsFormat | undefined;
  for (const given of options.given) {
    if (given.name === 'format') {
      format = FORMATS[given.value ?? ''];
      if (!format)
        throw invalidWord(given.value ?? '', '--format', [
          'verbose long',
          'commas',
          'horizontal across',
          'vertical',
          'single-column',
        ]);
    } else if (given.name === 'columns') format = 'columns';
    else if (given.name === 'across') format = 'across';
    else if (given.name === 'commas') format = 'commas';
    else if (given.name === 'zero' && format !== 'long') format = 'one';
    else if (given.name === 'one' && format !== 'long') format = 'one';
    else if (/^(long|numeric|noOwner|noGroupLong|fullTime)$/.test(given.name)) format = 'long';
  }
  if (format) return format;
  if (name !== 'ls') return name === 'dir' ? 'columns' : 'long';
  return terminal ? 'columns' : 'one';
}

function indicatorOf(options: ParsedOptions<LsOption>, terminal: boolean): Indicator {
  let indicator: Indicator = 'none';
  for (const { name, value } of options.given) {
    if (name === 'slash') indicator = 'slash';
    else if (name === 'fileType') indicator = 'fileType';
    else if (name === 'classify') indicator = whenOf('--classify', value, terminal) ? 'classify' : 'none';
    else if (name === 'indicatorStyle') {
      const words: Record<string, Indicator> = {
        none: 'none',
        slash: 'slash',
        'file-type': 'fileType',
        classify: 'classify',
      };
      const chosen = words[value ?? ''];
      if (!chosen) throw invalidWord(value ?? '', '--indicator-style', Object.keys(words));
      indicator = chosen;
    }
  }
  return indicator;
}

const SORTS: readonly string[] = ['none', 'time', 'size', 'extension', 'version', 'width'];

function sortOf(options: ParsedOptions<LsOption>, isLong: boolean): LsSort {
  let sort: LsSort | undefined;
  for (const { name, value } of options.given) {
    if (name === 'sort') {
      if (!SORTS.includes(value ?? '')) throw invalidWord(value ?? '', '--sort', SORTS);
      sort = value as LsSort;
    } else if (name === 'bySize') sort = 'size';
    else if (name === 'byTime') sort = 'time';
    else if (name === 'byVersion') sort = 'version';
    else if (name === 'byExtension') sort = 'extension';
    else if (name === 'unsorted' || name === 'unsortedAll') sort = 'none';
  }
  const hasTime = options.has('changeTime') || options.has('accessTime') || options.has('time');
  return sort ?? (hasTime && !isLong ? 'time' : 'name');
}

function timeOf(options: ParsedOptions<LsOption>): LsTime {
  let time: LsTime = 'mtime';
  for (const { name, value = '' } of options.given) {
    if (name === 'changeTime') time = 'ctime';
    else if (name === 'accessTime') time = 'atime';
    else if (name === 'time') {
      if (/^(atime|access|use)$/.test(value)) time = 'atime';
      else if (/^(ctime|status)$/.test(value)) time = 'ctime';
      else if (/^(mtime|modification)$/.test(value)) time = 'mtime';
      else throw invalidWord(value, '--time', ['atime access use', 'ctime status', 'birth creation']);
    }
  }
  return time;
}

const ISO = '%Y-%m-%d %H:%M';
const FULL = '%Y-%m-%d %H:%M:%S.%N %z';

function timeFormatOf(options: ParsedOptions<LsOption>): LsStyle['timeFormat'] {
  const given = options.given.findLast(({ name }) => name === 'fullTime' || name === 'timeStyle');
  if (!given) return { recent: '%b %e %H:%M', old: '%b %e  %Y' };
  const word = given.name === 'fullTime' ? 'full-iso' : (given.value ?? '').replace(/^posix-/, '');
  if (word.startsWith('+')) {
    const [recent = '', old = recent] = word.slice(1).split('\n');
    return { recent: old === recent ? recent : old, old: recent };
  }
  switch (word) {
    case 'full-iso':
      return { recent: FULL, old: FULL };
    case 'long-iso':
      return { recent: ISO, old: ISO };
    case 'iso':
      return { recent: '%m-%d %H:%M', old: '%Y-%m-%d ' };
    case 'locale':
      return { recent: '%b %e %H:%M', old: '%b %e  %Y' };
    default:
      throw new UsageError('operand', `invalid argument '${given.value}' for 'time style'`);
  }
}

function widthOf(process: Process, options: ParsedOptions<LsOption>): number {
  const given = options.value('width');
  if (given !== undefined) {
    if (!/^\d+$/.test(given)) throw new UsageError('operand', `invalid line width: '${given}'`, { bare: true });
    return Number(given) || Number.MAX_SAFE_INTEGER;
  }
  const columns = process.env.get('COLUMNS');
  if (columns && /^\d+$/.test(columns) && Number(columns) > 0) return Number(columns);
  return process.files.get(1)?.terminal?.columns || DEFAULT_WIDTH;
}

function quoting(
  options: ParsedOptions<LsOption>,
  terminal: boolean,
  flavour: Flavour,
  program: string,
): (name: string) => string {
  const given = options.given.findLast(({ name }) =>
    /^(literal|escape|quoteName|quotingStyle|hideControl|showControl)$/.test(name),
  );
  const hide = (name: string) => name.replace(/[\u0000-\u001f\u007f]/g, '?');
  const usual = program === 'ls' ? undefined : 'escape';
  const style = given === undefined ? usual : given.name === 'quotingStyle' ? given.value : given.name;
  switch (style) {
    case 'quoteName':
    case 'c':
      return (name) => `"${cEscaped(name).replace(/"/g, '\\"')}"`;
    case 'escape':
      return (name) => cEscaped(name).replace(/ /g, '\\ ');
    case 'shell':
    case 'shell-escape':
      return quotedIfNeeded;
    case 'shell-always':
    case 'shell-escape-always':
      return quoted;
    case 'hideControl':
      return hide;
    case 'literal':
    case 'showControl':
      return (name) => name;
    case undefined:
      if (!terminal) return (name) => name;
      return flavour === 'gnu' ? quotedIfNeeded : hide;
    default:
      throw new UsageError('operand', `invalid argument '${style}' for '--quoting-style'`);
  }
}

function cEscaped(name: string): string {
  const short: Record<string, string> = {
    '\n': '\\n',
    '\t': '\\t',
    '\\': '\\\\',
    '\r': '\\r',
    '\b': '\\b',
    '\f': '\\f',
  };
  return name.replace(
    /[\u0000-\u001f\u007f\\]/g,
    (character) => short[character] ?? `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
}
