import { decodeName } from '../../bytes/byteName.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { VfsError } from '../../vfs/vfsError.ts';

/** The host's own accounts by number. */
export async function ownerNames(process: Process) {
  const read = async (path: string): Promise<ReadonlyMap<number, string>> => {
    try {
      const lines = decodeName(await calls.readFile(process, path)).split('\n');
      return new Map(
        lines.flatMap((line) => {
          const [name = '', , id = ''] = line.split(':');
          return /^\d+$/.test(id) ? [[Number(id), name] as const] : [];
        }),
      );
    } catch (error) {
      if (error instanceof VfsError) return new Map();
      throw error;
    }
  };
  return { users: await read('/etc/passwd'), groups: await read('/etc/group') };
}
