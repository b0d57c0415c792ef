import {
  deviceMajor,
  deviceMinor,
  S_IFBLK,
  S_IFCHR,
  S_IFDIR,
  S_IFIFO,
  S_IFLNK,
  S_IFMT,
  S_IFREG,
  S_IFSOCK,
} from '../../vfs/overlay/fileMode.ts';
import type { Stat } from '../../vfs/overlay/stat.ts';
import type { Timestamp } from '../../vfs/overlay/layer.ts';
import type { Accounts } from './accounts.ts';
import { allocatedBytes, shownSizeBytes } from './fileSize.ts';
import { humanSize } from './humanSize.ts';
import { colored, coloredTarget } from './lsColor.ts';
import type { LsEntry, LsStyle } from './lsStyle.ts';
import { modeText } from './modeText.ts';
import { localTime, strftime } from './strftime.ts';

/** Half a mean Gregorian year: what is older, or in the future, shows its year. */
const RECENT_SEC = 31_556_952 / 2;
const BUSYBOX_RECENT_SEC = (3600 * 24 * 365) / 2;
const MIN_COLUMN_WIDTH = 3;

/** The number after `total`. */
export function allocatedTotal(entries: readonly LsEntry[], style: LsStyle): string {
  let bytes = 0;
  for (const { stat } of entries) if (stat) bytes += allocatedBytes(stat);
  const text = blocksText(bytes, style);
  // Without its decimal, and in the room of the column of sizes.
  return style.flavour === 'busybox' && style.sizes !== 'plain' ? text.replace(/\.\d/, '').padEnd(7) : text;
}

/** `others` are not shown, but count for the widths of columns: directories of the command line among files. */
export function formatEntries(
  entries: readonly LsEntry[],
  style: LsStyle,
  accounts: Accounts | undefined,
  others: readonly LsEntry[] = [],
): string {
  if (entries.length === 0) return '';
  if (style.format === 'long') return longLines(entries, style, accounts, others);
  const cells = entries.map((entry) => cellOf(entry, style));
  pad(cells, style);
  switch (style.format) {
    case 'columns':
    case 'across':
      return style.flavour === 'gnu' ? gnuColumns(cells, style) : busyboxColumns(cells, style);
    case 'commas':
      return commas(cells, style);
    default:
      return cells.map(({ text }) => text + style.terminator).join('');
  }
}

interface Cell {
  text: string;
  /** Columns that it takes on a terminal. */
  width: number;
  readonly inode: string;
  readonly blocks: string;
}

function cellOf(entry: LsEntry, style: LsStyle): Cell {
  const quoted = style.quote(entry.name);
  const sign = indicatorOf(entry.stat?.mode ?? entry.type, style);
  const shown = style.colors ? colored(quoted, entry, style.colors) : quoted;
  const inode = style.shows.inode ? String(entry.stat?.inodeNumber ?? '?') : '';
  const blocks = style.shows.blocks ? blocksText(entry.stat ? allocatedBytes(entry.stat) : 0, style) : '';
  return { text: shown + sign, width: displayWidth(quoted) + sign.length, inode, blocks };
}

/** Columns of a name: CJK takes two, marks none. */
function displayWidth(name: string): number {
  if (/^[\x20-\x7e]*$/.test(name)) return name.length;
  let width = 0;
  for (const character of name) {
    const code = character.codePointAt(0) as number;
    if (/\p{M}/u.test(character)) continue;
    const isWide =
      (code >= 0x1100 && code < 0x1160) || (code >= 0x2e80 && code < 0xa4d0) || (code >= 0xac00 && code < 0xd7a4);
    const isFull = (code >= 0xf900 && code < 0xfb00) || (code >= 0xff00 && code < 0xff61) || code >= 0x1f300;
    width += isWide || isFull ? 2 : 1;
  }
  return width;
}

/** Puts inode and blocks before the names, right-aligned. */
function pad(cells: Cell[], style: LsStyle): void {
  const { inode, blocks } = style.shows;
  if (!inode && !blocks) return;
  const fits = style.format === 'commas';
  const inodeWidth = fits ? 0 : style.flavour === 'busybox' ? 7 : Math.max(...cells.map((cell) => cell.inode.length));
  const blockWidth = fits ? 0 : style.flavour === 'busybox' ? 6 : Math.max(...cells.map((cell) => cell.blocks.length));
  for (const cell of cells) {
    let before = '';
    if (inode) before += `${cell.inode.padStart(inodeWidth)} `;
    if (blocks) before += `${cell.blocks.padStart(blockWidth)} `;
    cell.text = before + cell.text;
    cell.width += before.length;
  }
}

export function indicatorOf(mode: number, { indicator, flavour }: Pick<LsStyle, 'indicator' | 'flavour'>): string {
  if (indicator === 'none') return '';
  const type = mode & S_IFMT;
  if (type === S_IFDIR) return '/';
  if (indicator === 'slash') return '';
  if (type === S_IFLNK) return '@';
  if (type === S_IFIFO) return '|';
  if (type === S_IFSOCK) return '=';
  const isProgram = indicator === 'classify' && type === S_IFREG && (mode & 0o111) !== 0;
  return isProgram || (flavour === 'busybox' && isProgram) ? '*' : '';
}

function gnuColumns(cells: readonly Cell[], style: LsStyle): string {
  const { widthColumns, format } = style;
  const isAcross = format === 'across';
  const count = cells.length;
  const most = Math.min(count, Math.max(1, Math.floor(widthColumns / MIN_COLUMN_WIDTH)));
  let columns = most;
  let widths: number[] = [];
  for (; columns >= 1; columns--) {
    widths = columnWidths(cells, columns, isAcross);
    const total = widths.reduce((sum, width) => sum + width, 0);
    if (columns === 1 || (total < widthColumns + 1 && widths.length === columns && total <= widthColumns)) break;
  }
  const rows = Math.ceil(count / columns);
  let out = '';
  for (let row = 0; row < rows; row++) {
    let position = 0;
    let end = 0;
    for (let column = 0; column < columns; column++) {
      const index = isAcross ? row * columns + column : column * rows + row;
      const cell = cells[index];
      if (!cell) break;
      out += indent(end, position, style.tabColumns) + cell.text;
      end = position + cell.width;
      position += widths[column] as number;
    }
    out += style.terminator;
  }
  return out;
}

/** Width of each column, the gap of two included but for the last. */
function columnWidths(cells: readonly Cell[], columns: number, isAcross: boolean): number[] {
  const rows = Math.ceil(cells.length / columns);
  const widths: number[] = new Array(columns).fill(MIN_COLUMN_WIDTH);
  for (const [index, { width }] of cells.entries()) {
    const column = isAcross ? index % columns : Math.floor(index / rows);
    const whole = width + (column === columns - 1 ? 0 : 2);
    if (whole > (widths[column] as number)) widths[column] = whole;
  }
  return widths;
}

/** From one column to another, by tabs where they reach. */
function indent(from: number, to: number, tabColumns: number): string {
  let out = '';
  let at = from;
  while (at < to) {
    if (tabColumns !== 0 && Math.floor(to / tabColumns) > Math.floor((at + 1) / tabColumns)) {
      out += '\t';
      at += tabColumns - (at % tabColumns);
    } else {
      out += ' ';
      at++;
    }
  }
  return out;
}

function busyboxColumns(cells: readonly Cell[], style: LsStyle): string {
  const width = Math.max(...cells.map((cell) => cell.width)) + 2;
  const columns = Math.max(1, Math.floor(style.widthColumns / width));
  const rows = Math.ceil(cells.length / columns);
  let out = '';
  for (let row = 0; row < rows; row++) {
    let line = '';
    let missing = 0;
    for (let column = 0; column < columns; column++) {
      const cell = cells[style.format === 'across' ? row * columns + column : column * rows + row];
      if (!cell) break;
      line += ' '.repeat(missing) + cell.text;
      missing = width - cell.width;
    }
    out += `${line}\n`;
  }
  return out;
}

function commas(cells: readonly Cell[], style: LsStyle): string {
  let out = '';
  let position = 0;
  for (const [index, { text, width }] of cells.entries()) {
    if (index > 0) {
      const fits = position + width + 2 < style.widthColumns;
      out += fits ? ', ' : ',\n';
      position = fits ? position + 2 : 0;
    }
    out += text;
    position += width;
  }
  return out + style.terminator;
}

interface LongRow {
  readonly inode: string;
  readonly blocks: string;
  readonly mode: string;
  readonly links: string;
  readonly owner: string;
  readonly group: string;
  readonly size: string;
  /** Of a device, in the place of the size. */
  readonly major: string;
  readonly minor: string;
  readonly time: string;
  readonly name: string;
}

function longLines(
  entries: readonly LsEntry[],
  style: LsStyle,
  accounts: Accounts | undefined,
  others: readonly LsEntry[],
): string {
  const rows = entries.map((entry) => longRow(entry, style, accounts));
  if (style.flavour === 'busybox') return rows.map((row) => busyboxLine(row, style)).join('');
  const measured = others.length > 0 ? [...rows, ...others.map((entry) => longRow(entry, style, accounts))] : rows;
  const widest = (key: keyof LongRow) => measured.reduce((width, row) => Math.max(width, row[key].length), 0);
  const [inode, blocks, links, owner, group] = [
    widest('inode'),
    widest('blocks'),
    widest('links'),
    widest('owner'),
    widest('group'),
  ];
  const [major, minor, time] = [widest('major'), widest('minor'), widest('time')];
  const size = Math.max(widest('size'), major > 0 ? major + 2 + minor : 0);
  const { shows } = style;
  let out = '';
  for (const row of rows) {
    let line = '';
    if (shows.inode) line += `${row.inode.padStart(inode)} `;
    if (shows.blocks) line += `${row.blocks.padStart(blocks)} `;
    line += `${row.mode} ${row.links.padStart(links)} `;
    if (shows.owner) line += `${row.owner.padEnd(owner)} `;
    if (shows.group) line += `${row.group.padEnd(group)} `;
    if (shows.author) line += `${row.owner.padEnd(owner)} `;
    line += row.major === '' ? row.size.padStart(size) : deviceText(row, size, minor);
    out += `${line} ${row.time.padEnd(time)} ${row.name}${style.terminator}`;
  }
  return out;
}

function deviceText(row: LongRow, size: number, minor: number): string {
  const major = `${row.major},`.padStart(size - minor - 1);
  return `${major} ${row.minor.padStart(minor)}`;
}

function busyboxLine(row: LongRow, style: LsStyle): string {
  let line = '';
  if (style.shows.inode) line += `${row.inode.padStart(7)} `;
  if (style.shows.blocks) line += `${row.blocks.padStart(6)} `;
  line += `${row.mode} ${row.links.padStart(4)} `;
  if (style.shows.owner) line += `${row.owner.slice(0, 8).padEnd(8)} `;
  if (style.shows.group) line += `${row.group.slice(0, 8).padEnd(8)} `;
  if (row.major !== '') line += `${row.major.padStart(4)}, ${row.minor.padStart(3)} `;
  else line += `${row.size.padStart(style.sizes === 'plain' ? 9 : 7)} `;
  return `${line}${row.time} ${row.name}\n`;
}

const UNKNOWN = '?';

function longRow(entry: LsEntry, style: LsStyle, accounts: Accounts | undefined): LongRow {
  const { stat } = entry;
  const cell = cellOf({ ...entry }, { ...style, indicator: stat && isLink(stat) ? 'none' : style.indicator });
  const name = cell.text + targetText(entry, style);
  if (!stat) {
    const unknown = { links: UNKNOWN, owner: UNKNOWN, group: UNKNOWN, size: UNKNOWN, time: UNKNOWN };
    return { ...unknown, inode: cell.inode, blocks: cell.blocks, mode: '-?????????', major: '', minor: '', name };
  }
  const type = stat.mode & S_IFMT;
  const isDevice = type === S_IFCHR || type === S_IFBLK;
  return {
    inode: cell.inode,
    blocks: cell.blocks,
    mode: modeText(stat.mode),
    links: String(stat.linkCount),
    owner: (style.isNumeric ? undefined : accounts?.userName(stat.uid)) ?? String(stat.uid),
    group: (style.isNumeric ? undefined : accounts?.groupName(stat.gid)) ?? String(stat.gid),
    size: isDevice ? '' : sizeText(shownSizeBytes(stat), style),
    major: isDevice ? String(deviceMajor(stat.device)) : '',
    minor: isDevice ? String(deviceMinor(stat.device)) : '',
    time: timeText(stat[style.time], style),
    name,
  };
}

function isLink(stat: Stat): boolean {
  return (stat.mode & S_IFMT) === S_IFLNK;
}

function targetText(entry: LsEntry, style: LsStyle): string {
  if (entry.linkTarget === undefined) return '';
  const quoted = style.quote(entry.linkTarget);
  const shown = style.colors && style.flavour === 'gnu' ? coloredTarget(quoted, entry, style.colors) : quoted;
  return ` -> ${shown}${entry.targetStat ? indicatorOf(entry.targetStat.mode, style) : ''}`;
}

function sizeText(bytes: number, style: LsStyle): string {
  if (style.sizes !== 'plain') return humanSize(bytes, style.flavour, style.sizes === 'si' ? 1000 : 1024);
  return style.scalesSizes ? Math.ceil(bytes / style.blockBytes) + style.sizeSuffix : String(bytes);
}

function blocksText(bytes: number, style: LsStyle): string {
  if (style.sizes !== 'plain') return humanSize(bytes, style.flavour, style.sizes === 'si' ? 1000 : 1024);
  return Math.ceil(bytes / style.blockBytes) + style.sizeSuffix;
}

/** Most names of a listing share their minute. */
let lastTime: { sec: number; format: string; zone: unknown; text: string } | undefined;

function timeText(time: Timestamp, style: LsStyle): string {
  const age = style.nowSec - time.sec;
  const isRecent = style.flavour === 'gnu' ? age >= 0 && age < RECENT_SEC : age > -15 * 60 && age <= BUSYBOX_RECENT_SEC;
  let format = isRecent ? style.timeFormat.recent : style.timeFormat.old;
  if (style.flavour === 'busybox') format = format.replace('.%N', '');
  const isFine = format.includes('%N');
  if (!isFine && lastTime?.sec === time.sec && lastTime.format === format && lastTime.zone === style.zone)
    return lastTime.text;
  const text = strftime(format, localTime(time, style.zone));
  lastTime = { sec: time.sec, format, zone: style.zone, text };
  return text;
}
