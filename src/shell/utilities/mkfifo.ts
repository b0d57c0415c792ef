import { deviceNumber, S_IFBLK, S_IFCHR, S_IFIFO } from '../../vfs/overlay/fileMode.ts';
import { chmod, mknod as makeNode } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { changedMode, parseModeChange } from './modeChange.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { Report } from './report.ts';
import { utility } from './utility.ts';

const MODE = { mode: '-m --mode=MODE' } as const;
const DEFAULT_MODE = 0o666;

export const mkfifo = utility(
  { options: MODE, notSimulated: '-Z --context', usage: '[OPTION]... NAME...' },
  async (process, options) => {
    const isGnu = process.flavour === 'gnu';
    if (options.operands.length === 0) throw new UsageError('operand', isGnu ? 'missing operand' : '');
    const mode = modeOf(process, options.value('mode'));
    const report = new Report(process);
    for (const operand of options.operands) {
      try {
        make(process, operand, S_IFIFO, mode, 0);
      } catch (error) {
        await report.failedBy(error, isGnu ? `cannot create fifo ${quoted(operand)}` : operand);
      }
    }
    return report.status;
  },
);

export const mknod = utility(
  { options: MODE, notSimulated: '-Z --context', usage: '[OPTION]... NAME TYPE [MAJOR MINOR]' },
  async (process, options) => {
    const isGnu = process.flavour === 'gnu';
    const [path, type, major, minor] = options.operands;
    const last = options.operands.at(-1);
    const wanted = type?.startsWith('p') ? 2 : 4;
    if (path === undefined) throw new UsageError('operand', isGnu ? 'missing operand' : '');
    if (options.operands.length < wanted) {
      const note = options.operands.length === 2 ? '\nSpecial files require major and minor device numbers.' : '';
      throw new UsageError('operand', isGnu ? `missing operand after ${quoted(last as string)}${note}` : '');
    }
    if (options.operands.length > wanted)
      throw new UsageError('operand', isGnu ? `extra operand ${quoted(options.operands[wanted] as string)}` : '');
    const mode = modeOf(process, options.value('mode'));
    const report = new Report(process);
    try {
      if (type?.startsWith('p')) make(process, path, S_IFIFO, mode, 0);
      else if (type === 'b' || type === 'c' || type === 'u')
        make(process, path, type === 'b' ? S_IFBLK : S_IFCHR, mode, numberOf(major, minor));
      else throw new UsageError('operand', isGnu ? `invalid device type ${quoted(type ?? '')}` : '');
    } catch (error) {
      if (error instanceof UsageError) throw error;
      await report.failedBy(error, path);
    }
    return report.status;
  },
);

function numberOf(major = '', minor = ''): number {
  const [one, other] = [deviceId(major, 'major'), deviceId(minor, 'minor')];
  return deviceNumber(one, other);
}

/** Decimal, 0octal or 0xhex. */
function deviceId(text: string, which: string): number {
  const isNumber = /^(0[0-7]*|[1-9]\d*|0[xX][0-9a-fA-F]+)$/.test(text);
  const id = /^0[0-7]+$/.test(text) ? Number.parseInt(text, 8) : Number(text);
  if (!isNumber || id >= 2 ** 31)
    throw new UsageError('operand', `invalid ${which} device number ${quoted(text)}`, { bare: true });
  return id;
}

function modeOf(process: Process, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const change = parseModeChange(text);
  if (!change)
    throw new UsageError('operand', process.flavour === 'gnu' ? 'invalid mode' : `invalid mode '${text}'`, {
      bare: true,
    });
  return changedMode(change, DEFAULT_MODE, process.credentials.umask);
}

function make(process: Process, path: string, type: number, mode: number | undefined, device: number): void {
  makeNode(process, path, type | (mode ?? DEFAULT_MODE), device);
  if (mode !== undefined) chmod(process, path, mode);
}
