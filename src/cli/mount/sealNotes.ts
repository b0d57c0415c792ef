import type { SealNotes } from '../../vfs/overlay/seal.ts';
import type { CommandContext } from '../command.ts';
import { safeText } from '../describeError.ts';

const SHOWN_PATHS = 3;

/** Gathers what a seal leaves out; `finish` tells it. */
export function tellSealNotes({ errors }: CommandContext): SealNotes & { finish(): Promise<void> } {
  const sockets: string[] = [];
  const lostXattrs = new Set<string>();
  return {
    onSocket: (path) => void sockets.push(path),
    onLostXattr: (path) => void lostXattrs.add(path),
    async finish() {
      const tell = async (paths: readonly string[], what: string) => {
        if (paths.length === 0) return;
        const some = paths.slice(0, SHOWN_PATHS).map((path) => `/${path}`);
        const more = paths.length > SHOWN_PATHS ? ` and ${paths.length - SHOWN_PATHS} more` : '';
        await errors.line(`note: ${what}: ${safeText(some.join(', '))}${more}`);
      };
      await tell(sockets, 'a layer holds no sockets, left out');
      await tell([...lostXattrs], 'as docker does, extended attributes but security.capability are left out');
    },
  };
}
