import { link as makeLink } from '../kernel/calls.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { Report } from './report.ts';
import { utility } from './utility.ts';

export const link = utility({ options: {}, usage: 'FILE1 FILE2' }, async (process, { operands }) => {
  const isGnu = process.flavour === 'gnu';
  const [from, to, extra] = operands;
  if (from === undefined) throw new UsageError('operand', isGnu ? 'missing operand' : '');
  if (to === undefined) throw new UsageError('operand', isGnu ? `missing operand after ${quoted(from)}` : '');
  if (extra !== undefined) throw new UsageError('operand', isGnu ? `extra operand ${quoted(extra)}` : '');
  const report = new Report(process);
  try {
    makeLink(process, from, to);
  } catch (error) {
    const what = isGnu ? 'cannot create link' : "can't create hardlink";
    await report.failedBy(error, `${what} ${quoted(to)} to ${quoted(from)}`);
  }
  return report.status;
});
