import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { lstatIfThere, stat, statIfThere } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { causeOf } from './failure.ts';
import { type SharedOptions, UsageError } from './options.ts';
import { joinPath, lastComponent, withoutTrailingSlashes } from './paths.ts';
import { quoted } from './quote.ts';

export interface Target {
  readonly source: string;
  readonly target: string;
}

/** Sources and where each goes, of `cp`, `mv`, `ln` and `install`: the last operand, or `-t DIRECTORY`; `-T` makes it
 *  the target itself. Throws UsageError. */
export function targetsOf(
  process: Process,
  options: SharedOptions<'targetDirectory' | 'noTargetDirectory'>,
  form: { readonly noFollow?: boolean } = {},
): Target[] {
  const operands = [...options.operands];
  const into = options.value('targetDirectory');
  const { name, flavour } = process;
  if (operands.length === 0) throw new UsageError('operand', flavour === 'gnu' ? 'missing file operand' : '');
  if (into !== undefined) {
    requireDirectory(process, into, 'target directory');
    return operands.map((source) => ({ source, target: inside(into, source) }));
  }
  if (operands.length === 1)
    throw new UsageError(
      'operand',
      flavour === 'gnu' ? `missing destination file operand after ${quoted(operands[0] as string)}` : '',
    );
  const last = operands.pop() as string;
  if (options.has('noTargetDirectory')) {
    if (operands.length > 1) throw new UsageError('operand', `extra operand ${quoted(operands[1] as string)}`);
    return [{ source: operands[0] as string, target: last }];
  }
  const found = form.noFollow ? lstatIfThere(process, last) : statIfThere(process, last);
  if (found && isDirectory(found.mode)) return operands.map((source) => ({ source, target: inside(last, source) }));
  if (operands.length === 1) return [{ source: operands[0] as string, target: last }];
  if (flavour === 'busybox' && name !== 'ln')
    return operands.map((source) => ({ source, target: inside(last, source) }));
  requireDirectory(process, last, 'target');
  return [];
}

function inside(directory: string, source: string): string {
  return joinPath(directory, lastComponent(withoutTrailingSlashes(source)));
}

function requireDirectory(process: Process, path: string, what: string): void {
  let cause = 'Not a directory';
  try {
    if (isDirectory(stat(process, path).mode)) return;
  } catch (error) {
    cause = causeOf(error);
  }
  throw new UsageError('operand', `${what} ${quoted(path)}: ${cause}`, { bare: true });
}
