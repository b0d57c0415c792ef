import { encodeName } from '../bytes/byteName.ts';
import { BLOCK_BYTES, Field } from '../tar/headerBlock.ts';
import { paddingBytes, tarHeader, type TarMember } from '../tar/tarHeader.ts';

const TYPE_PAX = 0x78;
/** What readers that know no sparse files find: short, whatever the file's own name. */
const PLAIN_NAME = encodeName('GNUSparseFile.0/file');
const PAX_NAME = encodeName('PaxHeaders.0/file');

/** A file of which only the first bytes are stored, with its header, as the blocks of a tar: what follows up to
 *  `member.sizeBytes` is a hole. GNU's sparse format 1.0 over PAX (tar manual, "PAX Format, Version 1.0"): the one that
 *  container engines unpack, and GNU tar and libarchive know. */
export function sparseMember(member: TarMember, stored: Uint8Array): Uint8Array {
  const extents = [...(stored.length > 0 ? [0, stored.length] : []), member.sizeBytes, 0];
  const map = encodeName(`${[extents.length / 2, ...extents].join('\n')}\n`);
  const mapBytes = map.length + paddingBytes(map.length);
  const records = paxRecords([
    ['GNU.sparse.major', encodeName('1')],
    ['GNU.sparse.minor', encodeName('0')],
    ['GNU.sparse.name', member.name],
    ['GNU.sparse.realsize', encodeName(String(member.sizeBytes))],
  ]);
  const sizeBytes = mapBytes + stored.length;
  return joined([
    paxHeader(records.length),
    records,
    new Uint8Array(paddingBytes(records.length)),
    tarHeader({ ...member, name: PLAIN_NAME, sizeBytes }),
    map,
    new Uint8Array(mapBytes - map.length),
    stored,
    new Uint8Array(paddingBytes(sizeBytes)),
  ]);
}

/** The header before the records: as of a file, of another type. */
function paxHeader(sizeBytes: number): Uint8Array {
  const header = tarHeader({ name: PAX_NAME, type: 'file', mode: 0, uid: 0, gid: 0, sizeBytes, mtimeSec: 0 });
  header[Field.typeflag[0]] = TYPE_PAX;
  const [start, length] = Field.checksum;
  header.fill(0x20, start, start + length);
  let sum = 0;
  for (const byte of header.subarray(0, BLOCK_BYTES)) sum += byte;
  header.set(encodeName(`${sum.toString(8).padStart(6, '0')}\0 `), start);
  return header;
}

/** `LENGTH KEY=VALUE\n` each, the length counting its own digits. */
function paxRecords(records: readonly (readonly [key: string, value: Uint8Array])[]): Uint8Array {
  return joined(
    records.map(([key, value]) => {
      const rest = key.length + value.length + 3;
      let length = rest + String(rest).length;
      if (String(length).length > String(rest).length) length = rest + String(length).length;
      return joined([encodeName(`${length} ${key}=`), value, encodeName('\n')]);
    }),
  );
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
