import { busyboxBuild } from '../../kernel/busyboxBuild.ts';
import type { Shell } from '../state/shell.ts';

/** What an interactive ash of busybox says first, where it was built to, as Debian's is. Empty for the others. */
export async function busyboxBanner({ process }: Shell): Promise<string> {
  if (process.flavour !== 'busybox') return '';
  const build = await busyboxBuild(process);
  if (!build?.greeting) return '';
  return `\n\n${build.version} ${build.greeting}\nEnter 'help' for a list of built-in commands.\n\n`;
}
