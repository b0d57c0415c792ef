import * as calls from '../../../shell/kernel/calls.ts';
import { npmError, reify, unresolved } from './npmInstall.ts';
import { choosePackage } from './npmPackages.ts';
import { lockedVersions, readJson } from './npmProject.ts';
import type { NpmRun } from './npmRun.ts';
import { specification } from './npmSpecification.ts';

/** `npm install -g`: beside what is there already. */
export async function installGlobally(run: NpmRun, operands: readonly string[]): Promise<number> {
  const { process, prefix, catalogue } = run;
  const folder = `${prefix}/lib`;
  if (!calls.mayAccess(process, prefix, 2) && process.credentials.uid !== 0)
    return npmError(process, 'EACCES', [
      'syscall mkdir',
      `path ${folder}/node_modules`,
      'errno -13',
      `Error: EACCES: permission denied, mkdir '${folder}/node_modules'`,
    ]);
  const index = await catalogue.npm.index();
  const before = lockedVersions(await readJson(process, `${folder}/node_modules/.package-lock.json`));
  const wanted: Record<string, string> = {};
  for (const [place, version] of before)
    if (place.lastIndexOf('node_modules/') === 0) wanted[place.slice('node_modules/'.length)] = version;
  for (const operand of operands) {
    const [name, range] = specification(operand);
    // npm is there and stays what it is.
    if (name === 'npm' && !index.has('npm')) continue;
    if (!choosePackage(index.get(name), range))
      return unresolved(process, { name, range: range === 'latest' ? '*' : range, isKnown: index.has(name) });
    wanted[name] = range;
  }
  return reify(run, {
    folder,
    json: {},
    wanted,
    development: new Set(),
    omitsDevelopment: false,
    isClean: false,
    isGlobal: true,
    writesLock: false,
    programs: `${prefix}/bin`,
  });
}
