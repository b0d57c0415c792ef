import { lstatIfThere, readdir, readFile, statIfThere, symlink, unlink, writeFile } from '../kernel/calls.ts';
import { decodeName, encodeName } from '../../bytes/byteName.ts';
import { isRegular, isSymlink } from '../../vfs/overlay/fileMode.ts';
import type { Process } from '../kernel/process.ts';
import { causeOf } from './failure.ts';
import { compareNames } from './nameOrder.ts';
import { joinPath } from './paths.ts';
import { utility } from './utility.ts';

const CACHE = '/etc/ld.so.cache';
const TRUSTED = ['/lib/x86_64-linux-gnu', '/usr/lib/x86_64-linux-gnu', '/lib', '/usr/lib'];

/** Makes `libx.so.1` links, and a cache: its lines are text, not glibc's table, as nothing reads it here. */
export const ldconfig = utility(
  {
    options: { print: '-p --print-cache', verbose: '-v --verbose', noCache: '-N', noLinks: '-X' },
    notSimulated: '-C=CACHE -c --format=FORMAT -f=CONF -i --ignore-aux-cache -l -n -r=ROOT',
    usage: '[OPTION...]',
    version: '(Debian GLIBC 2.36) 2.36',
  },
  async (process, options) => {
    const libraries = await findLibraries(process, options.operands);
    if (options.has('print')) {
      await process.print(
        `${libraries.length} libs found in cache \`${CACHE}'\n${libraries.map(({ name, path }) => `\t${name} (libc6,x86-64) => ${path}\n`).join('')}`,
      );
      return 0;
    }
    try {
      if (!options.has('noLinks')) for (const library of libraries) makeLink(process, library);
      if (!options.has('noCache')) {
        const text = `palimpsest library cache\n${libraries.map(({ name, path }) => `${name} ${path}\n`).join('')}`;
        await writeFile(process, CACHE, encodeName(text), 0o644);
      }
    } catch (error) {
      await process.write(2, `/sbin/ldconfig.real: Can't create temporary cache file ${CACHE}~: ${causeOf(error)}\n`);
      return 1;
    }
    if (options.has('verbose'))
      await process.print(
        libraries.map(({ name, path }) => `\t${name} -> ${path.slice(path.lastIndexOf('/') + 1)}\n`).join(''),
      );
    return 0;
  },
);

interface Library {
  /** With one number: `libz.so.1`. */
  readonly name: string;
  readonly path: string;
  readonly directory: string;
}

async function findLibraries(process: Process, extra: readonly string[]): Promise<Library[]> {
  const found = new Map<string, Library>();
  for (const directory of [...extra, ...(await configured(process)), ...TRUSTED]) {
    let names: readonly { readonly name: string }[] = [];
    try {
      names = readdir(process, directory);
    } catch (error) {
      causeOf(error);
    }
    for (const { name: file } of [...names].sort((a, b) => compareNames(a.name, b.name))) {
      const match = /^(lib.+?\.so\.\d+)(\..*)?$/.exec(file);
      const path = joinPath(directory, file);
      const stat = statIfThere(process, path);
      if (!match || !stat || !isRegular(stat.mode)) continue;
      const name = match[1] as string;
      if (!found.has(name)) found.set(name, { name, path, directory });
    }
  }
  return [...found.values()].sort((a, b) => compareNames(a.name, b.name));
}

/** Directories of /etc/ld.so.conf.d. */
async function configured(process: Process): Promise<string[]> {
  const directories: string[] = [];
  try {
    for (const { name } of readdir(process, '/etc/ld.so.conf.d')) {
      if (!name.endsWith('.conf')) continue;
      const text = decodeName(await readFile(process, `/etc/ld.so.conf.d/${name}`));
      directories.push(...text.split('\n').filter((line) => line.startsWith('/')));
    }
  } catch (error) {
    causeOf(error);
  }
  return directories;
}

function makeLink(process: Process, { name, path, directory }: Library): void {
  const link = joinPath(directory, name);
  const target = path.slice(path.lastIndexOf('/') + 1);
  if (link === path) return;
  const found = lstatIfThere(process, link);
  if (found && !isSymlink(found.mode)) return;
  if (found) unlink(process, link);
  symlink(process, target, link);
}

const CERTIFICATES = '/etc/ssl/certs';
const BUNDLE = `${CERTIFICATES}/ca-certificates.crt`;
const LOCAL = '/usr/local/share/ca-certificates';

/** Puts certificates of the administrator into the bundle and links them. */
export const updateCaCertificates = utility(
  {
    options: {},
    notSimulated:
      '-v --verbose -f --fresh --certsconf=FILE --certsdir=DIR --localcertsdir=DIR --etccertsdir=DIR --hooksdir=DIR --default',
    usage: '[OPTION]...',
  },
  async (process) => {
    if (process.flavour === 'gnu') await process.print('Updating certificates in /etc/ssl/certs...\n');
    let added = 0;
    try {
      let bundle = statIfThere(process, BUNDLE) ? decodeName(await readFile(process, BUNDLE)) : '';
      const names = statIfThere(process, LOCAL) ? readdir(process, LOCAL) : [];
      for (const { name } of names) {
        if (!name.endsWith('.crt')) continue;
        const link = `${CERTIFICATES}/${name.replace(/\.crt$/, '.pem')}`;
        if (!lstatIfThere(process, link)) {
          symlink(process, `${LOCAL}/${name}`, link);
          added++;
        }
        const text = decodeName(await readFile(process, `${LOCAL}/${name}`));
        if (!bundle.includes(text.trim())) bundle += text.endsWith('\n') ? text : `${text}\n`;
      }
      await writeFile(process, BUNDLE, encodeName(bundle), 0o644);
    } catch (error) {
      await process.complain(causeOf(error));
      return 1;
    }
    if (process.flavour === 'gnu')
      await process.print(
        `${added} added, 0 removed; done.\nRunning hooks in /etc/ca-certificates/update.d...\ndone.\n`,
      );
    return 0;
  },
);
