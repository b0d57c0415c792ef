import { decodeName } from '../../bytes/byteName.ts';
import { type ConfigValue, GitConfigFile } from '../../git/gitConfig.ts';
import { GitError } from '../../git/gitError.ts';
import { readFile, writeFile } from '../kernel/calls.ts';
import type { Process } from '../kernel/process.ts';
import { isErrno } from '../utilities/failure.ts';
import { fatal } from './gitFault.ts';

export type Scope = 'system' | 'global' | 'local';

/** Where a scope's settings lie. `gitDirectory` is absent outside of repositories. */
export function settingsPath(process: Process, scope: Scope, gitDirectory: string | undefined): string | undefined {
  if (scope === 'system') return '/etc/gitconfig';
  if (scope === 'local') return gitDirectory === undefined ? undefined : `${gitDirectory}/config`;
  const home = process.env.get('HOME');
  return process.env.get('GIT_CONFIG_GLOBAL') ?? (home === undefined ? undefined : `${home}/.gitconfig`);
}

/** A file that is not there has no values. */
export async function readSettings(process: Process, path: string): Promise<GitConfigFile> {
  try {
    return new GitConfigFile(decodeName(await readFile(process, path)));
  } catch (error) {
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EACCES')) return new GitConfigFile('');
    if (error instanceof GitError) throw fatal(`${error.message} in file ${path}`);
    throw error;
  }
}

export async function saveSettings(process: Process, path: string, file: GitConfigFile): Promise<void> {
  await writeFile(process, path, file.text);
}

/** What holds here: the system's, the user's, the repository's, and those of `-c`; later ones win. */
export class Settings {
  readonly values: readonly ConfigValue[];

  constructor(values: readonly ConfigValue[]) {
    this.values = values;
  }

  static async read(
    process: Process,
    gitDirectory: string | undefined,
    given: readonly ConfigValue[],
  ): Promise<Settings> {
    const values: ConfigValue[] = [];
    for (const scope of ['system', 'global', 'local'] as const) {
      const path = settingsPath(process, scope, gitDirectory);
      if (path !== undefined) values.push(...(await readSettings(process, path)).values);
    }
    return new Settings([...values, ...given]);
  }

  get(key: string): string | undefined {
    return this.values.findLast((one) => one.key === key)?.value;
  }

  all(key: string): string[] {
    return this.values.flatMap((one) => (one.key === key ? [one.value] : []));
  }

  isTrue(key: string, otherwise: boolean): boolean {
    const value = this.get(key)?.toLowerCase();
    if (value === undefined) return otherwise;
    return !['false', 'no', 'off', '0', ''].includes(value);
  }

  /** Third words of keys `SECTION.x.y`, once each, in order. */
  subsections(section: string): string[] {
    const names = this.values.flatMap(({ key }) => {
      const inner = key.startsWith(`${section}.`) ? key.slice(section.length + 1) : '';
      return inner.includes('.') ? [inner.slice(0, inner.lastIndexOf('.'))] : [];
    });
    return [...new Set(names)];
  }
}
