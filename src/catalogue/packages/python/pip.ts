import type { Process } from '../../../shell/kernel/process.ts';
import type { Program } from '../../../shell/kernel/program.ts';
import * as calls from '../../../shell/kernel/calls.ts';
import { decodeName } from '../../../bytes/byteName.ts';
import type { Catalogue } from '../../catalogue.ts';
import type { LanguagePackage } from '../../languagePackages.ts';
import { findPaths } from '../findPaths.ts';
import { removePaths } from '../unpackEntries.ts';
import { pipConfig } from './pipConfig.ts';
import { failed, pipInstall, withFolders } from './pipInstall.ts';
import { readRequirement } from './pipRequirement.ts';
import { type PythonHome, pythonHome } from './pythonHome.ts';
import { distributions, metadata, normalName, recordedPaths } from './sitePackages.ts';

const SHORT: Readonly<Record<string, string>> = {
  '--quiet': '-q',
  '--upgrade': '-U',
  '--requirement': '-r',
  '--yes': '-y',
  '--verbose': '-v',
  '-t': '--target',
  '-i': '--index-url',
  '-qq': '-q',
  '-qqq': '-q',
  '--ignore-installed': '-I',
};
const WITH_ARGUMENT = new Set(
  '-r --target --index-url --extra-index-url --root-user-action --progress-bar --format --cache-dir'.split(' '),
);
/** Of the network, which is not asked, and of the choice among versions, of which there is one. */
const WITHOUT_OBJECT = new Set('--trusted-host --timeout --retries --upgrade-strategy --only-binary'.split(' '));
const SWITCHES = new Set(
  '-q -U -y -v --user --no-cache-dir --no-deps --force-reinstall --break-system-packages -I --all'.split(' '),
);
/** So it is always: nothing asks, is compiled or coloured, and no newer pip is looked for. */
const ALWAYS_SO = new Set(
  '--disable-pip-version-check --no-input --pre --prefer-binary --no-compile --no-build-isolation --no-warn-script-location --local -l --no-color --no-python-version-warning'.split(
    ' ',
  ),
);
/** They would change what is done, and do not here. */
const NOT_SIMULATED = new Set(
  '-e --editable --prefix --root --constraint -c --require-hashes --outdated -o --dry-run --find-links -f --compile --isolated --no-index --no-binary --uptodate --report'.split(
    ' ',
  ),
);

export class PipArguments {
  readonly operands: readonly string[];
  readonly #options: ReadonlyMap<string, readonly string[]>;

  constructor(operands: readonly string[], options: ReadonlyMap<string, readonly string[]>) {
    this.operands = operands;
    this.#options = options;
  }

  /** Gives the words of a fault. */
  static parse(words: readonly string[]): PipArguments | string {
    const operands: string[] = [];
    const options = new Map<string, string[]>();
    for (let i = 0; i < words.length; i++) {
      const word = words[i] as string;
      if (!word.startsWith('-') || word === '-') {
        operands.push(word);
        continue;
      }
      const equals = word.startsWith('--') ? word.indexOf('=') : -1;
      const attached = /^-[rtcif]./.test(word) && !word.startsWith('--');
      const spelled = attached ? word.slice(0, 2) : equals < 0 ? word : word.slice(0, equals);
      const name = SHORT[spelled] ?? spelled;
      if (NOT_SIMULATED.has(name)) return `option ${spelled} is not simulated`;
      if (WITH_ARGUMENT.has(name) || WITHOUT_OBJECT.has(name)) {
        const value = attached ? word.slice(2) : equals < 0 ? words[++i] : word.slice(equals + 1);
        if (value === undefined) return `${spelled} option requires 1 argument`;
        options.set(name, [...(options.get(name) ?? []), value]);
      } else if (SWITCHES.has(name)) options.set(name, []);
      else if (!ALWAYS_SO.has(name)) return `no such option: ${spelled}`;
    }
    return new PipArguments(operands, options);
  }

  has(name: string): boolean {
    return this.#options.has(name);
  }

  values(name: string): readonly string[] {
    return this.#options.get(name) ?? [];
  }
}

/** What a run of pip works on. */
export interface PipRun {
  readonly process: Process;
  readonly given: PipArguments;
  readonly home: PythonHome;
  /** By normal name. */
  readonly index: ReadonlyMap<string, LanguagePackage>;
  readonly tell: (text: string) => undefined | Promise<void>;
}

/** pip, over the catalogue's packages. */
export function pip(catalogue: Catalogue): Program {
  return (process) => runPip(process, catalogue, process.argv.slice(1));
}

/** `pip WORDS…`, also as `python -m pip WORDS…`. */
export async function runPip(process: Process, catalogue: Catalogue, words: readonly string[]): Promise<number> {
  const home = await pythonHome(process);
  if (!home) return failed(process, 'no Python is installed beside this pip');
  const version = distributions(process, home).get('pip')?.version ?? process.env.get('PYTHON_PIP_VERSION') ?? '23.0.1';
  // Options may stand in front of the command.
  const at = words.findIndex((word) => !word.startsWith('-') || /^(--version|--help|-V|-h)$/.test(word));
  const command = words[at] ?? '';
  const rest = [...words.slice(0, Math.max(at, 0)), ...words.slice(at + 1)];
  if (command === '--version' || command === '-V') {
    await process.print(`pip ${version} from ${home.site}/pip (python ${home.minor})\n`);
    return 0;
  }
  if (command === '' || command === 'help' || command === '--help' || command === '-h') {
    await process.print(
      '\nUsage:   \n  pip <command> [options]\n\nCommands that are simulated:\n  install, uninstall, list, freeze, show, check, cache, config\n',
    );
    return 0;
  }
  const given = PipArguments.parse(rest);
  if (typeof given === 'string') {
    await process.write(2, `\nUsage:   \n  pip ${command} [options]\n\n${given}\n`);
    return 2;
  }
  const tell = (text: string) => (given.has('-q') ? undefined : process.print(text));
  const run: PipRun = { process, given, home, tell, index: await byNormalName(catalogue) };
  if (given.has('-v')) await tell(`Using pip ${version} from ${home.site}/pip (python ${home.minor})\n`);
  switch (command) {
    case 'install':
      return pipInstall(run);
    case 'uninstall':
      return uninstall(run);
    case 'list':
      return list(run);
    case 'freeze':
      return freeze(run);
    case 'show':
      return show(run);
    case 'check':
      await process.print('No broken requirements found.\n');
      return 0;
    case 'cache':
      return cache(run);
    case 'config':
      return pipConfig(run);
    default:
      return failed(process, `unknown command "${command}"`);
  }
}

async function byNormalName(catalogue: Catalogue): Promise<ReadonlyMap<string, LanguagePackage>> {
  const index = await catalogue.languages.pip.index();
  return new Map([...index.values()].map((one) => [normalName(one.name), one]));
}

async function uninstall(run: PipRun): Promise<number> {
  const { process, home, given } = run;
  const installed = distributions(process, home);
  if (given.operands.length === 0)
    return failed(process, 'You must give at least one requirement to uninstall (see "pip help uninstall")');
  for (const operand of given.operands) {
    const found = installed.get(readRequirement(operand)?.key ?? normalName(operand));
    if (!found) {
      await process.write(2, `WARNING: Skipping ${operand} as it is not installed.\n`);
      continue;
    }
    const full = `${found.name}-${found.version}`;
    await run.tell(`Found existing installation: ${found.name} ${found.version}\nUninstalling ${full}:\n`);
    const paths = await recordedPaths(process, found);
    if (!given.has('-y')) {
      await process.print(`  Would remove:\n${paths.map((path) => `    ${path}\n`).join('')}Proceed (Y/n)? `);
      const answer = decodeName(await process.read(0, 256)).trim();
      if (!/^(y.*)?$/i.test(answer)) continue;
    }
    const all = paths.length > 0 ? withFolders(paths) : findPaths(process, found.info);
    await removePaths(process, all);
    await run.tell(`  Successfully uninstalled ${full}\n`);
  }
  return 0;
}

async function list({ process, home, given }: PipRun): Promise<number> {
  const all = [...distributions(process, home).values()].sort(byName);
  const format = given.values('--format').at(-1);
  if (format === 'json') {
    await process.print(`${JSON.stringify(all.map(({ name, version }) => ({ name, version })))}\n`);
    return 0;
  }
  if (format === 'freeze') {
    for (const { name, version } of all) await process.print(`${name}==${version}\n`);
    return 0;
  }
  const width = Math.max(7, ...all.map(({ name }) => name.length));
  const versions = Math.max(7, ...all.map(({ version }) => version.length));
  const rows = [
    ['Package', 'Version'],
    ['-'.repeat(width), '-'.repeat(versions)],
    ...all.map(({ name, version }) => [name, version]),
  ];
  for (const [name = '', version] of rows) await process.print(`${name.padEnd(width)} ${version}\n`);
  return 0;
}

/** Those that pip itself is made of are left out. */
async function freeze({ process, home, given }: PipRun): Promise<number> {
  const hidden = given.has('--all') ? [] : ['pip', 'setuptools', 'wheel', 'distribute'];
  for (const { name, version } of [...distributions(process, home).values()].sort(byName))
    if (!hidden.includes(normalName(name))) await process.print(`${name}==${version}\n`);
  return 0;
}

async function show({ process, home, given }: PipRun): Promise<number> {
  const installed = distributions(process, home);
  let code = 0;
  for (const [i, operand] of given.operands.entries()) {
    const found = installed.get(normalName(operand));
    if (!found) {
      await process.write(2, `WARNING: Package(s) not found: ${operand}\n`);
      code = 1;
      continue;
    }
    const requires = ((await metadata(process, found)).get('Requires-Dist') ?? []).flatMap(
      (text) => readRequirement(text)?.name ?? [],
    );
    const needing: string[] = [];
    for (const one of installed.values()) {
      const needs = (await metadata(process, one)).get('Requires-Dist') ?? [];
      if (needs.some((text) => readRequirement(text)?.key === normalName(found.name))) needing.push(one.name);
    }
    const summary = (await metadata(process, found)).get('Summary')?.[0] ?? '';
    await process.print(
      `${i > 0 ? '---\n' : ''}Name: ${found.name}\nVersion: ${found.version}\nSummary: ${summary}\nHome-page: \nAuthor: \nAuthor-email: \nLicense: \nLocation: ${found.site}\nRequires: ${requires.sort().join(', ')}\nRequired-by: ${needing.sort().join(', ')}\n`,
    );
  }
  return given.operands.length === 0 ? 1 : code;
}

async function cache({ process, given }: PipRun): Promise<number> {
  const folder = `${process.env.get('XDG_CACHE_HOME') ?? `${process.env.get('HOME') ?? '/root'}/.cache`}/pip`;
  const [what] = given.operands;
  if (what === 'dir') {
    await process.print(`${folder}\n`);
    return 0;
  }
  if (what !== 'purge') return failed(process, 'Need an action (dir, purge) to perform.');
  const files = findPaths(process, folder).filter((path) => (calls.lstat(process, path).mode & 0o170000) === 0o100000);
  await removePaths(process, findPaths(process, folder));
  await process.print(`Files removed: ${files.length}\n`);
  return 0;
}

function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name.toLowerCase() < b.name.toLowerCase() ? -1 : 1;
}
