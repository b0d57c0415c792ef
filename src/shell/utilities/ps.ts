import { busyboxBuild } from '../kernel/busyboxBuild.ts';
import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { type Accounts, readAccounts } from './accounts.ts';
import { commandLine, commandName, type SeenProcess, seenProcesses, stateText, terminalName } from './processTable.ts';
import { localTime, strftime } from './strftime.ts';
import { type TimeZone, zoneOf } from './timeZone.ts';

/** KiB that a process of a shell usually takes: memory is not modelled. */
const VIRTUAL_KIB = 4188;
const RESIDENT_KIB = 3200;
const DAY_SEC = 86_400;

interface Context {
  readonly viewer: Process;
  readonly accounts: Accounts;
  readonly zone: TimeZone;
  readonly nowSec: number;
}

interface Column {
  readonly title: string;
  /** Negative: left-aligned. */
  readonly width: number;
  readonly value: (seen: SeenProcess, context: Context) => string;
}

const user: Column['value'] = ({ process }, { accounts }) => {
  const name = accounts.userName(process.credentials.uid);
  return name === undefined || name.length > 8 ? String(process.credentials.uid) : name;
};

const COLUMNS: Readonly<Record<string, Column>> = {
  pid: { title: 'PID', width: 7, value: ({ pid }) => String(pid) },
  ppid: { title: 'PPID', width: 7, value: ({ parentPid }) => String(parentPid) },
  pgid: { title: 'PGID', width: 7, value: ({ process }) => String(process.group) },
  user: { title: 'USER', width: -8, value: user },
  uid: { title: 'UID', width: 5, value: ({ process }) => String(process.credentials.uid) },
  uidname: { title: 'UID', width: -8, value: user },
  gid: { title: 'GID', width: 5, value: ({ process }) => String(process.credentials.gid) },
  group: {
    title: 'GROUP',
    width: -8,
    value: ({ process }, { accounts }) =>
      accounts.groupName(process.credentials.gid) ?? String(process.credentials.gid),
  },
  tty: { title: 'TTY', width: -8, value: ({ process }) => terminalName(process) },
  tt: { title: 'TT', width: -8, value: ({ process }) => terminalName(process) },
  time: { title: 'TIME', width: 8, value: () => '00:00:00' },
  bsdtime: { title: 'TIME', width: 6, value: () => '0:00' },
  comm: { title: 'COMMAND', width: -15, value: ({ process }) => defunct(process, commandName(process)) },
  cmd: { title: 'CMD', width: 0, value: ({ process }) => defunct(process, commandName(process)) },
  args: { title: 'COMMAND', width: -27, value: ({ process }) => commandLine(process) },
  fullcmd: { title: 'CMD', width: 0, value: ({ process }) => commandLine(process) },
  stat: { title: 'STAT', width: -4, value: (seen, { viewer }) => stateText(seen, viewer) },
  s: { title: 'S', width: 1, value: (seen, { viewer }) => stateText(seen, viewer).slice(0, 1) },
  pcpu: { title: '%CPU', width: 4, value: () => '0.0' },
  pmem: { title: '%MEM', width: 4, value: () => '0.0' },
  c: { title: 'C', width: 2, value: () => '0' },
  vsz: { title: 'VSZ', width: 6, value: ({ process }) => (process.hasEnded ? '0' : String(VIRTUAL_KIB)) },
  rss: { title: 'RSS', width: 5, value: ({ process }) => (process.hasEnded ? '0' : String(RESIDENT_KIB)) },
  ni: { title: 'NI', width: 3, value: () => '0' },
  start: { title: 'START', width: 5, value: startText },
  stime: { title: 'STIME', width: 5, value: startText },
  lstart: {
    title: 'STARTED',
    width: 24,
    value: ({ process }, { zone }) => strftime('%a %b %e %H:%M:%S %Y', localTime(process.startedAt, zone)),
  },
  etime: { title: 'ELAPSED', width: 11, value: ({ process }, { nowSec }) => elapsed(nowSec - process.startedAt.sec) },
};

const SYNONYMS: Readonly<Record<string, string>> = {
  command: 'args',
  ucmd: 'comm',
  tname: 'tty',
  state: 's',
  euser: 'user',
  ruser: 'user',
  '%cpu': 'pcpu',
  '%mem': 'pmem',
  vsize: 'vsz',
  rssize: 'rss',
  nice: 'ni',
  pgrp: 'pgid',
  start_time: 'stime',
  egroup: 'group',
  euid: 'uid',
  egid: 'gid',
  cputime: 'time',
};

function defunct(process: Process, name: string): string {
  return process.hasEnded ? `${name} <defunct>` : name;
}

function startText({ process }: SeenProcess, { nowSec, zone }: Context): string {
  const isToday = nowSec - process.startedAt.sec < DAY_SEC;
  return strftime(isToday ? '%H:%M' : '%b%d', localTime(process.startedAt, zone));
}

function elapsed(seconds: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  const days = Math.floor(seconds / DAY_SEC);
  const hours = Math.floor((seconds % DAY_SEC) / 3600);
  const tail = `${two((seconds / 60) % 60)}:${two(seconds % 60)}`;
  if (days > 0) return `${days}-${two(hours)}:${tail}`;
  return hours > 0 ? `${two(hours)}:${tail}` : tail;
}

async function contextOf(viewer: Process): Promise<Context> {
  return {
    viewer,
    accounts: await readAccounts(viewer),
    zone: zoneOf(viewer),
    nowSec: viewer.kernel.clock.now().sec,
  };
}

/** What `ps` with those words shows to a process; a text says what is wrong. */
export async function processTable(
  viewer: Process,
  words: readonly string[],
): Promise<
  | { readonly titles: readonly string[]; readonly rows: readonly { process: Process; cells: readonly string[] }[] }
  | string
> {
  const context = await contextOf(viewer);
  const request = parseRequest(viewer, words, context);
  if (typeof request === 'string') return request;
  const { columns } = request;
  return {
    titles: request.hasHeadings ? columns.map(({ heading, title }) => heading ?? title) : [],
    rows: seenProcesses(viewer).map((seen) => ({
      process: seen.process,
      cells: columns.map((column) => column.value(seen, context)),
    })),
  };
}

interface Request {
  columns: readonly (Column & { readonly heading?: string })[];
  selects: (seen: SeenProcess) => boolean;
  hasHeadings: boolean;
}

export const ps: Program = async (process) => {
  const context = await contextOf(process);
  if (process.flavour === 'busybox') return busyboxPs(context);
  const request = parseRequest(process, process.argv.slice(1), context);
  if (typeof request === 'string') {
    await process.write(
      2,
      `error: ${request}\n\nUsage:\n ps [options]\n\n Try 'ps --help <simple|list|output|threads|misc|all>'\n`,
    );
    return 1;
  }
  const rows = seenProcesses(process).filter(request.selects);
  const lines = rows.map((seen) => request.columns.map((column) => column.value(seen, context)));
  const widths = request.columns.map((column, i) =>
    Math.max(
      Math.abs(column.width),
      ...lines.map((line) => (column.width > 0 ? (line[i] as string).length : 0)),
      (column.heading ?? column.title).length,
    ),
  );
  const format = (cells: readonly string[]) =>
    `${cells
      .map((cell, i) => {
        const { width } = request.columns[i] as Column;
        if (i === cells.length - 1 && width <= 0) return cell;
        return width <= 0 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number);
      })
      .join(' ')}\n`;
  let out = request.hasHeadings ? format(request.columns.map(({ heading, title }) => heading ?? title)) : '';
  for (const line of lines) out += format(line);
  await process.print(out);
  return rows.length > 0 ? 0 : 1;
};

const DEFAULT = ['pid', 'tty', 'time', 'cmd'];
const FULL = ['uidname', 'pid', 'ppid', 'c', 'stime', 'tty', 'time', 'fullcmd'];
const BSD = ['pid', 'tty', 'stat', 'bsdtime', 'args'];
const BSD_USER = ['user', 'pid', 'pcpu', 'pmem', 'vsz', 'rss', 'tty', 'stat', 'start', 'bsdtime', 'args'];

/** Reads options in the UNIX, BSD and GNU styles. A text says what is wrong. */
function parseRequest(viewer: Process, words: readonly string[], { accounts }: Context): Request | string {
  let names = DEFAULT;
  let custom: (Column & { heading?: string })[] | undefined;
  let everyTerminal = false;
  let everyUser = false;
  let isBsd = false;
  let hasHeadings = true;
  const pids = new Set<number>();
  const users = new Set<number>();
  const commands = new Set<string>();
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    const long = /^--(\w[\w-]*)(?:=(.*))?$/.exec(word);
    if (word === '--no-headers' || word === '--no-heading') hasHeadings = false;
    else if (word === '--headers' || word === '--forest') hasHeadings = true;
    else if (long || /^-?[oOpuUCG]$/.test(word) || /^-?(?:[a-zA-Z]*[opuC])$/.test(word) || /^-?o./.test(word)) {
      const isDashed = word.startsWith('-') && !long;
      const letters = long ? '' : word.replace(/^-/, '');
      const optionLetter = long
        ? { pid: 'p', format: 'o', user: 'u', User: 'u' }[long[1] ?? '']
        : (/[oOpUC]/.exec(letters)?.[0] ?? (isDashed && letters.includes('u') ? 'u' : undefined));
      if (long && optionLetter === undefined) return 'unknown gnu long option';
      if (optionLetter === undefined) {
        for (const letter of letters) {
          const wrong = plain(letter, isDashed);
          if (wrong) return wrong;
        }
        continue;
      }
      const at = letters.indexOf(optionLetter);
      for (const letter of letters.slice(0, Math.max(0, at))) plain(letter, isDashed);
      const attached = long ? long[2] : letters.slice(at + 1);
      const value = attached !== undefined && attached !== '' ? attached : words[++i];
      if (value === undefined) return 'list of process IDs must follow -p';
      if (optionLetter === 'o') {
        custom ??= [];
        const wrong = addColumns(custom, value);
        if (wrong) return wrong;
      } else if (optionLetter === 'p') for (const pid of value.split(/[\s,]+/)) pids.add(Number(pid));
      else if (optionLetter === 'C') for (const name of value.split(',')) commands.add(name);
      else
        for (const name of value.split(',')) {
          const uid = accounts.uidOf(name);
          if (uid === undefined) return 'user name does not exist';
          users.add(uid);
        }
    } else if (/^\d+(,\d+)*$/.test(word)) for (const pid of word.split(',')) pids.add(Number(pid));
    else {
      const isDashed = word.startsWith('-');
      for (const letter of word.replace(/^-/, '')) {
        const wrong = plain(letter, isDashed);
        if (wrong) return wrong;
      }
    }
  }

  function plain(letter: string, isDashed: boolean): string | undefined {
    if (isDashed) {
      if (letter === 'e' || letter === 'A') [everyTerminal, everyUser] = [true, true];
      else if (letter === 'f') names = FULL;
      else if (letter === 'a' || letter === 'd') [everyTerminal, everyUser] = [true, true];
      else if (letter === 'F' || letter === 'l' || letter === 'j') names = FULL;
      else if (letter !== 'w' && letter !== 'H') return 'unsupported SysV option';
      return undefined;
    }
    isBsd = true;
    if (letter === 'a') everyUser = true;
    else if (letter === 'x') everyTerminal = true;
    else if (letter === 'u') names = BSD_USER;
    else if (letter === 'h') hasHeadings = false;
    else if (!/[wefglST]/.test(letter)) return 'unsupported option (BSD syntax)';
    return undefined;
  }

  if (isBsd && names === DEFAULT) names = BSD;
  const hasList = pids.size > 0 || users.size > 0 || commands.size > 0;
  return {
    columns: custom ?? names.map((name) => COLUMNS[name] as Column),
    hasHeadings: hasHeadings && !(custom?.every(({ heading }) => heading === '') ?? false),
    selects: ({ pid, process }) => {
      if (hasList) return pids.has(pid) || users.has(process.credentials.uid) || commands.has(commandName(process));
      const { uid } = viewer.credentials;
      if (!everyUser && process.credentials.uid !== uid) return false;
      if (isBsd && !everyTerminal) return process.terminal !== undefined;
      return everyTerminal || process.terminal === viewer.terminal;
    },
  };
}

function addColumns(columns: (Column & { heading?: string })[], list: string): string | undefined {
  for (const part of list.split(/[\s,]+(?![^=]*=\s)/)) {
    if (part === '') continue;
    const [name = '', heading] = part.split('=');
    const key = SYNONYMS[name] ?? name;
    const column = Object.hasOwn(COLUMNS, key) ? COLUMNS[key] : undefined;
    if (!column) return `unknown user-defined format specifier "${name}"`;
    const title = name === 'cmd' ? 'CMD' : key === 'tty' && name === 'tty' ? 'TT' : column.title;
    columns.push({
      ...(name === 'cmd' ? (COLUMNS.fullcmd as Column) : column),
      title,
      ...(heading !== undefined && { heading }),
    });
  }
  return undefined;
}

/** Options choose columns only. */
async function busyboxPs(context: Context): Promise<number> {
  const { viewer } = context;
  const at = viewer.argv.indexOf('-o');
  const list = at > 0 ? viewer.argv[at + 1] : undefined;
  // Debian builds it without times (FEATURE_PS_TIME).
  const hasTimes = list === undefined && (await busyboxBuild(viewer))?.isDebian !== true;
  const names = list?.split(',') ?? ['pid', 'user', ...(hasTimes ? ['time'] : []), 'args'];
  const widths: Record<string, number> = {
    pid: 5,
    user: -8,
    time: -5,
    ppid: 5,
    comm: -16,
    tty: -5,
    stat: -4,
    vsz: 4,
    args: 0,
  };
  let out = '';
  const line = (cells: readonly string[], kind: 'heading' | 'row' = 'row') => {
    out += `${cells
      .map((cell, i) => {
        const width = widths[names[i] as string] ?? 5;
        if (i === cells.length - 1) return cell;
        return width < 0 || kind === 'heading' ? cell.padEnd(Math.abs(width)) : cell.padStart(width);
      })
      .join(' ')}\n`;
  };
  const wrong = names.find((name) => !Object.hasOwn(COLUMNS, name));
  if (wrong !== undefined) {
    await viewer.complain(
      `bad -o argument '${wrong}', supported arguments: user,group,comm,args,pid,ppid,pgid,tty,vsz,stat,rss`,
    );
    return 1;
  }
  const titles = names.map((name) => (COLUMNS[name] as Column).title);
  line(titles, 'heading');
  for (const seen of seenProcesses(viewer))
    line(names.map((name) => (name === 'time' ? ' 0:00' : (COLUMNS[name] as Column).value(seen, context))));
  await viewer.print(out);
  return 0;
}
