import { unlink as removeName } from '../kernel/calls.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';
import { Report } from './report.ts';
import { utility } from './utility.ts';

export const unlink = utility({ options: {}, usage: 'FILE' }, async (process, { operands }) => {
  const isGnu = process.flavour === 'gnu';
  const [path, extra] = operands;
  if (path === undefined) throw new UsageError('operand', isGnu ? 'missing operand' : '');
  if (extra !== undefined) throw new UsageError('operand', isGnu ? `extra operand ${quoted(extra)}` : '');
  const report = new Report(process);
  try {
    removeName(process, path);
  } catch (error) {
    await report.failedBy(error, `${isGnu ? 'cannot unlink' : "can't remove file"} ${quoted(path)}`);
  }
  return report.status;
});
