import type { Process } from '../../shell/kernel/process.ts';
import type { Program } from '../../shell/kernel/program.ts';
import { isInstalled, packageFiles, readStatus } from './dpkgStatus.ts';

/** dpkg: what is installed, whose a file is. Installing a .deb is not simulated. */
export const dpkg: Program = async (process) => {
  const [action = '', ...names] = process.argv.slice(1);
  switch (action) {
    case '--print-architecture':
      await process.print('amd64\n');
      return 0;
    case '--print-foreign-architectures':
      return 0;
    case '-l':
    case '--list':
      return list(process, names);
    case '-s':
    case '--status':
      return status(process, names);
    case '-L':
    case '--listfiles':
      return listFiles(process, names);
    case '-S':
    case '--search':
      return search(process, names);
    case '--get-selections':
      for (const { name } of (await readStatus(process)).values()) await process.print(`${name.padEnd(48)}install\n`);
      return 0;
    case '--configure':
      // All that is unpacked is configured.
      return 0;
    case '--add-architecture':
      if (names[0] === 'amd64') return 0;
      await process.write(2, `dpkg: error: packages of ${names[0] ?? 'another architecture'} are not simulated\n`);
      return 2;
    case '--version':
      await process.print("Debian 'dpkg' package management program version 1.21.22 (amd64).\n");
      return 0;
    default:
      await process.write(
        2,
        `dpkg: error: ${action === '' ? 'need an action option' : `${action} is not simulated`}\n`,
      );
      return 2;
  }
};

async function list(process: Process, patterns: readonly string[]): Promise<number> {
  const packages = [...(await readStatus(process)).values()];
  const shown = packages.filter(({ name }) => patterns.length === 0 || patterns.includes(name));
  if (shown.length === 0 && patterns.length > 0) {
    for (const name of patterns) await process.write(2, `dpkg-query: no packages found matching ${name}\n`);
    return 1;
  }
  const width = (texts: readonly string[], least: number) => Math.max(least, ...texts.map(({ length }) => length));
  const nameWidth = width(
    shown.map(({ name }) => name),
    4,
  );
  const versionWidth = width(
    shown.map(({ version }) => version),
    7,
  );
  const row = (name: string, version: string, architecture: string, text: string) =>
    `${name.padEnd(nameWidth)} ${version.padEnd(versionWidth)} ${architecture.padEnd(12)} ${text}`.trimEnd();
  await process.print(
    `Desired=Unknown/Install/Remove/Purge/Hold\n| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)\n||/ ${row('Name', 'Version', 'Architecture', 'Description')}\n+++-${'='.repeat(nameWidth)}-${'='.repeat(versionWidth)}-${'='.repeat(12)}-${'='.repeat(33)}\n`,
  );
  for (const { name, version, description } of shown)
    await process.print(`ii  ${row(name, version, 'amd64', description)}\n`);
  return 0;
}

async function status(process: Process, names: readonly string[]): Promise<number> {
  const packages = await readStatus(process);
  let code = 0;
  for (const name of names) {
    const found = packages.get(name);
    if (found) await process.print(`${found.record}\n`);
    else {
      code = 1;
      await process.write(
        2,
        `dpkg-query: package '${name}' is not installed and no information is available\nUse dpkg --info (= dpkg-deb --info) to examine archive files.\n`,
      );
    }
  }
  return code;
}

async function listFiles(process: Process, names: readonly string[]): Promise<number> {
  let code = 0;
  for (const name of names) {
    const files = await packageFiles(process, name);
    if (files) await process.print(`${files.join('\n')}\n`);
    else {
      code = 1;
      await process.write(
        2,
        `dpkg-query: package '${name}' is not installed\nUse dpkg --contents (= dpkg-deb --contents) to list archive files contents.\n`,
      );
    }
  }
  return code;
}

async function search(process: Process, patterns: readonly string[]): Promise<number> {
  const packages = await readStatus(process);
  const found = new Set<string>();
  for (const name of packages.keys()) {
    for (const path of (await packageFiles(process, name)) ?? []) {
      for (const pattern of patterns) {
        if (pattern.startsWith('/') ? path !== pattern : !path.includes(pattern)) continue;
        found.add(pattern);
        await process.print(`${name}: ${path}\n`);
      }
    }
    if (process.isDue) await process.pause();
  }
  const missing = patterns.filter((pattern) => !found.has(pattern));
  for (const pattern of missing) await process.write(2, `dpkg-query: no path found matching pattern ${pattern}\n`);
  return missing.length > 0 ? 1 : 0;
}

const DEFAULT_FORMAT = ['$', '{Package}\t$', '{Version}\n'].join('');

/** dpkg-query: as dpkg's own questions, and -W with a format of fields. */
export const dpkgQuery: Program = async (process) => {
  const [action = '', ...rest] = process.argv.slice(1);
  if (action !== '-W' && action !== '--show') return dpkg(process);
  const packages = await readStatus(process);
  let format = DEFAULT_FORMAT;
  const names: string[] = [];
  for (let i = 0; i < rest.length; i++) {
    const argument = rest[i] as string;
    if (argument === '-f') format = rest[++i] ?? '';
    else if (argument.startsWith('-f')) format = argument.slice(2).replace(/^=/, '');
    else if (argument.startsWith('--showformat=')) format = argument.slice(13);
    else names.push(argument);
  }
  let code = 0;
  for (const name of names.length > 0 ? names : packages.keys()) {
    const found = packages.get(name);
    if (!found || !isInstalled(packages, name)) {
      await process.write(2, `dpkg-query: no packages found matching ${name}\n`);
      code = 1;
      continue;
    }
    const field = (key: string) => new RegExp(`^${key}: (.*)$`, 'm').exec(found.record)?.[1] ?? '';
    await process.print(
      format
        .replaceAll(/\$\{([\w-]+)(?:;(-?\d+))?\}/g, (_, key: string, width?: string) => {
          const value =
            key === 'binary:Package' ? field('Package') : key === 'db:Status-Status' ? 'installed' : field(key);
          const columns = Number(width ?? 0);
          return columns < 0 ? value.padEnd(-columns) : value.padStart(columns);
        })
        .replaceAll('\\n', '\n')
        .replaceAll('\\t', '\t'),
    );
  }
  return code;
};
