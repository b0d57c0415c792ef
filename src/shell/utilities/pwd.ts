import * as calls from '../kernel/calls.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { utility } from './utility.ts';

/** pwd(1). Unlike the shells' own it leaves links out unless told otherwise. */
export const pwd = utility(
  { options: { logical: '-L --logical', physical: '-P --physical' }, usage: '[OPTION]...' },
  async (process, options) => {
    const wanted = process.env.get('PWD') ?? '';
    const isLogical = options.has('logical') || process.env.get('POSIXLY_CORRECT') !== undefined;
    if (options.operands.length > 0 && process.flavour === 'gnu')
      await process.complain('ignoring non-option arguments');
    const real = calls.realpath(process, '.');
    await process.print(`${isLogical && !options.has('physical') && leadsTo(wanted, real) ? wanted : real}\n`);
    return 0;

    function leadsTo(path: string, directory: string): boolean {
      if (!path.startsWith('/') || path.split('/').some((part) => part === '.' || part === '..')) return false;
      try {
        return calls.realpath(process, path) === directory;
      } catch (error) {
        if (error instanceof VfsError) return false;
        throw error;
      }
    }
  },
);
