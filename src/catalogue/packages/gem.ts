import { decodeName } from '../../bytes/byteName.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import type { Program } from '../../shell/kernel/program.ts';
import type { Catalogue } from '../catalogue.ts';
import { type LanguagePackage, moduleFiles, withDependencies } from '../languagePackages.ts';
import type { LayerEntry } from '../layerTar.ts';
import { noteStandIns } from './standInNote.ts';
import { removePaths, unpackEntries } from './unpackEntries.ts';

/** RubyGems and the Ruby of Debian 12, and where that one keeps gems (`gem environment`). */
const GEM_VERSION = '3.3.15';
const GEM_HOME = 'var/lib/gems/3.1.0';
const PROGRAMS = 'usr/local/bin';

const FLAGS: Readonly<Record<string, 'noDocument' | 'quiet' | 'force' | 'all' | 'yes'>> = {
  '--no-document': 'noDocument',
  '-N': 'noDocument',
  '--no-ri': 'noDocument',
  '--no-rdoc': 'noDocument',
  '--quiet': 'quiet',
  '-q': 'quiet',
  '--force': 'force',
  '-f': 'force',
  '--all': 'all',
  '-a': 'all',
  '--executables': 'yes',
  '-x': 'yes',
};

interface GemArguments {
  readonly flags: ReadonlySet<string>;
  readonly version: string | undefined;
  readonly names: readonly string[];
}

/** `gem install|list|uninstall`, over the catalogue's gems. */
export function gem(catalogue: Catalogue): Program {
  return async (process) => {
    const [command = '', ...rest] = process.argv.slice(1);
    if (command === '--version' || command === '-v') {
      await process.print(`${GEM_VERSION}\n`);
      return 0;
    }
    if (command === '' || command === 'help' || command === '--help' || command === '-h') {
      await process.print(
        'RubyGems is a package manager for Ruby.\n\n  Usage:\n    gem -h/--help\n    gem -v/--version\n    gem command [arguments...] [options...]\n',
      );
      return command === '' ? 1 : 0;
    }
    const given = readArguments(rest);
    if (typeof given === 'string') return failed(process, 'Gem::OptionParser::InvalidOption', given);
    switch (command) {
      case 'i':
      case 'install':
        return installGems(process, catalogue, given);
      case 'list':
        return listGems(process, given);
      case 'uninstall':
        return uninstallGems(process, given);
      case 'update':
        await process.print('Updating installed gems\nNothing to update\n');
        return 0;
      default:
        return failed(process, 'Gem::CommandLineError', `Unknown command ${command}`);
    }
  };
}

function readArguments(arguments_: readonly string[]): GemArguments | string {
  const flags = new Set<string>();
  const names: string[] = [];
  let version: string | undefined;
  for (let i = 0; i < arguments_.length; i++) {
    const argument = arguments_[i] as string;
    const flag = Object.hasOwn(FLAGS, argument) ? FLAGS[argument] : undefined;
    if (flag !== undefined) flags.add(flag);
    else if (argument === '-v' || argument === '--version') {
      version = arguments_[++i];
      if (version === undefined) return `missing argument: ${argument}`;
    } else if (argument.startsWith('--version=')) version = argument.slice('--version='.length);
    else if (argument.startsWith('-')) return `invalid option: ${argument}`;
    else names.push(argument);
  }
  return { flags, version, names };
}

async function failed(process: Process, kind: string, message: string): Promise<number> {
  await process.write(2, `ERROR:  While executing gem ... (${kind})\n    ${message}\n`);
  return 1;
}

async function installGems(process: Process, catalogue: Catalogue, given: GemArguments): Promise<number> {
  if (given.names.length === 0)
    return failed(process, 'Gem::CommandLineError', 'Please specify at least one gem name (e.g. gem build GEMNAME)');
  if (process.credentials.uid !== 0)
    return failed(
      process,
      'Gem::FilePermissionError',
      `You don't have write permissions for the /${GEM_HOME} directory.`,
    );
  const index = await catalogue.languages.gem.index();
  const installed = installedGems(process);
  let count = 0;
  let code = 0;
  for (const asked of given.names) {
    const [name = '', version = given.version] = asked.split(':');
    const found = index.get(name);
    if (!found || !fits(found.version, version)) {
      const wanted = version === undefined ? '>= 0' : /^[\d.]+$/.test(version) ? `= ${version}` : version;
      await process.write(2, `ERROR:  Could not find a valid gem '${name}' (${wanted}) in any repository\n`);
      code = 2;
      continue;
    }
    const plan = withDependencies(index, [name], (one) => installed.has(one));
    const done = await installPlan(process, given, plan);
    for (const one of done) installed.set(one.name, one.version);
    count += done.length;
    if (done.length < plan.length) code = 1;
  }
  if (!given.flags.has('quiet') && count > 0)
    await process.print(`${count} ${count === 1 ? 'gem' : 'gems'} installed\n`);
  if (!given.flags.has('quiet') && count > 0) await noteStandIns(process, 'NOTE: ');
  return code;
}

/** Whether the version of the catalogue is one that is asked for: `3.1.0`, `~> 3.0`, `>= 2`. */
function fits(version: string, asked: string | undefined): boolean {
  if (asked === undefined) return true;
  const [, operator = '=', wanted = ''] = /^\s*(=|>=|<=|>|<|~>|!=)?\s*([\w.]+)\s*$/.exec(asked) ?? [];
  const order = compareVersions(version, wanted);
  switch (operator) {
    case '~>':
      return order >= 0 && compareVersions(version, nextOf(wanted)) < 0;
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '<':
      return order < 0;
    case '!=':
      return order !== 0;
    default:
      return order === 0;
  }
}

function nextOf(version: string): string {
  const parts = version.split('.').map(Number);
  if (parts.length > 1) parts.pop();
  parts[parts.length - 1] = (parts.at(-1) ?? 0) + 1;
  return parts.join('.');
}

function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Those that were installed: all, or those before the first that could not be compiled. */
async function installPlan(
  process: Process,
  given: GemArguments,
  plan: readonly LanguagePackage[],
): Promise<readonly LanguagePackage[]> {
  const tell = (text: string) => (given.flags.has('quiet') ? undefined : process.print(text));
  const done: LanguagePackage[] = [];
  for (const { name, version } of plan) await tell(`Fetching ${name}-${version}.gem\n`);
  for (const one of plan) {
    const full = `${one.name}-${one.version}`;
    if (one.needsCompiler) {
      await tell('Building native extensions. This could take a while...\n');
      if (!(await canCompile(process, full))) break;
    }
    await unpackEntries(process, gemEntries(one, given.flags.has('noDocument')));
    await tell(`Successfully installed ${full}\n`);
    done.push(one);
  }
  if (given.flags.has('noDocument') || done.length === 0) return done;
  for (const { name, version } of done)
    await tell(`Parsing documentation for ${name}-${version}\nInstalling ri documentation for ${name}-${version}\n`);
  const names = done.map(({ name }) => name).join(', ');
  await tell(`Done installing documentation for ${names} after ${done.length} seconds\n`);
  return done;
}

async function canCompile(process: Process, full: string): Promise<boolean> {
  const missing = [
    ['/usr/include/ruby-3.1.0/ruby.h', "mkmf.rb can't find header files for ruby at /usr/lib/ruby/include/ruby.h"],
    ['/usr/bin/make', 'sh: 1: make: not found'],
    ['/usr/bin/gcc', 'sh: 1: gcc: not found'],
  ].find(([path]) => !calls.statIfThere(process, path as string));
  if (!missing) return true;
  const built = `/${GEM_HOME}/gems/${full}`;
  await process.write(
    2,
    `ERROR:  Error installing ${full}:\n\tERROR: Failed to build gem native extension.\n\n    current directory: ${built}/ext\n/usr/bin/ruby3.1 extconf.rb\n${missing[1]}\n\nextconf failed, exit code 1\n\nGem files will remain installed in ${built} for inspection.\n`,
  );
  return false;
}

function gemEntries(one: LanguagePackage, noDocument: boolean): readonly LayerEntry[] {
  const { name, version } = one;
  const full = `${name}-${version}`;
  const home = `${GEM_HOME}/gems/${full}`;
  const library = name.replaceAll('-', '/');
  const sources = one.modules.map(
    (module) => `${home}/lib/${module.includes('/') ? module : `${library}/${module}`}.rb`,
  );
  const paths = [...new Set([`${home}/lib/${library}.rb`, ...sources, `${home}/README.md`, `${home}/LICENSE`])];
  const file = (path: string, sizeBytes: number, text?: string, mode = 0o644): LayerEntry => ({
    kind: 'f',
    path,
    mode,
    uid: 0,
    gid: 0,
    sizeBytes,
    ...(text !== undefined && { text }),
  });
  return [
    ...['build_info', 'extensions', 'plugins', 'doc'].map((path): LayerEntry => ({
      kind: 'd',
      path: `${GEM_HOME}/${path}`,
      mode: 0o755,
      uid: 0,
      gid: 0,
      sizeBytes: 0,
    })),
    ...moduleFiles(paths, one.unpackedBytes),
    file(`${GEM_HOME}/cache/${full}.gem`, one.archiveBytes),
    file(`${GEM_HOME}/specifications/${full}.gemspec`, 0, gemspec(one)),
    ...(noDocument ? [] : [file(`${GEM_HOME}/doc/${full}/ri/cache.ri`, Math.floor(one.unpackedBytes / 20))]),
    ...(one.needsCompiler
      ? [file(`${GEM_HOME}/extensions/x86_64-linux/3.1.0/${full}/${library}/${library}.so`, one.archiveBytes)]
      : []),
    ...one.programs.flatMap((program) => [
      file(`${home}/bin/${program}`, 900, undefined, 0o755),
      file(`${PROGRAMS}/${program}`, 550, undefined, 0o755),
    ]),
  ];
}

function gemspec({ name, version, dependencies, programs }: LanguagePackage): string {
  const lines = [
    '# -*- encoding: utf-8 -*-',
    `# stub: ${name} ${version} ruby lib`,
    '',
    'Gem::Specification.new do |s|',
    `  s.name = ${JSON.stringify(name)}.freeze`,
    `  s.version = ${JSON.stringify(version)}`,
    ...(programs.length > 0 ? [`  s.executables = ${JSON.stringify(programs)}`] : []),
    ...dependencies.map((one) => `  s.add_runtime_dependency(%q<${one}>.freeze, [">= 0"])`),
    'end',
  ];
  return `${lines.join('\n')}\n`;
}

/** Names and versions, as the specifications on the disk tell. */
function installedGems(process: Process): Map<string, string> {
  const folder = `/${GEM_HOME}/specifications`;
  const gems = new Map<string, string>();
  if (!calls.statIfThere(process, folder)) return gems;
  for (const { name } of calls.readdir(process, folder)) {
    const [, gemName, version] = /^(.+)-([\d.]+\w*)\.gemspec$/.exec(name) ?? [];
    if (gemName !== undefined && version !== undefined) gems.set(gemName, version);
  }
  return gems;
}

async function listGems(process: Process, given: GemArguments): Promise<number> {
  if (process.file(1).isTerminal && !given.flags.has('quiet')) await process.print('\n*** LOCAL GEMS ***\n\n');
  const [part] = given.names;
  for (const [name, version] of [...installedGems(process)].sort(([a], [b]) => (a < b ? -1 : 1)))
    if (part === undefined || name.includes(part.replace(/^\^|\$$/g, '')))
      await process.print(`${name} (${version})\n`);
  return 0;
}

async function uninstallGems(process: Process, given: GemArguments): Promise<number> {
  let code = 0;
  const installed = installedGems(process);
  for (const name of given.names) {
    const version = installed.get(name);
    if (version === undefined) {
      await process.print(`Gem '${name}' is not installed\n`);
      continue;
    }
    const full = `${name}-${version}`;
    const specification = `/${GEM_HOME}/specifications/${full}.gemspec`;
    const programs = readPrograms(decodeName(await calls.readFile(process, specification)));
    for (const program of programs) await process.print(`Removing ${program}\n`);
    const home = `/${GEM_HOME}`;
    const trees = [`${home}/gems/${full}`, `${home}/doc/${full}`, `${home}/extensions/x86_64-linux/3.1.0/${full}`];
    const paths = [
      ...trees.flatMap((tree) => [...below(process, tree)]),
      ...programs.map((program) => `/${PROGRAMS}/${program}`),
      `${home}/cache/${full}.gem`,
      specification,
    ];
    await removePaths(process, paths);
    await process.print(`Successfully uninstalled ${full}\n`);
  }
  if (given.names.length === 0)
    code = await failed(
      process,
      'Gem::CommandLineError',
      'Please specify at least one gem name (e.g. gem build GEMNAME)',
    );
  return code;
}

function readPrograms(gemspecText: string): readonly string[] {
  const [, list] = /^ {2}s\.executables = (\[.*\])$/m.exec(gemspecText) ?? [];
  return list === undefined ? [] : [...list.matchAll(/"([\w.-]+)"/g)].map(([, name]) => name as string);
}

/** A tree's paths; what a gem lays down is a few directories deep. */
function* below(process: Process, top: string): Generator<string> {
  const waiting = [top];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const found = calls.lstatIfThere(process, path);
    if (!found) continue;
    yield path;
    if ((found.mode & 0o170000) === 0o040000)
      for (const { name } of calls.readdir(process, path)) waiting.push(`${path}/${name}`);
  }
}
