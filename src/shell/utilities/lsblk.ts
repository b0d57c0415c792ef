import { humanSize } from './humanSize.ts';
import { utility } from './utility.ts';

/** The one disk of the machine. */
export const lsblk = utility(
  {
    options: { bytes: '-b --bytes', noHeadings: '-n --noheadings', all: '-a --all' },
    notSimulated:
      '-f --fs -o --output=LIST -J --json -l --list -p --paths -d --nodeps -m --perms -S --scsi -t --topology -P --pairs -r --raw',
    usage: '[options] [<device> ...]',
    version: 'from util-linux 2.38.1',
  },
  async (process, options) => {
    const { capacityBytes } = process.kernel.disk;
    const size = options.has('bytes') ? String(capacityBytes) : humanSize(capacityBytes, 'gnu').replace('.0', '');
    const width = Math.max(4, size.length);
    const row = (name: string, number: string, kind: string, mount: string) =>
      `${name.padEnd(6)} ${number.padEnd(7)}  0 ${size.padStart(width)}  0 ${kind} ${mount}`.trimEnd();
    const lines = [row('sda', '  8:0', 'disk', ''), row('└─sda1', '  8:1', 'part', '/')];
    if (!options.has('noHeadings')) lines.unshift(`NAME   MAJ:MIN RM ${'SIZE'.padStart(width)} RO TYPE MOUNTPOINTS`);
    await process.print(lines.map((line) => `${line}\n`).join(''));
    return 0;
  },
);
