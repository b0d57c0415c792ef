/** What an address is for (IANA's special-purpose registries, RFC 6890 and its successors). Only `public` ones may be
 *  reached without being named. */
export type AddressKind =
  | 'public'
  | 'unspecified'
  | 'loopback'
  | 'private' // RFC 1918, unique local (RFC 4193), shared (RFC 6598), site-local
  | 'linkLocal' // cloud metadata services live here
  | 'multicast'
  | 'reserved'; // documentation, benchmarks, protocols, tunnels, what is not assigned

interface Rule {
  readonly prefix: readonly number[];
  readonly bits: number;
  readonly kind: AddressKind;
}

const IPV4_RULES: readonly Rule[] = [
  { prefix: [0], bits: 8, kind: 'unspecified' }, // Linux takes 0.0.0.0 for this host
  { prefix: [10], bits: 8, kind: 'private' },
  { prefix: [100, 64], bits: 10, kind: 'private' },
  { prefix: [127], bits: 8, kind: 'loopback' },
  { prefix: [169, 254], bits: 16, kind: 'linkLocal' },
  { prefix: [172, 16], bits: 12, kind: 'private' },
  { prefix: [192, 0, 0], bits: 24, kind: 'reserved' },
  { prefix: [192, 0, 2], bits: 24, kind: 'reserved' },
  { prefix: [192, 88, 99], bits: 24, kind: 'reserved' },
  { prefix: [192, 168], bits: 16, kind: 'private' },
  { prefix: [198, 18], bits: 15, kind: 'reserved' },
  { prefix: [198, 51, 100], bits: 24, kind: 'reserved' },
  { prefix: [203, 0, 113], bits: 24, kind: 'reserved' },
  { prefix: [224], bits: 4, kind: 'multicast' },
  { prefix: [240], bits: 4, kind: 'reserved' },
];

/** In order: the first that fits holds. */
const IPV6_RULES: readonly Rule[] = [
  { prefix: [0xfe, 0x80], bits: 10, kind: 'linkLocal' },
  { prefix: [0xfe, 0xc0], bits: 10, kind: 'private' },
  { prefix: [0xfc], bits: 7, kind: 'private' },
  { prefix: [0xff], bits: 8, kind: 'multicast' },
  { prefix: [0x20, 0x01, 0x0d, 0xb8], bits: 32, kind: 'reserved' },
  { prefix: [0x20, 0x01, 0x00], bits: 23, kind: 'reserved' }, // Teredo, ORCHID, benchmarks
  { prefix: [0x20, 0x02], bits: 16, kind: 'reserved' }, // 6to4 leads to any IPv4 address
  { prefix: [0x3f, 0xff, 0x00], bits: 20, kind: 'reserved' },
  { prefix: [0x20], bits: 3, kind: 'public' }, // all that is assigned for the world
];

/** ::ffff:0:0/96 (RFC 4291, 2.5.5.2) and NAT64's 64:ff9b::/96 (RFC 6052): the IPv4 address behind them counts. */
const MAPPED = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff];
const NAT64 = [0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0];

/** Kind of an address of 4 or 16 bytes. Throws RangeError for another length. */
export function addressKind(bytes: Uint8Array): AddressKind {
  if (bytes.length === 4) return kindBy(IPV4_RULES, bytes) ?? 'public';
  if (bytes.length !== 16) throw new RangeError(`${bytes.length} bytes are no address`);
  if (startsWith(bytes, MAPPED, 96) || startsWith(bytes, NAT64, 96)) return addressKind(bytes.subarray(12));
  const head = bytes.subarray(0, 15);
  if (head.every((byte) => byte === 0)) {
    if (bytes[15] === 0) return 'unspecified';
    if (bytes[15] === 1) return 'loopback';
  }
  return kindBy(IPV6_RULES, bytes) ?? 'reserved';
}

function kindBy(rules: readonly Rule[], bytes: Uint8Array): AddressKind | undefined {
  return rules.find(({ prefix, bits }) => startsWith(bytes, prefix, bits))?.kind;
}

/** Bits of the prefix that it does not spell are zero. */
function startsWith(bytes: Uint8Array, prefix: readonly number[], bits: number): boolean {
  for (let bit = 0; bit < bits; bit += 8) {
    const mask = bits - bit >= 8 ? 0xff : (0xff << (8 - (bits - bit))) & 0xff;
    if (((bytes[bit / 8] ?? 0) & mask) !== ((prefix[bit / 8] ?? 0) & mask)) return false;
  }
  return true;
}
