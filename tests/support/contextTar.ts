import { encodeName } from '../../src/bytes/byteName.ts';
import type { ByteSource } from '../../src/bytes/byteSource.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import type { TarMember } from '../../src/tar/tarHeader.ts';
import { writeTar } from '../../src/tar/writeTar.ts';

/** A member of a context's tar as it is, whatever it claims. */
export interface RawMember {
  readonly name: string;
  readonly type?: TarMember['type'];
  readonly text?: string | Uint8Array;
  readonly mode?: number;
  readonly link?: string;
}

/** A tar of members in their order. */
export async function contextTar(members: Iterable<RawMember>): Promise<ByteSource> {
  const spool = nodePlatform().createSpool();
  for await (const chunk of writeTar(entries(members))) await spool.write(chunk.slice());
  return spool.finish();
}

function* entries(members: Iterable<RawMember>) {
  for (const { name, type = 'file', text = '', mode = 0o644, link } of members) {
    const content = typeof text === 'string' ? encodeName(text) : text;
    const common = { name: encodeName(name), type, mode, uid: 0, gid: 0, sizeBytes: content.length, mtimeSec: 0 };
    const member = link === undefined ? common : { ...common, linkName: encodeName(link) };
    yield content.length > 0 ? { member, content: [content] } : { member };
  }
}
