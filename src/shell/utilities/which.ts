import { lstatIfThere, readdir } from '../kernel/calls.ts';
import { commandFiles } from './launch.ts';
import { joinPath } from './paths.ts';
import { causeOf } from './failure.ts';
import { mayAccess, statIfThere } from '../kernel/calls.ts';
import { isDirectory } from '../../vfs/overlay/fileMode.ts';
import { utility } from './utility.ts';

/** Debian's, which says nothing of what it does not find. */
export const which = utility(
  { options: { all: '-a --all', silent: '-s' }, usage: '[-as] args', usageStatus: 2 },
  async (process, options) => {
    if (options.operands.length === 0) return 1;
    let status = 0;
    for (const name of options.operands) {
      const found = name.includes('/') ? ownFile(name) : commandFiles(process, name);
      if (found.length === 0) status = 1;
      const shown = options.has('all') ? found : found.slice(0, 1);
      if (!options.has('silent')) for (const path of shown) await process.print(`${path}\n`);
    }
    function ownFile(path: string): string[] {
      const file = statIfThere(process, path);
      return file && !isDirectory(file.mode) && mayAccess(process, path, 1) ? [path] : [];
    }
    return status;
  },
);

const BINARIES = [
  '/usr/local/sbin',
  '/usr/local/bin',
  '/usr/sbin',
  '/usr/bin',
  '/sbin',
  '/bin',
  '/usr/lib',
  '/lib',
  '/etc',
];
const MANUALS = '/usr/share/man';

export const whereis = utility(
  {
    options: { binaries: '-b', manuals: '-m', sources: '-s' },
    notSimulated: '-u -l -B=DIR -M=DIR -S=DIR -f',
    usage: '[options] [-BMS <dir>... -f] <name>',
    version: 'from util-linux 2.38.1',
  },
  async (process, options) => {
    const all = !options.has('binaries') && !options.has('manuals') && !options.has('sources');
    for (const operand of options.operands) {
      const name = operand.slice(operand.lastIndexOf('/') + 1);
      const found = new Set<string>();
      if (all || options.has('binaries'))
        for (const directory of BINARIES) {
          const path = joinPath(directory, name);
          // A directory that is only another name of one would be shown twice.
          const isAlias =
            lstatIfThere(process, directory) && (lstatIfThere(process, directory)?.mode ?? 0) >> 12 === 0o12;
          if (!isAlias && statIfThere(process, path)) found.add(path);
        }
      if (all || options.has('manuals')) for (const path of manualsOf(name)) found.add(path);
      await process.print(`${name}:${[...found].map((path) => ` ${path}`).join('')}\n`);
    }
    function manualsOf(name: string): string[] {
      try {
        return readdir(process, MANUALS)
          .filter(({ name: section }) => /^man\d/.test(section))
          .flatMap(({ name: section }) => {
            const directory = joinPath(MANUALS, section);
            return readdir(process, directory)
              .filter(({ name: page }) => page.startsWith(`${name}.`))
              .map(({ name: page }) => joinPath(directory, page));
          });
      } catch (error) {
        causeOf(error);
        return [];
      }
    }
    return 0;
  },
);
