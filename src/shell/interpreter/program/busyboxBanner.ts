import { decodeName } from '../../../bytes/byteName.ts';
import { isRegular } from '../../../vfs/overlay/fileMode.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import { readFile, stat } from '../../kernel/calls.ts';
import { pathsOf } from '../execution/external.ts';
import type { Shell } from '../state/shell.ts';

/** Builds of busybox are of one or two megabytes. */
const MAX_PROGRAM_BYTES = 8 << 20;
const GREETING = 'built-in shell (ash)';

/** What an interactive ash of busybox says first: its own version, where it was built to (FEATURE_SH_EXTRA_QUIET off, as
 *  Debian's is), which its program tells. Empty for the others. */
export async function busyboxBanner(shell: Shell): Promise<string> {
  const { process } = shell;
  if (process.flavour !== 'busybox') return '';
  const called = (process.argv[0] ?? '').replace(/^-/, '');
  for (const path of called.includes('/') ? [called] : pathsOf(shell, called)) {
    try {
      const { mode, sizeBytes } = stat(process, path);
      if (!isRegular(mode) || sizeBytes > MAX_PROGRAM_BYTES) continue;
      const text = decodeName(await readFile(process, path, MAX_PROGRAM_BYTES));
      const version = /BusyBox v\d[\w.]*(?: \([ -~]{1,100}\))?/.exec(text)?.[0];
      if (version === undefined || !text.includes(GREETING)) return '';
      return `\n\n${version} ${GREETING}\nEnter 'help' for a list of built-in commands.\n\n`;
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
    }
  }
  return '';
}
