import type { Process } from '../../../shell/kernel/process.ts';
import { npmError, reify, unresolved, wantedOf } from './npmInstall.ts';
import { choosePackage } from './npmPackages.ts';
import { lockedVersions, type PackageJson, readJson, table, writeJson } from './npmProject.ts';
import type { NpmRun } from './npmRun.ts';
import { isElsewhere, specification } from './npmSpecification.ts';

export function noPackage(process: Process, folder: string): Promise<number> {
  return npmError(process, 'ENOENT', [
    'syscall open',
    `path ${folder}/package.json`,
    'errno -2',
    `enoent ENOENT: no such file or directory, open '${folder}/package.json'`,
    'enoent This is related to npm not being able to find a file.',
    'enoent ',
  ]);
}

export async function install(
  run: NpmRun,
  folder: string,
  json: PackageJson | undefined,
  operands: readonly string[],
): Promise<number> {
  const { process, given, catalogue } = run;
  if (!json && operands.length === 0) return noPackage(process, folder);
  const elsewhere = operands.find(isElsewhere);
  if (elsewhere !== undefined)
    return npmError(process, 'EUSAGE', [
      `${elsewhere}: packages of folders, addresses and repositories are not simulated`,
    ]);
  const index = await catalogue.npm.index();
  const next: Record<string, unknown> = { ...(json ?? {}) };
  const pinned: Record<string, string> = {};
  for (const operand of operands) {
    const [name, range] = specification(operand);
    const found = choosePackage(index.get(name), range);
    if (!found) return unresolved(process, { name, range: range === 'latest' ? '*' : range, isKnown: index.has(name) });
    pinned[name] = found.version;
    if (given.has('no-save')) continue;
    const field = given.has('save-dev') ? 'devDependencies' : 'dependencies';
    const kept = /^[\^~<>=]/.test(range) ? range : `${given.has('save-exact') ? '' : '^'}${found.version}`;
    const entries = { ...table(next as PackageJson, field), [name]: kept };
    next[field] = Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  if (operands.length > 0 && !given.has('no-save')) await writeJson(process, `${folder}/package.json`, next);
  const what = project(run, folder, next);
  return reify(run, { ...what, wanted: { ...pinned, ...what.wanted }, pinned, isClean: false });
}

function project(run: NpmRun, folder: string, json: PackageJson) {
  const { given, process } = run;
  const omitted = `${given.value('omit') ?? ''} ${given.has('production') || given.value('only') === 'production' || given.value('only') === 'prod' ? 'dev' : ''}`;
  const isProduction = process.env.get('NODE_ENV') === 'production' && given.value('include') !== 'dev';
  return {
    folder,
    json,
    ...wantedOf(json),
    omitsDevelopment: omitted.includes('dev') || isProduction,
    writesLock: !given.has('no-package-lock'),
    programs: `${folder}/node_modules/.bin`,
  };
}

export async function cleanInstall(run: NpmRun, folder: string, json: PackageJson | undefined): Promise<number> {
  const { process } = run;
  const lock = await readJson(process, `${folder}/package-lock.json`);
  if (lock === undefined || typeof lock === 'string' || !json)
    return npmError(process, 'EUSAGE', [
      '',
      'The `npm ci` command can only install with an existing package-lock.json or',
      'npm-shrinkwrap.json with lockfileVersion >= 1. Run an install with npm@5 or',
      'later to generate a package-lock.json file, then try again.',
    ]);
  const held = new Set([...lockedVersions(lock).keys()].map((place) => place.replace(/^node_modules\//, '')));
  const missing = Object.keys(wantedOf(json).wanted).filter((name) => !held.has(name));
  if (missing.length > 0)
    return npmError(process, 'EUSAGE', [
      '',
      '`npm ci` can only install packages when your package.json and package-lock.json or npm-shrinkwrap.json are in sync. Please update your lock file with `npm install` before continuing.',
      '',
      ...missing.map((name) => `Missing: ${name}@${wantedOf(json).wanted[name]} from lock file`),
    ]);
  return reify(run, { ...project(run, folder, json), isClean: true });
}

export async function uninstall(
  run: NpmRun,
  folder: string,
  json: PackageJson,
  names: readonly string[],
): Promise<number> {
  const next: Record<string, unknown> = { ...json };
  for (const field of ['dependencies', 'devDependencies']) {
    if (json[field] === undefined) continue;
    const kept = Object.entries(table(json, field)).filter(([name]) => !names.includes(name));
    if (kept.length > 0) next[field] = Object.fromEntries(kept);
    else delete next[field];
  }
  await writeJson(run.process, `${folder}/package.json`, next);
  return reify(run, { ...project(run, folder, next), isClean: false });
}
