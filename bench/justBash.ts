import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { FileTree } from './labMachine.ts';

/** As much of just-bash as is used. It is no dependency: it brings WebAssembly and packages that compile when they are
 *  installed. Who wants the comparison installs it in some folder. */
interface JustBashModule {
  readonly Bash: new (options: object) => {
    exec(script: string): Promise<{ readonly stdout: string; readonly stderr: string; readonly exitCode: number }>;
  };
}

const LIMITS = [
  ...['CallDepth', 'CommandCount', 'LoopIterations', 'AwkIterations', 'SedIterations', 'ArrayElements', 'WorkUnits'],
  ...['TraversalEntries', 'TraversalWork', 'GlobOperations', 'StringLength', 'OutputSize', 'LiveBytes', 'InputBytes'],
  ...['FileSystemBytes', 'ArchiveBytes', 'ArchiveCompressedBytes', 'ArchiveEntryBytes', 'ExecutionTimeMs'],
];

export type Shell = (script: string) => Promise<string>;

/** Its shell, with these files in /data. `folder` holds its node_modules. Its bounds are out of the way. */
export async function justBash(folder: string, tree: FileTree): Promise<Shell> {
  const path = createRequire(join(folder, 'none.js')).resolve('just-bash');
  const loaded = (await import(pathToFileURL(path).href)) as JustBashModule & { readonly default?: JustBashModule };
  const { Bash } = loaded.default ?? loaded;
  const files = Object.fromEntries([...tree].map(([name, bytes]) => [`/data/${name}`, bytes]));
  const many = 2 ** 31 - 1;
  const limits = Object.fromEntries(LIMITS.map((limit) => [`max${limit}`, many]));
  const shell = new Bash({
    files,
    cwd: '/data',
    executionLimits: limits,
    defenseInDepth: false,
  });
  return async (script) => {
    const { stdout, stderr, exitCode } = await shell.exec(script);
    if (exitCode !== 0 || stderr !== '') throw new Error(`${exitCode}: ${stderr.slice(0, 200)}`);
    return stdout;
  };
}
