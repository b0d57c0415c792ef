import { O_CREAT, O_WRONLY } from '../../vfs/overlay/openFlags.ts';
import { lstatIfThere, open, stat } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { causeOf, isErrno } from './failure.ts';
import { parseSize } from './humanSize.ts';
import { type ParsedOptions, UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { Report } from './report.ts';
import { utility } from './utility.ts';

const OPTIONS = {
  noCreate: '-c --no-create',
  blocks: '-o --io-blocks',
  reference: '-r --reference=RFILE',
  size: '-s --size=SIZE',
} as const;

const BLOCK_BYTES = 4096;

type Resize = (sizeBytes: number) => number;

export const truncate = utility({ options: OPTIONS, usage: 'OPTION... FILE...' }, async (process, options) => {
  const isGnu = process.flavour === 'gnu';
  const resize = resizing(process, options);
  if (options.operands.length === 0) throw new UsageError('operand', isGnu ? 'missing file operand' : '');
  const report = new Report(process);
  for (const operand of options.operands) {
    if (options.has('noCreate') && !lstatIfThere(process, operand)) continue;
    let sizeBytes = 0;
    try {
      const file = await open(process, operand, options.has('noCreate') ? O_WRONLY : O_WRONLY | O_CREAT);
      try {
        sizeBytes = resize(file.stat().sizeBytes);
        if (sizeBytes > process.longestFileBytes) process.failSize(operand);
        file.truncate(sizeBytes);
      } finally {
        file.close();
      }
    } catch (error) {
      if (isErrno(error, 'EFBIG') && isGnu) {
        await report.fail(`failed to truncate ${quoted(operand)} at ${sizeBytes} bytes: ${causeOf(error)}`);
        continue;
      }
      await report.failedBy(error, isGnu ? `cannot open ${quoted(operand)} for writing` : `${operand}: open`);
    }
  }
  return report.status;
});

function resizing(process: Process, options: ParsedOptions<keyof typeof OPTIONS>): Resize {
  const size = options.value('size');
  const reference = options.value('reference');
  const isGnu = process.flavour === 'gnu';
  if (size === undefined && reference === undefined)
    throw new UsageError('operand', isGnu ? "you must specify either '--size' or '--reference'" : '');
  let base: number | undefined;
  if (reference !== undefined) {
    try {
      base = stat(process, reference).sizeBytes;
    } catch (error) {
      throw new UsageError('operand', `cannot stat ${quoted(reference)}: ${causeOf(error)}`, { bare: true });
    }
  }
  if (size === undefined) return () => base as number;
  const match = /^([-+<>/%]?)(.*)$/.exec(size.trim());
  const [, operator = '', digits = ''] = match ?? [];
  const unit = options.has('blocks') ? BLOCK_BYTES : 1;
  const parsed = parseSize(digits);
  if (parsed === undefined) {
    const message = isGnu ? `Invalid number: ${quoted(size)}` : `invalid number '${size}'`;
    throw new UsageError('operand', message, { bare: true });
  }
  const amount = parsed * unit;
  if ((operator === '/' || operator === '%') && amount === 0)
    throw new UsageError('operand', 'division by zero', { bare: true });
  return (own) => {
    const current = base ?? own;
    switch (operator) {
      case '+':
        return current + amount;
      case '-':
        return Math.max(0, current - amount);
      case '<':
        return Math.min(current, amount);
      case '>':
        return Math.max(current, amount);
      case '/':
        return current - (current % amount);
      case '%':
        return Math.ceil(current / amount) * amount;
      default:
        return amount;
    }
  };
}
