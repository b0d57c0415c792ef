import { rmdir as removeDirectory } from '../kernel/calls.ts';
import { causeOf, isErrno } from './failure.ts';
import { UsageError } from './options.ts';
import { directoryOf, withoutTrailingSlashes } from './paths.ts';
import { quoted } from './quote.ts';
import { Report } from './report.ts';
import { utility } from './utility.ts';

export const rmdir = utility(
  {
    options: {
      ignoreNonEmpty: '--ignore-fail-on-non-empty',
      parents: '-p --parents',
      verbose: '-v --verbose',
    },
    usage: '[OPTION]... DIRECTORY...',
  },
  async (process, options) => {
    const isGnu = process.flavour === 'gnu';
    if (options.operands.length === 0) throw new UsageError('operand', isGnu ? 'missing operand' : '');
    const report = new Report(process);
    for (const operand of options.operands) {
      for (let path = operand, isFirst = true; ; path = directoryOf(path), isFirst = false) {
        if (options.has('verbose')) await process.print(`rmdir: removing directory, ${quoted(path)}\n`);
        try {
          removeDirectory(process, path);
        } catch (error) {
          if (options.has('ignoreNonEmpty') && isErrno(error, 'ENOTEMPTY', 'EEXIST')) break;
          const what = isGnu ? `failed to remove ${isFirst ? '' : 'directory '}${quoted(path)}` : quoted(path);
          await report.fail(`${what}: ${causeOf(error)}`);
          break;
        }
        if (!options.has('parents') || !withoutTrailingSlashes(path).includes('/') || directoryOf(path) === '/') break;
      }
    }
    return report.status;
  },
);
