import { type Existence, requireCanonical } from './canonical.ts';
import type { Process } from '../kernel/process.ts';
import { UsageError } from './options.ts';
import { relativePath } from './relativePath.ts';
import { Report } from './report.ts';
import { utility } from './utility.ts';
import { stat } from '../kernel/calls.ts';

export const realpath = utility(
  {
    options: {
      existing: '-e --canonicalize-existing',
      missing: '-m --canonicalize-missing',
      logical: '-L --logical',
      physical: '-P --physical',
      quiet: '-q --quiet',
      relativeTo: '--relative-to=DIR',
      relativeBase: '--relative-base=DIR',
      strip: '-s --strip --no-symlinks',
      zero: '-z --zero',
    },
    usage: '[OPTION]... FILE...',
  },
  async (process, options) => {
    const isGnu = process.flavour === 'gnu';
    if (options.operands.length === 0) throw new UsageError('operand', isGnu ? 'missing operand' : '');
    const form = options.last('existing', 'missing');
    const existence: Existence = form === 'missing' ? 'missing' : form || !isGnu ? 'existing' : 'lastMayMiss';
    const walk = options.last('logical', 'physical', 'strip');
    const find = (path: string) => {
      if (walk === 'strip') return stripped(process, path, existence);
      const from = walk === 'logical' ? stripped(process, path, 'missing') : path;
      return requireCanonical(process, from, existence);
    };
    const report = new Report(process);
    const base = options.value('relativeBase');
    const to = options.value('relativeTo') ?? base;
    for (const operand of options.operands) {
      try {
        const path = find(operand);
        const isInside = base === undefined || isBelow(path, find(base));
        const shown = to !== undefined && isInside ? relativePath(find(to), path) : path;
        await process.print(shown + (options.has('zero') ? '\0' : '\n'));
      } catch (error) {
        if (options.has('quiet')) report.status = 1;
        else await report.failedBy(error, operand);
      }
    }
    return report.status;
  },
);

function isBelow(path: string, base: string): boolean {
  return path === base || path.startsWith(base === '/' ? '/' : `${base}/`);
}

/** `.` and `..` are taken away by their names alone. */
function stripped(process: Process, path: string, existence: Existence): string {
  if (existence === 'existing') stat(process, path);
  const parts: string[] = [];
  for (const part of (path.startsWith('/') ? path : `${process.cwd}/${path}`).split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
