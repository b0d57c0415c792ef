import { npmError } from './npmInstall.ts';
import { readJson, writeJson } from './npmProject.ts';
import type { NpmRun } from './npmRun.ts';

/** `npm init -y`. */
export async function initProject({ process, given }: NpmRun): Promise<number> {
  if (!given.has('yes'))
    return npmError(process, 'EUSAGE', ['the questions of `npm init` are not simulated: use `npm init -y`']);
  const folder = process.cwd === '/' ? '' : process.cwd;
  const path = `${folder}/package.json`;
  const before = await readJson(process, path);
  if (typeof before === 'string') return npmError(process, 'EJSONPARSE', [`Failed to parse ${path}: ${before}`]);
  const name = folder.slice(folder.lastIndexOf('/') + 1).toLowerCase() || 'app';
  const json = {
    name,
    version: '1.0.0',
    description: '',
    main: 'index.js',
    scripts: { test: 'echo "Error: no test specified" && exit 1' },
    keywords: [],
    author: '',
    license: 'ISC',
    ...before,
  };
  await writeJson(process, path, json);
  await process.print(`Wrote to ${path}:\n\n${JSON.stringify(json, null, 2)}\n\n\n`);
  return 0;
}
