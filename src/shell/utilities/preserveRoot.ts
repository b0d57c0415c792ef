import type { Process } from '../kernel/process.ts';
import { canonicalPath } from './canonical.ts';
import { quoted } from './quote.ts';
import type { Report } from './report.ts';

/** Refuses to enter the root directory, under whatever name, and says so. True when it did. */
export async function keepsOffRoot(process: Process, report: Report, operand: string): Promise<boolean> {
  if (canonicalPath(process, operand, 'existing') !== '/') return false;
  const shown = operand === '/' ? quoted(operand) : `${quoted(operand)} (same as '/')`;
  await report.fail(`it is dangerous to operate recursively on ${shown}`);
  await process.complain('use --no-preserve-root to override this failsafe');
  return true;
}
