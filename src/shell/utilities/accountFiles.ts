import { decodeName, encodeName } from '../../bytes/byteName.ts';
import { chmod, readFile, rename, statIfThere, writeFile } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { isErrno } from './failure.ts';

export type AccountFile = 'passwd' | 'shadow' | 'group' | 'gshadow';

/** The lines of /etc/passwd and its like, to be changed and written back. */
export class AccountTable {
  readonly file: AccountFile;
  readonly isThere: boolean;
  readonly lines: string[][];

  constructor(file: AccountFile, isThere: boolean, lines: string[][]) {
    this.file = file;
    this.isThere = isThere;
    this.lines = lines;
  }

  line(name: string): string[] | undefined {
    return this.lines.find(([own]) => own === name);
  }

  remove(name: string): boolean {
    const at = this.lines.findIndex(([own]) => own === name);
    if (at < 0) return false;
    this.lines.splice(at, 1);
    return true;
  }
}

export async function readTable(process: Process, file: AccountFile): Promise<AccountTable> {
  try {
    const text = decodeName(await readFile(process, `/etc/${file}`));
    const lines = text.split('\n').filter((line) => line !== '');
    return new AccountTable(
      file,
      true,
      lines.map((line) => line.split(':')),
    );
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    return new AccountTable(file, false, []);
  }
}

/** Replaces the file as a whole, as the real programs do, and keeps the old one with a dash behind. */
export async function writeTable(process: Process, table: AccountTable): Promise<void> {
  const path = `/etc/${table.file}`;
  const text = table.lines.map((line) => `${line.join(':')}\n`).join('');
  const isSecret = table.file === 'shadow' || table.file === 'gshadow';
  const found = statIfThere(process, path);
  const mode = found ? found.mode & 0o777 : isSecret ? 0o640 : 0o644;
  if (found) {
    await writeFile(process, `${path}-`, await readFile(process, path), mode);
    chmod(process, `${path}-`, mode);
  }
  await writeFile(process, `${path}+`, encodeName(text), mode);
  chmod(process, `${path}+`, mode);
  rename(process, `${path}+`, path);
}

/** The least id from `first` on, above all that are taken below `end`; or one that is free. */
export function nextId(table: AccountTable, first: number, end: number): number | undefined {
  const taken = new Set(table.lines.map((line) => Number(line[2])));
  const highest = Math.max(first - 1, ...[...taken].filter((id) => id >= first && id < end));
  if (highest + 1 < end) return highest + 1;
  for (let id = first; id < end; id++) if (!taken.has(id)) return id;
  return undefined;
}

/** Ids of the system go down from the end of their range. */
export function nextSystemId(table: AccountTable, first = 100, last = 999): number | undefined {
  const taken = new Set(table.lines.map((line) => Number(line[2])));
  for (let id = last; id >= first; id--) if (!taken.has(id)) return id;
  return undefined;
}

/** Days since 1970, as /etc/shadow counts. */
export function today(process: Process): number {
  return Math.floor(process.kernel.clock.now().sec / 86_400);
}
