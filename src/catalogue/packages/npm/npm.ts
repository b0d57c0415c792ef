import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import { exitCode } from '../../../shell/kernel/waitStatus.ts';
import type { Program } from '../../../shell/kernel/program.ts';
import { findCommand, runCommand } from '../../../shell/utilities/launch.ts';
import type { Catalogue } from '../../catalogue.ts';
import { installedVersion } from '../../services/installedVersion.ts';
import { findPaths } from '../findPaths.ts';
import { removePaths } from '../unpackEntries.ts';
import { npmConfig } from './npmConfig.ts';
import { cacheFolder, npmError, reify, unresolved, wantedOf } from './npmInstall.ts';
import { choosePackage } from './npmPackages.ts';
import { lockedVersions, type PackageJson, readJson, table, textField, writeJson } from './npmProject.ts';

/** Of Node 20.9. */
const DEFAULT_VERSION = '10.1.0';
const COMMANDS: Readonly<Record<string, string>> = {
  i: 'install',
  in: 'install',
  add: 'install',
  install: 'install',
  ci: 'ci',
  'clean-install': 'ci',
  un: 'uninstall',
  rm: 'uninstall',
  remove: 'uninstall',
  uninstall: 'uninstall',
  ls: 'ls',
  list: 'ls',
  run: 'run',
  'run-script': 'run',
  start: 'start',
  test: 'test',
  t: 'test',
  init: 'init',
  cache: 'cache',
  root: 'root',
  prefix: 'prefix',
  config: 'config',
  audit: 'audit',
  view: 'view',
  fund: 'fund',
  version: 'version',
};
const SHORT: Readonly<Record<string, string>> = {
  g: 'global',
  y: 'yes',
  D: 'save-dev',
  S: 'save',
  P: 'save-prod',
  E: 'save-exact',
  f: 'force',
  s: 'silent',
  q: 'quiet',
  v: 'version',
  h: 'help',
};
const SWITCHES = new Set(
  'global yes save-dev save save-prod save-exact no-save force silent quiet version help production no-audit no-fund no-package-lock if-present'.split(
    ' ',
  ),
);
/** So it is always: scripts of packages do not run, nothing is shown while they come, versions are chosen alike. */
const ALWAYS_SO = new Set(
  'ignore-scripts legacy-peer-deps no-progress no-update-notifier prefer-offline unsafe-perm audit fund'.split(' '),
);
const WITH_ARGUMENT = new Set('omit include only loglevel cache'.split(' '));
/** Of the network, which is not asked. */
const WITHOUT_OBJECT = new Set('registry fetch-retries fetch-timeout'.split(' '));
const LOG_LEVELS = ['silent', 'error', 'warn', 'notice'];

export class NpmArguments {
  readonly operands: readonly string[];
  readonly #options: ReadonlyMap<string, string>;

  constructor(operands: readonly string[], options: ReadonlyMap<string, string>) {
    this.operands = operands;
    this.#options = options;
  }

  /** Gives the option that is not simulated. What stands behind `--` is a script's. */
  static parse(words: readonly string[]): NpmArguments | { readonly unknown: string } {
    const operands: string[] = [];
    const options = new Map<string, string>();
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as string;
      if (word === '--') {
        operands.push(...words.slice(i + 1));
        break;
      }
      if (!word.startsWith('-')) operands.push(word);
      else if (word.startsWith('--')) {
        const equals = word.indexOf('=');
        const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
        const takes = WITH_ARGUMENT.has(name) || WITHOUT_OBJECT.has(name);
        if (!takes && !SWITCHES.has(name) && !ALWAYS_SO.has(name)) return { unknown: word };
        options.set(name, equals >= 0 ? word.slice(equals + 1) : takes ? (words[++i] ?? '') : 'true');
        if (options.get(name) === 'false') {
          options.delete(name);
          options.set(`no-${name}`, 'true');
        }
        const level = options.get('loglevel');
        if (level !== undefined && !LOG_LEVELS.includes(level)) return { unknown: word };
        if (level === 'silent') options.set('silent', 'true');
      } else
        for (const letter of word.slice(1)) {
          const name = SHORT[letter];
          if (name === undefined) return { unknown: word };
          options.set(name, 'true');
        }
    }
    return new NpmArguments(operands, options);
  }

  has(name: string): boolean {
    return this.#options.has(name);
  }

  value(name: string): string | undefined {
    return this.#options.get(name);
  }
}

/** What a run of npm works on. */
export interface NpmRun {
  readonly process: Process;
  readonly catalogue: Catalogue;
  readonly given: NpmArguments;
  /** Where programs of all projects lie: `/usr/local`. */
  readonly prefix: string;
  /** npm's own. */
  readonly version: string;
}

/** npm, over the catalogue's packages. */
export function npm(catalogue: Catalogue): Program {
  return async (process) => {
    const given = NpmArguments.parse(process.argv.slice(1));
    if ('unknown' in given) return npmError(process, 'EUSAGE', [`option ${given.unknown} is not simulated`]);
    const [word = '', ...rest] = given.operands;
    const cacheAsked = given.value('cache');
    if (cacheAsked !== undefined) process.env.set('npm_config_cache', cacheAsked);
    if (given.has('force')) await process.write(2, 'npm WARN using --force Recommended protections disabled.\n');
    const version = (await installedVersion(process, 'npm'))?.replace(/-.*$/, '') ?? DEFAULT_VERSION;
    if (word === '' && given.has('version')) return printed(process, `${version}\n`);
    const command = Object.hasOwn(COMMANDS, word) ? COMMANDS[word] : undefined;
    if (command === undefined) {
      if (word !== '' && word !== 'help')
        return npmError(process, 'EUSAGE', [`Unknown command: "${word}", or one that is not simulated`]);
      await process.print(
        `npm <command>\n\nUsage:\n\nAll commands that are simulated:\n\n    ${[...new Set(Object.values(COMMANDS))].sort().join(', ')}\n\nnpm@${version}\n`,
      );
      return given.has('help') || word === 'help' ? 0 : 1;
    }
    const found = findCommand(process, 'npm') ?? '/usr/local/bin/npm';
    const prefix = found.slice(0, found.lastIndexOf('/bin/')) || '/usr';
    return perform({ process, catalogue, given, prefix, version }, command, rest);
  };
}

async function printed(process: Process, text: string): Promise<number> {
  await process.print(text);
  return 0;
}

async function perform(run: NpmRun, command: string, operands: readonly string[]): Promise<number> {
  const { process, given, prefix } = run;
  const folder = projectFolder(process);
  switch (command) {
    case 'root':
      return printed(process, `${given.has('global') ? `${prefix}/lib` : folder}/node_modules\n`);
    case 'prefix':
      return printed(process, `${given.has('global') ? prefix : folder}\n`);
    case 'config':
      return npmConfig(process, operands);
    case 'fund':
      return 0;
    case 'audit':
      return printed(process, 'found 0 vulnerabilities\n');
    case 'cache':
      return cache(run, operands);
    case 'init':
      return init(run);
    case 'view':
      return view(run, operands);
    default:
      break;
  }
  if (command === 'install' && given.has('global')) return installGlobally(run, operands);
  const json = await readJson(process, `${folder}/package.json`);
  if (typeof json === 'string')
    return npmError(process, 'EJSONPARSE', [`JSON.parse Failed to parse ${folder}/package.json: ${json}`]);
  switch (command) {
    case 'install':
      return install(run, folder, json, operands);
    case 'ci':
      return cleanInstall(run, folder, json);
    case 'uninstall':
      return uninstall(run, folder, json ?? {}, operands);
    case 'ls':
      return list(run, folder, json ?? {});
    default: {
      if (!json) return noPackage(process, folder);
      const [name, ...words] = command === 'run' ? operands : [command, ...operands];
      return script(run, folder, json, name, words);
    }
  }
}

/** The nearest folder above that is a project; the current one where none is. */
function projectFolder(process: Process): string {
  for (let at = process.cwd; at !== '' && at !== '/'; at = at.slice(0, at.lastIndexOf('/')))
    if (calls.statIfThere(process, `${at}/package.json`) || calls.statIfThere(process, `${at}/node_modules`)) return at;
  return process.cwd === '/' ? '' : process.cwd;
}

function noPackage(process: Process, folder: string): Promise<number> {
  return npmError(process, 'ENOENT', [
    'syscall open',
    `path ${folder}/package.json`,
    'errno -2',
    `enoent ENOENT: no such file or directory, open '${folder}/package.json'`,
    'enoent This is related to npm not being able to find a file.',
    'enoent ',
  ]);
}

/** `express@^4`, `@scope/name@1`: name and range. */
function specification(text: string): readonly [string, string] {
  const at = text.indexOf('@', 1);
  return at < 0 ? [text, 'latest'] : [text.slice(0, at), text.slice(at + 1)];
}

function isElsewhere(text: string): boolean {
  return /^(\.|\/|file:|git|https?:|[\w-]+\/)/.test(text) && !text.startsWith('@');
}

async function install(
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

async function cleanInstall(run: NpmRun, folder: string, json: PackageJson | undefined): Promise<number> {
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

async function uninstall(run: NpmRun, folder: string, json: PackageJson, names: readonly string[]): Promise<number> {
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

async function installGlobally(run: NpmRun, operands: readonly string[]): Promise<number> {
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

async function list(
  { process, given, prefix, version: ownVersion }: NpmRun,
  project_: string,
  json: PackageJson,
): Promise<number> {
  const folder = given.has('global') ? `${prefix}/lib` : project_;
  const held = lockedVersions(await readJson(process, `${folder}/node_modules/.package-lock.json`));
  const asked = given.has('global') ? undefined : wantedOf(json).wanted;
  const name = textField(json, 'name');
  const head =
    given.has('global') || name === undefined ? folder : `${name}@${textField(json, 'version') ?? ''} ${folder}`;
  const names = asked
    ? Object.keys(asked)
    : [...held.keys()]
        .filter((place) => place.lastIndexOf('node_modules/') === 0)
        .map((place) => place.slice('node_modules/'.length));
  const missing = asked ? names.filter((one) => !held.has(`node_modules/${one}`)) : [];
  const own = `${folder}/node_modules/npm`;
  if (given.has('global') && calls.statIfThere(process, own) && !names.includes('npm')) names.push('npm');
  const isWide = /UTF-?8/i.test(process.env.get('LC_ALL') ?? process.env.get('LANG') ?? '');
  const rows = names.sort().map((one, i) => {
    const mark = i === names.length - 1 ? (isWide ? '└──' : '`--') : isWide ? '├──' : '+--';
    const version = held.get(`node_modules/${one}`) ?? (one === 'npm' && !asked ? ownVersion : undefined);
    return version === undefined ? `${mark} UNMET DEPENDENCY ${one}@${asked?.[one]}\n` : `${mark} ${one}@${version}\n`;
  });
  const empty = isWide ? '└── (empty)\n' : '`-- (empty)\n';
  await process.print(new TextEncoder().encode(`${head}\n${rows.length > 0 ? rows.join('') : empty}\n`));
  for (const one of missing)
    await process.write(
      2,
      `npm ERR! missing: ${one}@${asked?.[one]}, required by ${name}@${textField(json, 'version')}\n`,
    );
  return missing.length > 0 ? 1 : 0;
}

async function script(
  { process, given }: NpmRun,
  folder: string,
  json: PackageJson,
  name: string | undefined,
  words: readonly string[],
): Promise<number> {
  const scripts = table(json, 'scripts');
  if (name === undefined) {
    const isUsual = (one: string) => ['test', 'start', 'stop', 'restart'].includes(one);
    const full = `${textField(json, 'name') ?? ''}@${textField(json, 'version') ?? ''}`;
    const show = (all: readonly (readonly [string, string])[]) =>
      all.map(([one, text]) => `  ${one}\n    ${text}\n`).join('');
    const [usual, others] = [true, false].map((wanted) =>
      Object.entries(scripts).filter(([one]) => isUsual(one) === wanted),
    ) as [[string, string][], [string, string][]];
    if (usual.length > 0) await process.print(`Lifecycle scripts included in ${full}:\n${show(usual)}`);
    if (others.length > 0)
      await process.print(`${usual.length > 0 ? '\n' : ''}available via \`npm run-script\`:\n${show(others)}`);
    return 0;
  }
  const usual = name === 'start' && calls.statIfThere(process, `${folder}/server.js`) ? 'node server.js' : undefined;
  if ((scripts[name] ?? usual) === undefined) {
    if (given.has('if-present')) return 0;
    return npmMissing(process, name);
  }
  process.env.set('PATH', `${folder}/node_modules/.bin:${process.env.get('PATH') ?? ''}`);
  process.env.set('npm_lifecycle_event', name);
  for (const one of [`pre${name}`, name, `post${name}`]) {
    const text = scripts[one] ?? (one === name ? usual : undefined);
    if (text === undefined) continue;
    const line = one === name && words.length > 0 ? `${text} ${words.join(' ')}` : text;
    if (!given.has('silent'))
      await process.print(
        `\n> ${textField(json, 'name') ?? ''}@${textField(json, 'version') ?? ''} ${one}\n> ${line}\n\n`,
      );
    const code = exitCode(await runCommand(process, ['sh', '-c', line]));
    if (code !== 0) return code;
  }
  return 0;
}

async function npmMissing(process: Process, name: string): Promise<number> {
  await process.write(
    2,
    `npm ERR! Missing script: "${name}"\nnpm ERR! \nnpm ERR! To see a list of scripts, run:\nnpm ERR!   npm run\n`,
  );
  return 1;
}

async function init({ process, given }: NpmRun): Promise<number> {
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
  return printed(process, `Wrote to ${path}:\n\n${JSON.stringify(json, null, 2)}\n\n\n`);
}

async function view({ process, catalogue }: NpmRun, [operand = '', field]: readonly string[]): Promise<number> {
  const [name, range] = specification(operand);
  const versions = (await catalogue.npm.index()).get(name);
  const found = choosePackage(versions, range);
  if (!found) return unresolved(process, { name, range, isKnown: versions !== undefined });
  if (field === 'version') return printed(process, `${found.version}\n`);
  return printed(
    process,
    `${found.name}@${found.version} | ${found.license} | deps: ${Object.keys(found.dependencies).length} | versions: ${versions?.length}\n`,
  );
}

async function cache({ process, given }: NpmRun, [what]: readonly string[]): Promise<number> {
  if (what === 'verify') return printed(process, `Cache verified and compressed (${cacheFolder(process)}/_cacache)\n`);
  if (what !== 'clean' && what !== 'clear') return npmError(process, 'EUSAGE', ['Usage: npm cache clean | verify']);
  if (!given.has('force'))
    return npmError(process, 'EUSAGE', [
      'As of npm@5, the npm cache self-heals from corruption issues',
      'by treating integrity mismatches as cache misses. To delete it all the same, use --force.',
    ]);
  await removePaths(process, findPaths(process, `${cacheFolder(process)}/_cacache`));
  return 0;
}
