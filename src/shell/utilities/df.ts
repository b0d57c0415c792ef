import type { Mount } from '../kernel/mountNamespace.ts';
import type { Process } from '../kernel/process.ts';
import { causeOf } from './failure.ts';
import { humanSize, parseSize } from './humanSize.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { Report } from './report.ts';
import { utility } from './utility.ts';
import { stat } from '../kernel/calls.ts';

const OPTIONS = {
  all: '-a --all',
  blockSize: '-B --block-size=SIZE',
  human: '-h --human-readable',
  si: '-H --si',
  inodes: '-i --inodes',
  kibibytes: '-k',
  mebibytes: '-m',
  local: '-l --local',
  noSync: '--no-sync',
  output: '--output[=FIELD_LIST]',
  portability: '-P --portability',
  sync: '--sync',
  total: '--total',
  type: '-t --type=TYPE',
  printType: '-T --print-type',
  excludeType: '-x --exclude-type=TYPE',
  ignored: '-v',
} as const;

type DfOption = keyof typeof OPTIONS;

interface Row {
  readonly mount: Mount;
  readonly sizeBytes: number;
  readonly usedBytes: number;
  readonly file: string;
}

/** ext4 makes an inode for so many bytes. */
const BYTES_PER_INODE = 16384;
const MEMORY_FS_BYTES = 64 * 1024 * 1024;
/** Filesystems that hold no files of their own are shown only with `-a`. */
const PSEUDO = new Set(['proc', 'sysfs', 'devpts', 'mqueue', 'cgroup2', 'cgroup']);

export const df = utility({ options: OPTIONS, usage: '[OPTION]... [FILE]...' }, async (process, options) => {
  const report = new Report(process);
  const rows = await rowsOf(process, options, report);
  if (rows.length === 0) {
    if (report.status === 0) await report.fail('no file systems processed');
    return report.status;
  }
  const columns = columnsOf(process, options, scaleOf(options));
  const lines = [columns.map(({ title }) => title), ...rows.map((row) => columns.map(({ value }) => value(row)))];
  if (options.has('total')) lines.push(totals(rows, columns));
  await process.print(process.flavour === 'gnu' ? aligned(lines, columns) : busyboxLines(lines, columns));
  return report.status;
});

async function rowsOf(process: Process, options: ParsedOptions<DfOption>, report: Report): Promise<Row[]> {
  const isGnu = process.flavour === 'gnu';
  const rows: Row[] = [];
  const add = (mount: Mount, file: string) => {
    const { type } = mount;
    const { disk } = process.kernel;
    const { room } = mount.filesystem;
    const isMemory = type === 'tmpfs' || type === 'shm' || PSEUDO.has(type);
    const sizeBytes = PSEUDO.has(type) ? 0 : (room?.limitBytes ?? (isMemory ? MEMORY_FS_BYTES : disk.capacityBytes));
    rows.push({ mount, sizeBytes, usedBytes: room?.usedBytes ?? (isMemory ? 0 : disk.usedBytes), file });
  };
  for (const operand of options.operands) {
    try {
      stat(process, operand);
      add(process.mounts.resolve(process, operand, 'follow').mount, operand);
    } catch (error) {
      const cause = causeOf(error);
      await report.fail(isGnu ? `${operand}: ${cause}` : `${operand}: can't find mount point`);
    }
  }
  if (options.operands.length === 0) {
    for (const mount of process.mounts.mounts) if (options.has('all') || !PSEUDO.has(mount.type)) add(mount, '-');
  }
  const types = options.values('type');
  const excluded = options.values('excludeType');
  return rows.filter(({ mount: { type } }) => (types.length === 0 || types.includes(type)) && !excluded.includes(type));
}

interface Scale {
  readonly heading: string;
  show(bytes: number): string;
}

function scaleOf(options: ParsedOptions<DfOption>): Scale {
  const chosen = options.last('human', 'si', 'blockSize', 'kibibytes', 'mebibytes');
  if (chosen === 'human') return { heading: 'Size', show: (bytes) => humanSize(bytes, 'gnu') };
  if (chosen === 'si') return { heading: 'Size', show: (bytes) => humanSize(bytes, 'gnu', 1000) };
  const text = options.value('blockSize') ?? '1K';
  const unit =
    chosen === 'mebibytes' ? 1024 ** 2 : chosen === 'blockSize' ? parseSize(text.replace(/^(?=[A-Za-z])/, '1')) : 1024;
  if (!unit) throw new UsageError('operand', `invalid --block-size argument '${text}'`, { bare: true });
  const heading =
    chosen === 'blockSize'
      ? `${text.replace(/^(?=[A-Za-z])/, '1')}-blocks`
      : chosen === 'mebibytes'
        ? '1M-blocks'
        : '1K-blocks';
  return { heading, show: (bytes) => String(Math.ceil(bytes / unit)) };
}

interface Column {
  readonly field: string;
  readonly title: string;
  readonly isText: boolean;
  readonly value: (row: Row) => string;
}

function columnsOf(process: Process, options: ParsedOptions<DfOption>, scale: Scale): Column[] {
  const isHuman = scale.heading === 'Size';
  const isPortable = options.has('portability');
  const inodes = (bytes: number) => Math.floor(bytes / BYTES_PER_INODE);
  const count = (value: number) => (isHuman ? humanSize(value, 'gnu') : String(value));
  const percent = (used: number, size: number) => (size === 0 ? '-' : `${Math.ceil((used / size) * 100)}%`);
  const all: Column[] = [
    { field: 'source', title: 'Filesystem', isText: true, value: ({ mount }) => mount.source },
    { field: 'fstype', title: 'Type', isText: true, value: ({ mount }) => mount.type },
    {
      field: 'size',
      title: isPortable && !isHuman ? '1024-blocks' : scale.heading,
      isText: false,
      value: ({ sizeBytes }) => scale.show(sizeBytes),
    },
    { field: 'used', title: 'Used', isText: false, value: ({ usedBytes }) => scale.show(usedBytes) },
    {
      field: 'avail',
      title: isHuman && process.flavour === 'gnu' ? 'Avail' : 'Available',
      isText: false,
      value: ({ sizeBytes, usedBytes }) => scale.show(sizeBytes - usedBytes),
    },
    {
      field: 'pcent',
      title: isPortable ? 'Capacity' : 'Use%',
      isText: false,
      value: ({ usedBytes, sizeBytes }) => percent(usedBytes, sizeBytes),
    },
    { field: 'itotal', title: 'Inodes', isText: false, value: ({ sizeBytes }) => count(inodes(sizeBytes)) },
    { field: 'iused', title: 'IUsed', isText: false, value: () => '0' },
    { field: 'iavail', title: 'IFree', isText: false, value: ({ sizeBytes }) => count(inodes(sizeBytes)) },
    { field: 'ipcent', title: 'IUse%', isText: false, value: ({ sizeBytes }) => percent(0, sizeBytes) },
    { field: 'file', title: 'File', isText: true, value: ({ file }) => file },
    { field: 'target', title: 'Mounted on', isText: true, value: ({ mount }) => mount.path },
  ];
  const named = (fields: readonly string[]) =>
    fields.map((field) => {
      const column = all.find((one) => one.field === field);
      if (!column) throw new UsageError('operand', `option --output: field '${field}' unknown`);
      return column;
    });
  if (options.has('output')) return named(options.value('output')?.split(',') ?? all.map(({ field }) => field));
  const figures = options.has('inodes') ? ['itotal', 'iused', 'iavail', 'ipcent'] : ['size', 'used', 'avail', 'pcent'];
  return named(['source', ...(options.has('printType') ? ['fstype'] : []), ...figures, 'target']);
}

function totals(rows: readonly Row[], columns: readonly Column[]): string[] {
  const sum = (pick: (row: Row) => number) => rows.reduce((total, row) => total + pick(row), 0);
  const whole: Row = {
    ...(rows[0] as Row),
    sizeBytes: sum((row) => row.sizeBytes),
    usedBytes: sum((row) => row.usedBytes),
    file: '-',
  };
  return columns.map(({ field, value }) =>
    field === 'source' ? 'total' : field === 'target' || field === 'fstype' ? '-' : value(whole),
  );
}

const SOURCE_WIDTH = 14;

function aligned(lines: readonly (readonly string[])[], columns: readonly Column[]): string {
  const least = (column: Column) =>
    column.field === 'source' ? SOURCE_WIDTH : /^(size|used|avail|itotal|iused|iavail)$/.test(column.field) ? 5 : 4;
  const widths = columns.map((column, i) =>
    Math.max(
      column.field === 'target' || column.field === 'file' ? 0 : least(column),
      ...lines.map((line) => (line[i] as string).length),
    ),
  );
  return lines
    .map((line) => {
      const cells = line.map((cell, i) =>
        (columns[i] as Column).isText ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number),
      );
      return `${cells.join(' ').trimEnd()}\n`;
    })
    .join('');
}

function busyboxLines(lines: readonly (readonly string[])[], columns: readonly Column[]): string {
  const widths: Record<string, number> = {
    source: -20,
    fstype: -10,
    size: 9,
    used: 9,
    avail: 9,
    pcent: 4,
    itotal: 9,
    iused: 9,
    iavail: 9,
    ipcent: 4,
  };
  return lines
    .map((line) => {
      const cells = line.map((cell, i) => {
        const width = widths[(columns[i] as Column).field] ?? 0;
        return width < 0 ? cell.padEnd(-width) : cell.padStart(width);
      });
      return `${cells.join(' ').trimEnd()}\n`;
    })
    .join('');
}
