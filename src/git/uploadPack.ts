import { encodeName } from '../bytes/byteName.ts';
import { isOid, readCommit } from './commit.ts';
import { GitError } from './gitError.ts';
import { joinBytes } from '../bytes/joinBytes.ts';
import type { ObjectStore } from './objectStore.ts';
import { isTreeMode, parseTree } from './tree.ts';

export interface AdvertisedRef {
  readonly ref: string;
  readonly oid: string;
  /** Of an annotated tag: the commit. */
  readonly peeled?: string | undefined;
}

export interface Advertisement {
  readonly refs: readonly AdvertisedRef[];
  /** Where HEAD points, when that has a commit. */
  readonly head: { readonly oid: string; readonly target: string | undefined } | undefined;
}

const CAPABILITIES = 'side-band-64k ofs-delta shallow no-progress allow-reachable-sha1-in-want object-format=sha1';
const AGENT = 'agent=git/2.39.5';
const NO_OBJECT = '0000000000000000000000000000000000000000';
/** Of one packet of side-band-64k, its length and band among them. */
const MAX_PACKET_BYTES = 65_520;
const MAX_OBJECTS = 5_000_000;
const FLUSH = '0000';

function packet(payload: Uint8Array | string): Uint8Array {
  const bytes = typeof payload === 'string' ? encodeName(payload) : payload;
  return joinBytes([encodeName((bytes.length + 4).toString(16).padStart(4, '0')), bytes]);
}

/** What a server says first (gitprotocol-pack, "Reference Discovery"), version 0. */
export function advertise({ refs, head }: Advertisement): Uint8Array {
  const target = head?.target === undefined ? '' : ` symref=HEAD:${head.target}`;
  const capabilities = `\0${CAPABILITIES}${target} ${AGENT}`;
  const rows = [
    ...(head ? [`${head.oid} HEAD`] : []),
    ...refs.flatMap(({ ref, oid, peeled }) => [
      `${oid} ${ref}`,
      ...(peeled === undefined ? [] : [`${peeled} ${ref}^{}`]),
    ]),
  ];
  if (rows.length === 0) rows.push(`${NO_OBJECT} capabilities^{}`);
  const packets = rows.map((row, i) => packet(`${row}${i === 0 ? capabilities : ''}\n`));
  return joinBytes([...packets, encodeName(FLUSH)]);
}

interface Wanted {
  readonly wants: readonly string[];
  readonly haves: readonly string[];
  readonly shallow: readonly string[];
  /** Commits of history; undefined for all. */
  readonly depth: number | undefined;
}

/** A client's request: packets of text up to the last one. Throws GitError `corrupt`. */
function readRequest(body: Uint8Array): Wanted {
  const [wants, haves, shallow]: [string[], string[], string[]] = [[], [], []];
  let depth: number | undefined;
  for (let at = 0; at < body.length;) {
    const text = new TextDecoder().decode(body.subarray(at, at + 4));
    const length = /^[0-9a-f]{4}$/i.test(text) ? Number.parseInt(text, 16) : Number.NaN;
    if (!(length <= body.length - at)) throw new GitError('corrupt', `a packet is cut off at byte ${at}`);
    if (length < 4) {
      at += 4;
      continue;
    }
    const [verb, value = ''] = new TextDecoder()
      .decode(body.subarray(at + 4, at + length))
      .trimEnd()
      .split(' ');
    if (verb === 'deepen') depth = Number(value);
    else if (verb === 'deepen-since' || verb === 'deepen-not' || verb === 'filter')
      throw new GitError('remote', `${verb} is not simulated`);
    else if (isOid(value)) (verb === 'want' ? wants : verb === 'have' ? haves : shallow).push(value);
    at += length;
  }
  if (depth !== undefined && !(Number.isInteger(depth) && depth > 0)) throw new GitError('corrupt', 'a bad depth');
  return { wants, haves, shallow, depth };
}

/** The answer to what a client wants: a pack of all that it lacks, without deltas. */
export async function answerWants(store: ObjectStore, body: Uint8Array): Promise<Uint8Array> {
  const { wants, haves, shallow, depth } = readRequest(body);
  const common: string[] = [];
  for (const oid of haves) if (await isThere(store, oid)) common.push(oid);
  const known = await objectsOf(store, common, undefined, new Set());
  const wanted = await objectsOf(store, wants, depth, depth === undefined ? known.oids : new Set());
  const head: Uint8Array[] = [];
  if (depth !== undefined) {
    head.push(...wanted.edge.map((oid) => packet(`shallow ${oid}\n`)));
    const opened = shallow.filter((oid) => wanted.oids.has(oid) && !wanted.edge.includes(oid));
    head.push(...opened.map((oid) => packet(`unshallow ${oid}\n`)), encodeName(FLUSH));
  }
  const last = common.at(-1);
  head.push(packet(last === undefined ? 'NAK\n' : `ACK ${last}\n`));
  const oids = [...wanted.oids].filter((oid) => depth !== undefined || !known.oids.has(oid));
  const { packfile } = await store.git.packObjects({ ...store.place, oids, write: false });
  return joinBytes([...head, ...sideBand(packfile ?? new Uint8Array())]);
}

function* sideBand(pack: Uint8Array): Generator<Uint8Array> {
  const size = MAX_PACKET_BYTES - 5;
  for (let at = 0; at < pack.length; at += size)
    yield packet(joinBytes([Uint8Array.of(1), pack.subarray(at, at + size)]));
  yield encodeName(FLUSH);
}

async function isThere(store: ObjectStore, oid: string): Promise<boolean> {
  try {
    await store.read(oid);
    return true;
  } catch (error) {
    if (error instanceof GitError && error.code === 'ref') return false;
    throw error;
  }
}

/** All that these reach, but for what is in `known`. `edge`: commits whose parents lie beyond the depth. */
async function objectsOf(
  store: ObjectStore,
  starts: readonly string[],
  depth: number | undefined,
  known: ReadonlySet<string>,
): Promise<{ readonly oids: Set<string>; readonly edge: string[] }> {
  const oids = new Set<string>();
  const edge: string[] = [];
  let level = [...starts];
  for (let generation = 1; level.length > 0; generation++) {
    const next: string[] = [];
    for (const oid of level) {
      if (oids.has(oid) || known.has(oid)) continue;
      oids.add(oid);
      if (oids.size > MAX_OBJECTS) throw new GitError('limit', `more than ${MAX_OBJECTS} objects`);
      const { type, content } = await store.read(oid);
      if (type === 'tag') next.push(new TextDecoder().decode(content.subarray(7, 47)));
      if (type === 'tree') await addTree(store, oid, oids, known);
      if (type !== 'commit') continue;
      const commit = await readCommit(store, oid);
      await addTree(store, commit.tree, oids, known);
      if (depth === undefined || generation < depth) next.push(...commit.parents);
      else if (commit.parents.length > 0) edge.push(oid);
    }
    level = [];
    for (const oid of next) if (await isThere(store, oid)) level.push(oid);
  }
  return { oids, edge };
}

async function addTree(store: ObjectStore, root: string, oids: Set<string>, known: ReadonlySet<string>): Promise<void> {
  const stack = [root];
  for (let oid = stack.pop(); oid !== undefined; oid = stack.pop()) {
    if (oid !== root && oids.has(oid)) continue;
    if (known.has(oid)) continue;
    oids.add(oid);
    for (const entry of parseTree(await store.readAs(oid, 'tree'))) {
      if (isTreeMode(entry.mode)) stack.push(entry.oid);
      else if (entry.mode !== 0o160000 && !known.has(entry.oid)) oids.add(entry.oid);
    }
  }
}
