import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import type { Program } from '../../../shell/kernel/program.ts';
import type { Catalogue } from '../../catalogue.ts';
import { keyEntry, readKey } from './rpmKeys.ts';
import { removePaths } from '../unpackEntries.ts';
import { wildcard } from '../wildcard.ts';
import {
  databaseKey,
  type RpmInstalled,
  readRpmDatabase,
  rpmFullName,
  rpmVersion,
  writeRpmDatabase,
} from './rpmDatabase.ts';
import { type RpmRelease, rpmRelease } from './rpmRelease.ts';

const VERSIONS = { 7: '4.11.3', 9: '4.16.1.3' } as const;
const LONG: Readonly<Record<string, string>> = {
  '--query': 'q',
  '--all': 'a',
  '--list': 'l',
  '--info': 'i',
  '--file': 'f',
  '--requires': 'R',
  '--configfiles': 'c',
  '--docfiles': 'd',
  '--erase': 'e',
  '--nodeps': 'nodeps',
  '--quiet': 'quiet',
  '--whatrequires': 'whatrequires',
  '--version': 'version',
  '--import': 'import',
  '--install': 'install',
  '--upgrade': 'U',
  '--eval': 'E',
};

interface RpmArguments {
  readonly flags: ReadonlySet<string>;
  readonly format: string | undefined;
  readonly operands: readonly string[];
}

/** rpm: questions about what is installed, and removal. Packages come by yum and dnf. */
export function rpm(catalogue: Catalogue): Program {
  return async (process) => {
    const given = readArguments(process.argv.slice(1));
    if (typeof given === 'string') {
      await process.write(2, `rpm: ${given}\n`);
      return 1;
    }
    const release = await rpmRelease(process, catalogue);
    const { flags } = given;
    if (flags.has('version')) return printed(process, `RPM version ${VERSIONS[release.major]}\n`);
    if (flags.has('E')) return printed(process, `${given.operands.map((text) => expand(release, text)).join('\n')}\n`);
    if (flags.has('q')) return query(process, given);
    if (flags.has('e')) return erase(process, given);
    if (flags.has('import')) return importKeys(process, release, given);
    const why = flags.has('install') || flags.has('U') || flags.has('F') || flags.has('i');
    await process.write(
      2,
      why
        ? 'rpm: packages of files and addresses are not simulated; yum and dnf install those of the catalogue\n'
        : 'RPM version 4\nUsage: rpm [OPTION...]\n',
    );
    return 1;
  };
}

async function printed(process: Process, text: string): Promise<number> {
  await process.print(text);
  return 0;
}

function readArguments(words: readonly string[]): RpmArguments | string {
  const flags = new Set<string>();
  const operands: string[] = [];
  let format: string | undefined;
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (word.startsWith('--qf') || word.startsWith('--queryformat')) {
      format = word.includes('=') ? word.slice(word.indexOf('=') + 1) : words[++i];
      if (format === undefined) return `${word}: missing argument`;
    } else if (word.startsWith('--')) {
      const flag = Object.hasOwn(LONG, word) ? LONG[word] : undefined;
      if (flag === undefined) return `${word}: no option that is simulated`;
      flags.add(flag);
    } else if (word.startsWith('-') && word.length > 1) {
      for (const letter of word.slice(1)) {
        if (!'qalifRcdevhUFE'.includes(letter)) return `-${letter}: no option that is simulated`;
        flags.add(letter);
      }
    } else operands.push(word);
  }
  const odd = ['v', 'h'].find((letter) => flags.has(letter) && flags.has('q'));
  if (odd !== undefined) return `-${odd}: not simulated beside -q`;
  return { flags, format, operands };
}

/** Macros that Dockerfiles ask for: `%{rhel}`, `%dist`, `%{_arch}`. */
function expand(release: RpmRelease, text: string): string {
  const macros: Readonly<Record<string, string>> = {
    rhel: String(release.major),
    el7: release.major === 7 ? '1' : '',
    dist: `.el${release.major}`,
    _arch: 'x86_64',
    _host_cpu: 'x86_64',
    _bindir: '/usr/bin',
    _libdir: '/usr/lib64',
  };
  return text.replace(/%(?:\{(\w+)\}|(\w+))/g, (whole, braced: string | undefined, bare: string | undefined) => {
    const name = braced ?? bare ?? '';
    return Object.hasOwn(macros, name) ? (macros[name] as string) : whole;
  });
}

async function query(process: Process, given: RpmArguments): Promise<number> {
  const { flags, operands } = given;
  const installed = await readRpmDatabase(process);
  if (flags.has('a')) {
    const patterns = operands.map(wildcard);
    for (const one of installed.values())
      if (patterns.length === 0 || patterns.some((pattern) => pattern.test(one.name) || pattern.test(rpmFullName(one))))
        await show(process, given, one);
    return 0;
  }
  let code = 0;
  for (const operand of operands) {
    const found = flags.has('f')
      ? ownersOf(process, installed, operand)
      : await named(process, given, installed, operand);
    if (typeof found === 'string') {
      await process.write(found.startsWith('error') ? 2 : 1, found);
      code = 1;
    } else for (const one of found) await show(process, given, one);
  }
  if (operands.length === 0) {
    await process.write(2, 'rpm: no arguments given for query\n');
    return 1;
  }
  return code;
}

async function named(
  _process: Process,
  { flags }: RpmArguments,
  installed: ReadonlyMap<string, RpmInstalled>,
  operand: string,
): Promise<readonly RpmInstalled[] | string> {
  if (flags.has('whatrequires')) {
    const found = [...installed.values()].filter(({ requires }) => requires.includes(operand));
    return found.length > 0 ? found : `no package requires ${operand}\n`;
  }
  const found = [...installed.values()].filter(
    (one) =>
      one.name === operand ||
      [rpmFullName(one), `${one.name}-${rpmVersion(one)}`, `${one.name}-${one.version}`].includes(operand),
  );
  return found.length > 0 ? found : `package ${operand} is not installed\n`;
}

function ownersOf(
  process: Process,
  installed: ReadonlyMap<string, RpmInstalled>,
  operand: string,
): readonly RpmInstalled[] | string {
  if (!calls.lstatIfThere(process, operand)) return `error: file ${operand}: No such file or directory\n`;
  const slash = operand.lastIndexOf('/');
  const folder = calls.realpath(process, slash < 0 ? '.' : operand.slice(0, slash) || '/');
  const path = `${folder === '/' ? '' : folder}/${operand.slice(slash + 1)}`;
  const found = [...installed.values()].filter(({ paths }) => paths.includes(path));
  return found.length > 0 ? found : `file ${operand} is not owned by any package\n`;
}

async function show(process: Process, { flags, format }: RpmArguments, one: RpmInstalled): Promise<void> {
  if (flags.has('quiet')) return;
  if (format !== undefined) return void (await process.print(formatted(format, one)));
  const listed = flags.has('l') || flags.has('c') || flags.has('d') || flags.has('R') || flags.has('i');
  if (flags.has('i')) await process.print(information(one));
  if (flags.has('R')) for (const name of one.requires) await process.print(`${name}\n`);
  const isWanted = (path: string) =>
    (!flags.has('c') || path.startsWith('/etc/')) && (!flags.has('d') || path.startsWith('/usr/share/doc/'));
  const paths = flags.has('l') || flags.has('c') || flags.has('d') ? one.paths.filter(isWanted) : [];
  for (const path of paths) await process.print(`${path}\n`);
  if (flags.has('l') && one.paths.length === 0) await process.print('(contains no files)\n');
  if (!listed) await process.print(`${rpmFullName(one)}\n`);
}

function information(one: RpmInstalled): string {
  const rows = [
    ['Name', one.name],
    ['Version', one.version],
    ['Release', one.release],
    ['Architecture', one.architecture || '(none)'],
    ['Install Date', new Date(one.installedSec * 1000).toUTCString()],
    ['Group', 'Unspecified'],
    ['Size', String(one.sizeBytes)],
    ['License', one.license],
    ['Signature', '(none)'],
    ['Source RPM', `${one.source}-${rpmVersion(one)}.src.rpm`],
    ['Relocations', '(not relocatable)'],
    ['Summary', one.summary],
    ['Description', ''],
  ];
  const lines = rows.map(([title = '', value]) => `${title.padEnd(12)}: ${value}\n`);
  return `${lines.join('')}${one.summary}.\n`;
}

/** `%{NAME}-%{VERSION}\n`: tags and escapes of a query format. */
function formatted(format: string, one: RpmInstalled): string {
  const tags: Readonly<Record<string, string>> = {
    NAME: one.name,
    VERSION: one.version,
    RELEASE: one.release,
    ARCH: one.architecture || '(none)',
    EPOCH: '(none)',
    EPOCHNUM: '0',
    SIZE: String(one.sizeBytes),
    LICENSE: one.license,
    SUMMARY: one.summary,
    INSTALLTIME: String(one.installedSec),
    SOURCERPM: `${one.source}-${rpmVersion(one)}.src.rpm`,
    NVRA: rpmFullName(one),
    NEVRA: rpmFullName(one),
    EVR: rpmVersion(one),
  };
  return format
    .replace(/%(-?\d*)\{([\w:]+)\}/g, (_whole, width: string, tag: string) => {
      const value = tags[(tag.split(':')[0] ?? '').toUpperCase()] ?? '(none)';
      const columns = Number(width);
      return columns < 0 ? value.padEnd(-columns) : value.padStart(columns);
    })
    .replaceAll('\\n', '\n')
    .replaceAll('\\t', '\t');
}

async function importKeys(process: Process, release: RpmRelease, { operands }: RpmArguments): Promise<number> {
  if (operands.length === 0) {
    await process.write(2, 'rpm: no packages given for import\n');
    return 1;
  }
  const installed = await readRpmDatabase(process);
  let failures = 0;
  for (const path of operands) {
    const key = await readKey(process, release, path);
    if (typeof key === 'string') {
      await process.write(2, `error: ${key}\n`);
      failures++;
      continue;
    }
    if (process.credentials.uid !== 0) {
      await process.write(2, `error: ${path}: key 1 import failed.\n`);
      return 1;
    }
    const entry = keyEntry(key, process.kernel.clock.now().sec);
    if (!installed.has(databaseKey(entry))) installed.set(databaseKey(entry), entry);
  }
  if (failures < operands.length) await writeRpmDatabase(process, installed.values());
  return failures;
}

/** A line of hash marks (rpm(8), --hash). */
function progress(head: string): string {
  return `${head.padEnd(37)} ${'#'.repeat(33)} [100%]\n`;
}

async function erase(process: Process, { flags, operands }: RpmArguments): Promise<number> {
  const installed = await readRpmDatabase(process);
  const missing = operands.filter((name) => !installed.has(name));
  for (const name of missing) await process.write(2, `error: package ${name} is not installed\n`);
  if (missing.length > 0) return missing.length;
  if (process.credentials.uid !== 0) {
    await process.write(2, "error: can't create transaction lock on /var/lib/rpm/.rpm.lock (Permission denied)\n");
    return 1;
  }
  const going = new Set(operands);
  const broken = [...installed.values()].filter(
    (one) => !going.has(one.name) && one.requires.some((name) => going.has(name)),
  );
  if (broken.length > 0 && !flags.has('nodeps')) {
    await process.write(2, 'error: Failed dependencies:\n');
    for (const one of broken)
      for (const name of one.requires.filter((required) => going.has(required)))
        await process.write(2, `\t${name} is needed by (installed) ${rpmFullName(one)}\n`);
    return broken.length;
  }
  if (flags.has('h')) await process.print(`${progress('Preparing...')}Cleaning up / removing...\n`);
  else if (flags.has('v')) await process.print('Preparing packages...\n');
  for (const [i, name] of operands.entries()) {
    const one = installed.get(name) as RpmInstalled;
    if (flags.has('h')) await process.print(progress(`${String(i + 1).padStart(4)}:${one.name}-${rpmVersion(one)}`));
    else if (flags.has('v')) await process.print(`${rpmFullName(one)}\n`);
    await removePaths(process, one.paths);
    installed.delete(name);
  }
  await writeRpmDatabase(process, installed.values());
  return 0;
}
