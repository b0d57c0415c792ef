/** A small deterministic generator (mulberry32), so that a failure names a seed that repeats it. */
export function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

type Random = () => number;
type Mutation = (bytes: Uint8Array, random: Random) => Uint8Array;

const MUTATIONS: readonly Mutation[] = [
  flipBytes,
  flipBytes,
  forgeHeaderField,
  forgeHeaderField,
  truncate,
  removeRun,
  repeatRun,
  fillRun,
  forgeText,
];

/** One to four damages to a copy of the bytes. */
export function mutate(bytes: Uint8Array, seed: number): Uint8Array {
  const random = randomFrom(seed);
  let result = Uint8Array.from(bytes);
  for (let times = 1 + below(random, 4); times > 0; times--) {
    result = Uint8Array.from((MUTATIONS[below(random, MUTATIONS.length)] as Mutation)(result, random));
  }
  return result;
}

function below(random: Random, limit: number): number {
  return Math.floor(random() * Math.max(1, limit));
}

function flipBytes(bytes: Uint8Array, random: Random): Uint8Array {
  for (let n = 1 + below(random, 8); n > 0; n--) bytes[below(random, bytes.length)] = below(random, 256);
  return bytes;
}

const NUMBER_FIELDS = [
  { at: 100, length: 8 },
  { at: 124, length: 12 },
  { at: 136, length: 12 },
  { at: 329, length: 8 },
] as const;

/** Damages one field of one tar header and mends the checksum, so that the damage is reached. */
function forgeHeaderField(bytes: Uint8Array, random: Random): Uint8Array {
  const headers: number[] = [];
  for (let at = 0; at + 512 <= bytes.length; at += 512) {
    if (bytes[at + 257] === 0x75 && bytes[at + 258] === 0x73 && bytes[at + 259] === 0x74) headers.push(at);
  }
  const at = headers[below(random, headers.length)];
  if (at === undefined) return flipBytes(bytes, random);
  const header = bytes.subarray(at, at + 512);
  const choice = below(random, 4);
  if (choice === 0) forgeNumber(header, random);
  else if (choice === 1) header[156] = '01234567xgLKSDVMN'.charCodeAt(below(random, 17));
  else if (choice === 2)
    header.set(new TextEncoder().encode(['../', '/', './', '.wh.', '.wh..wh..opq', ''][below(random, 6)]), 0);
  else header[below(random, 500)] = below(random, 256);
  mendChecksum(header);
  return bytes;
}

function forgeNumber(header: Uint8Array, random: Random): void {
  const { at, length } = NUMBER_FIELDS[below(random, NUMBER_FIELDS.length)] as (typeof NUMBER_FIELDS)[number];
  if (random() < 0.5) {
    // Base-256, up to 2^95: the forged giant.
    for (let i = 1; i < length; i++) header[at + i] = random() < 0.5 ? 0xff : below(random, 256);
    header[at] = random() < 0.3 ? 0xff : 0x80;
  } else {
    for (let i = 0; i < length - 1; i++) header[at + i] = 0x30 + below(random, 9);
  }
}

function mendChecksum(header: Uint8Array): void {
  header.fill(0x20, 148, 156);
  let sum = 0;
  for (const byte of header) sum += byte;
  header.set(new TextEncoder().encode(`${sum.toString(8).padStart(6, '0')}\0 `), 148);
}

function truncate(bytes: Uint8Array, random: Random): Uint8Array {
  return bytes.subarray(0, below(random, bytes.length));
}

function removeRun(bytes: Uint8Array, random: Random): Uint8Array {
  const start = below(random, bytes.length);
  const end = Math.min(bytes.length, start + 1 + below(random, 2048));
  return Uint8Array.from([...bytes.subarray(0, start), ...bytes.subarray(end)]);
}

function repeatRun(bytes: Uint8Array, random: Random): Uint8Array {
  const start = below(random, bytes.length);
  const end = Math.min(bytes.length, start + 512 * (1 + below(random, 8)));
  return Uint8Array.from([...bytes.subarray(0, end), ...bytes.subarray(start)]);
}

function fillRun(bytes: Uint8Array, random: Random): Uint8Array {
  const start = below(random, bytes.length);
  return bytes.fill(random() < 0.5 ? 0 : 0xff, start, start + below(random, 1024));
}

const WORDS = ['null', '[]', '{}', '-1', '1e999', '"sha256:../../x"', '9007199254740993', '[[[[[[[[', '\u0000'];

/** Puts a hostile JSON word over a colon's value, without moving anything else. */
function forgeText(bytes: Uint8Array, random: Random): Uint8Array {
  const colons: number[] = [];
  for (let i = 0; i < bytes.length && colons.length < 4000; i++) {
    if (bytes[i] === 0x3a && bytes[i - 1] === 0x22) colons.push(i);
  }
  const at = colons[below(random, colons.length)];
  if (at === undefined) return flipBytes(bytes, random);
  const word = new TextEncoder().encode(WORDS[below(random, WORDS.length)]);
  bytes.set(word.subarray(0, Math.max(0, bytes.length - at - 1)), at + 1);
  return bytes;
}
