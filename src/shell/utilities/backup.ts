import type { Process } from '../kernel/process.ts';
import { lstatIfThere, readdir } from '../kernel/calls.ts';
import { directoryOf, lastComponent } from './paths.ts';
import { invalidWord, type SharedOptions } from './options.ts';

/** How a file that would be overwritten is kept (coreutils, "Backup options"). */
export interface BackupRule {
  readonly control: 'simple' | 'numbered' | 'existing';
  readonly suffix: string;
}

/** `-b`, `--backup[=CONTROL]` and `-S SUFFIX`. */
export function backupRule(process: Process, options: SharedOptions<'backup' | 'backupPlain' | 'suffix'>) {
  const suffix = options.value('suffix') ?? process.env.get('SIMPLE_BACKUP_SUFFIX') ?? '~';
  const isWanted = options.has('backup') || options.has('backupPlain') || options.has('suffix');
  if (!isWanted) return undefined;
  const control = options.value('backup') ?? process.env.get('VERSION_CONTROL') ?? 'existing';
  switch (control) {
    case 'none':
    case 'off':
      return undefined;
    case 'simple':
    case 'never':
      return { control: 'simple', suffix } as const;
    case 'numbered':
    case 't':
      return { control: 'numbered', suffix } as const;
    case 'existing':
    case 'nil':
      return { control: 'existing', suffix } as const;
    default:
      throw invalidWord(control, 'backup type', ['none off', 'simple never', 'existing nil', 'numbered t']);
  }
}

/** The name under which a file is kept. */
export function backupName(process: Process, path: string, rule: BackupRule): string {
  if (rule.control === 'simple') return path + rule.suffix;
  const prefix = `${lastComponent(path)}.~`;
  let last = 0;
  for (const { name } of readdir(process, directoryOf(path))) {
    if (!name.startsWith(prefix) || !name.endsWith('~')) continue;
    const number = name.slice(prefix.length, -1);
    if (/^\d{1,9}$/.test(number)) last = Math.max(last, Number(number));
  }
  if (last === 0 && rule.control === 'existing') return path + rule.suffix;
  let next = last + 1;
  while (lstatIfThere(process, `${path}.~${next}~`)) next++;
  return `${path}.~${next}~`;
}
