import { decodeName } from '../../../bytes/byteName.ts';
import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import { exitCode } from '../../../shell/kernel/waitStatus.ts';
import type { Program } from '../../../shell/kernel/program.ts';
import { runCommand } from '../../../shell/utilities/launch.ts';
import type { Catalogue } from '../../catalogue.ts';
import { findPaths } from '../findPaths.ts';
import { removePaths } from '../unpackEntries.ts';
import { NpmArguments } from './npmArguments.ts';
import type { NpmRun } from './npmRun.ts';
import { reify, wantedOf } from './npmInstall.ts';
import { choosePackage, type NpmPackage } from './npmPackages.ts';
import { type PackageJson, readJson, table, textField, writeJson } from './npmProject.ts';
import { layOut, type Unresolved } from './npmTree.ts';
import { readYarnLock, writeYarnLock } from './yarnLock.ts';

const DEFAULT_VERSION = '1.22.19';
const MAX_LOCK_BYTES = 16 << 20;
const SWITCHES = new Set(
  'production prod frozen-lockfile pure-lockfile no-lockfile ignore-scripts ignore-engines ignore-optional non-interactive no-progress silent s dev D exact E prefer-offline check-files force version v'.split(
    ' ',
  ),
);
const WITH_ARGUMENT = new Set(['network-timeout', 'network-concurrency']);

interface YarnRun {
  readonly process: Process;
  readonly catalogue: Catalogue;
  readonly version: string;
  readonly folder: string;
  readonly options: ReadonlySet<string>;
}

/** yarn 1, over the catalogue's packages: install, add, remove, scripts. */
export function yarn(catalogue: Catalogue): Program {
  return async (process) => {
    const version = process.env.get('YARN_VERSION') ?? DEFAULT_VERSION;
    const given = readArguments(process.argv.slice(1));
    if (typeof given === 'string') return fault(process, `yarn v${version}`, `option ${given} is not simulated`);
    const { options, operands } = given;
    if (options.has('version') || options.has('v')) {
      await process.print(`${version}\n`);
      return 0;
    }
    const run = { process, catalogue, version, folder: process.cwd === '/' ? '' : process.cwd, options };
    const [word = 'install', ...rest] = operands;
    return perform(run, word, rest);
  };
}

async function perform(run: YarnRun, word: string, rest: readonly string[]): Promise<number> {
  const { process, version, folder } = run;
  const startSec = process.kernel.clock.now().sec;
  const title = (name: string) => process.print(`yarn ${name} v${version}\n`);
  const done = async (code: number) => {
    if (code === 0) await process.print(`Done in ${process.kernel.clock.now().sec - startSec}.00s.\n`);
    return code;
  };
  if (word === 'cache' && (rest[0] === 'clean' || rest[0] === 'dir')) {
    if (rest[0] === 'dir') {
      await process.print(`${cacheOf(process)}\n`);
      return 0;
    }
    await title('cache');
    await removePaths(process, findPaths(process, cacheOf(process)));
    await process.print('success Cleared cache.\n');
    return done(0);
  }
  const json = await readJson(process, `${folder}/package.json`);
  if (typeof json === 'string') return fault(process, `yarn ${word} v${version}`, `${folder}/package.json: ${json}`);
  switch (word) {
    case 'install':
    case 'add':
    case 'remove':
      await title(word);
      if (word !== 'install' && rest.length === 0)
        return fault(process, undefined, `Missing list of packages to ${word} to your project.`);
      return done(await (word === 'install' ? install(run, json ?? {}) : change(run, word, json ?? {}, rest)));
    default: {
      await title('run');
      const [name, ...words] = word === 'run' ? rest : [word, ...rest];
      return done(await script(run, json ?? {}, name, words));
    }
  }
}

/** What was given, or the option that is not simulated. Words behind a script's name are the script's. */
function readArguments(words: readonly string[]) {
  const options = new Set<string>();
  const operands: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    const isScript =
      operands.length > 0 && !['install', 'add', 'remove', 'cache', 'run'].includes(operands[0] as string);
    if (isScript || (operands[0] === 'run' && operands.length > 1) || !word.startsWith('-')) {
      operands.push(word);
      continue;
    }
    const [name = '', value] = word.replace(/^--?/, '').split('=', 2);
    if (WITH_ARGUMENT.has(name)) {
      if (value === undefined) i++;
    } else if (!SWITCHES.has(name)) return word;
    else if (value !== 'false') options.add(name);
  }
  return { options, operands };
}

async function fault(process: Process, title: string | undefined, message: string): Promise<number> {
  if (title !== undefined) await process.print(`${title}\n`);
  await process.write(2, `error ${message}\n`);
  await process.print('info Visit https://yarnpkg.com/en/docs/cli/ for documentation about this command.\n');
  return 1;
}

/** Where root's archives are kept; a user's are in the home directory. */
function cacheOf(process: Process): string {
  const told = process.env.get('YARN_CACHE_FOLDER');
  if (told?.startsWith('/')) return told;
  return process.credentials.uid === 0
    ? '/usr/local/share/.cache/yarn/v6'
    : `${process.env.get('HOME') ?? ''}/.cache/yarn/v6`;
}

async function install(run: YarnRun, json: PackageJson): Promise<number> {
  const { process, catalogue, folder, options } = run;
  const path = `${folder}/yarn.lock`;
  const before = calls.statIfThere(process, path)
    ? decodeName(await calls.readFile(process, path, MAX_LOCK_BYTES))
    : undefined;
  if (before === undefined) await process.print('info No lockfile found.\n');
  await process.print('[1/4] Resolving packages...\n');
  const index = await catalogue.npm.index();
  const { wanted, development } = wantedOf(json);
  const held = readYarnLock(before ?? '');
  const pinned: Record<string, string> = {};
  for (const [name, range] of Object.entries(wanted)) {
    const version = held.get(`${name}@${range}`);
    if (version !== undefined && choosePackage(index.get(name), version)) pinned[name] = version;
  }
  const locked = new Map(Object.entries(pinned).map(([name, version]) => [`node_modules/${name}`, version]));
  const tree = layOut({ index, wanted, locked });
  if (!(tree instanceof Map)) return notFound(run, json, tree);
  const after = writeYarnLock(tree, wanted);
  const isMissing = Object.entries(wanted).some(([name, range]) => !held.has(`${name}@${range}`));
  if (options.has('frozen-lockfile') && before !== undefined && isMissing)
    return fault(process, undefined, 'Your lockfile needs to be updated, but yarn was run with `--frozen-lockfile`.');
  await process.print('[2/4] Fetching packages...\n[3/4] Linking dependencies...\n');
  const cache = cacheOf(process);
  const code = await reify(npmRun(run), {
    folder,
    json,
    wanted,
    development,
    pinned,
    omitsDevelopment:
      ['production', 'prod'].some((name) => options.has(name)) || process.env.get('NODE_ENV') === 'production',
    isClean: false,
    writesLock: false,
    programs: `${folder}/node_modules/.bin`,
    record: '.yarn-integrity',
    cachePath: (one: NpmPackage) =>
      `${cache}/npm-${one.name.replace('/', '-')}-${one.version}-integrity/.yarn-tarball.tgz`,
  });
  if (code !== 0) return code;
  await process.print('[4/4] Building fresh packages...\n');
  const keeps = ['frozen-lockfile', 'pure-lockfile', 'no-lockfile'].some((name) => options.has(name));
  if ((before === undefined || isMissing) && !keeps) {
    await calls.writeFile(process, path, after);
    await process.print('success Saved lockfile.\n');
  }
  return 0;
}

/** Nothing is said by npm's part. */
function npmRun({ process, catalogue }: YarnRun): NpmRun {
  const given = new NpmArguments([], new Map([['silent', 'true']]));
  return { process, catalogue, given, prefix: '/usr/local', version: '' };
}

function notFound({ process }: YarnRun, json: PackageJson, { name, range, isKnown }: Unresolved): Promise<number> {
  const by = `${textField(json, 'name') ?? 'project'}@${textField(json, 'version') ?? ''}`;
  return fault(
    process,
    undefined,
    isKnown
      ? `Couldn't find any versions for "${name}" that matches "${range}"`
      : `Couldn't find package "${name}@${range}" required by "${by}" on the "npm" registry: the catalogue does not hold it.`,
  );
}

async function change(run: YarnRun, word: string, json: PackageJson, operands: readonly string[]): Promise<number> {
  const { process, catalogue, folder, options } = run;
  const index = await catalogue.npm.index();
  const next: Record<string, unknown> = { ...json };
  for (const operand of operands) {
    const at = operand.indexOf('@', 1);
    const [name, range] = at < 0 ? [operand, 'latest'] : [operand.slice(0, at), operand.slice(at + 1)];
    for (const field of ['dependencies', 'devDependencies']) {
      const { [name]: _, ...kept } = table(next as PackageJson, field);
      if (next[field] !== undefined) next[field] = kept;
    }
    if (word === 'remove') continue;
    const found = choosePackage(index.get(name), range);
    if (!found) return notFound(run, json, { name, range, isKnown: index.has(name) });
    const field = options.has('dev') || options.has('D') ? 'devDependencies' : 'dependencies';
    const kept =
      at >= 0 && range !== 'latest' ? range : `${options.has('exact') || options.has('E') ? '' : '^'}${found.version}`;
    const entries = { ...table(next as PackageJson, field), [name]: kept };
    next[field] = Object.fromEntries(Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1)));
  }
  await writeJson(process, `${folder}/package.json`, next);
  return install(run, next);
}

async function script(
  run: YarnRun,
  json: PackageJson,
  name: string | undefined,
  words: readonly string[],
): Promise<number> {
  const { process, folder } = run;
  const scripts = table(json, 'scripts');
  const program = `${folder}/node_modules/.bin/${name ?? ''}`;
  const isProgram =
    name !== undefined && scripts[name] === undefined && calls.statIfThere(process, program) !== undefined;
  if (name === undefined || (scripts[name] === undefined && !isProgram))
    return fault(process, undefined, name === undefined ? 'No command specified.' : `Command "${name}" not found.`);
  process.setEnv('PATH', `${folder}/node_modules/.bin:${process.env.get('PATH') ?? ''}`);
  const steps = isProgram ? [program] : [`pre${name}`, name, `post${name}`].flatMap((one) => scripts[one] ?? []);
  for (const text of steps) {
    const line = text === (isProgram ? program : scripts[name]) ? [text, ...words].join(' ') : text;
    await process.print(`$ ${line}\n`);
    const code = exitCode(await runCommand(process, ['sh', '-c', line]));
    if (code !== 0) return fault(process, undefined, `Command failed with exit code ${code}.`).then(() => code);
  }
  return 0;
}
