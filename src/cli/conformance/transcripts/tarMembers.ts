import { decodeName } from '../../../bytes/byteName.ts';
import { scanTarStream } from '../../../tar/scanTarStream.ts';

/** The files of a tar by name. */
export async function readTarMembers(tar: Uint8Array): Promise<ReadonlyMap<string, Uint8Array>> {
  const members = new Map<string, Uint8Array>();
  const filled = new Map<string, number>();
  await scanTarStream(
    (async function* () {
      yield tar;
    })(),
    (entry) => {
      if (entry.type === 'file') members.set(decodeName(entry.name), new Uint8Array(entry.storedBytes));
    },
    {
      sink: {
        onContent(entry, piece) {
          const name = decodeName(entry.name);
          const at = filled.get(name) ?? 0;
          members.get(name)?.set(piece, at);
          filled.set(name, at + piece.length);
        },
      },
    },
  );
  return members;
}
