import { encodeName, decodeName } from '../../bytes/byteName.ts';
import type { ByteSource } from '../../bytes/byteSource.ts';
import { MemorySource } from '../../bytes/byteSource.ts';
import { scanTar } from '../../tar/scanTar.ts';
import { TarError } from '../../tar/tarEntry.ts';
import { type TarMemberWithContent, writeTar } from '../../tar/writeTar.ts';
import { KeepError } from './keepError.ts';
import { type KeptMachine, type KeptParts, PART_NAME } from './keptMachine.ts';

/** A machine as one file: a tar with the head first, so that it tells what it is, and the parts behind it. */
const HEAD_NAME = 'palimpsest-machine';
const MAX_HEAD_BYTES = 256 * 2 ** 20;
const MAX_PARTS = 1_000_000;

/** The file's chunks. A chunk is valid until the next is asked for. */
export function writeMachineFile(kept: KeptMachine, mtimeSec: number): AsyncGenerator<Uint8Array> {
  return writeTar(membersOf(kept, mtimeSec));
}

async function* membersOf({ head, parts }: KeptMachine, mtimeSec: number): AsyncGenerator<TarMemberWithContent> {
  yield memberOf(HEAD_NAME, new MemorySource(head), mtimeSec);
  for (const [name, part] of parts) yield memberOf(name, await part.open(), mtimeSec);
}

function memberOf(name: string, source: ByteSource, mtimeSec: number): TarMemberWithContent {
  const { sizeBytes } = source;
  const member = { name: encodeName(name), type: 'file', mode: 0o644, uid: 0, gid: 0, sizeBytes, mtimeSec } as const;
  return { member, content: source.stream() };
}

/** A machine file's head, and its parts by name. No part is read. Throws KeepError `notAMachine`, `corrupt`. */
export async function openMachineFile(
  file: ByteSource,
): Promise<{ readonly head: Uint8Array; readonly parts: KeptParts }> {
  const members = new Map<string, { readonly offset: number; readonly sizeBytes: number }>();
  const visit = (entry: {
    readonly name: Uint8Array;
    readonly contentOffset: number;
    readonly storedBytes: number;
  }) => {
    const name = decodeName(entry.name);
    if (members.size === 0 && name !== HEAD_NAME) throw new KeepError('notAMachine', '', 'this is no kept machine');
    if (members.size > MAX_PARTS) throw new KeepError('corrupt', '', `it has more than ${MAX_PARTS} parts`);
    if (name === HEAD_NAME || PART_NAME.test(name))
      members.set(name, { offset: entry.contentOffset, sizeBytes: entry.storedBytes });
  };
  try {
    await scanTar(file, visit);
  } catch (error) {
    if (!(error instanceof TarError)) throw error;
    if (members.size === 0) throw new KeepError('notAMachine', '', 'this is no kept machine', error);
    throw new KeepError('corrupt', '', error.message, error);
  }
  const sliceOf = (name: string) => {
    const member = members.get(name);
    return member && file.slice(member.offset, member.sizeBytes);
  };
  const head = sliceOf(HEAD_NAME);
  if (!head) throw new KeepError('notAMachine', '', 'this is no kept machine');
  if (head.sizeBytes > MAX_HEAD_BYTES) throw new KeepError('corrupt', '', `its head has ${head.sizeBytes} bytes`);
  return {
    head: await head.read(0, head.sizeBytes),
    parts: { part: async (name) => sliceOf(name), tree: async () => undefined },
  };
}
