import { readFile } from 'node:fs/promises';
import { openArchive } from '../../../src/archive/openArchive.ts';
import type { ArchiveImage, ArchiveLayer } from '../../../src/archive/archive.ts';
import { decodeName } from '../../../src/bytes/byteName.ts';
import type { ByteSource } from '../../../src/bytes/byteSource.ts';
import { toHex } from '../../../src/bytes/hex.ts';
import { digestOf } from '../../../src/image/digest.ts';
import type { Work } from '../../../src/bytes/platform.ts';
import { openFileSource } from '../../../src/platform/node.ts';
import { scanTar } from '../../../src/tar/scanTar.ts';
import type { BuildEnd } from './simulated.ts';

/** How two images of one Dockerfile compare: members of layers without their times' and headers' form; the bytes of
 *  layers, so that diffIDs are equal; the config's bytes, so that IDs are. */
export interface BuildComparison {
  readonly entries: boolean;
  readonly diffIds: boolean;
  readonly imageId: boolean;
  /** What differs first; empty where nothing does. */
  readonly differences: readonly string[];
}

const MAX_DIFFERENCES = 6;

export async function compareBuilds(simulated: string, real: string, work: Work): Promise<BuildComparison> {
  const [left, right] = await Promise.all([readImage(simulated, work), readImage(real, work)]);
  const differences: string[] = [];
  const note = (text: string): void => {
    differences.push(text);
  };
  const [ours, theirs] = [left.layers, right.layers];
  if (ours.length !== theirs.length) note(`${ours.length} layers, real ${theirs.length}`);
  let entries = ours.length === theirs.length;
  let diffIds = entries;
  for (let i = 0; i < Math.min(ours.length, theirs.length); i++) {
    const [one, other] = [ours[i], theirs[i]] as [ReadLayer, ReadLayer];
    if (one.diffId === other.diffId) continue;
    diffIds = false;
    const found = [...differingMembers(one.members, other.members)];
    if (found.length > 0) entries = false;
    for (const text of found) note(`layer ${i + 1}: ${text}`);
    if (found.length === 0) note(`layer ${i + 1}: ${headerDifference(one.members, other.members)}`);
  }
  const imageId = left.imageId === right.imageId;
  if (!imageId && diffIds) for (const text of differingFields('', left.config, right.config)) note(text);
  return { entries, diffIds, imageId, differences: differences.slice(0, MAX_DIFFERENCES) };
}

/** Whether two builds that failed agree, in words. */
export function compareRefusals(simulated: BuildEnd, real: BuildEnd): string {
  const words = (end: BuildEnd) => ('refusal' in end ? `“${oneLine(end.refusal)}”` : 'builds');
  return `simulated: ${words(simulated)}; real: ${words(real)}`;
}

export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').slice(0, 300);
}

interface Member {
  readonly name: string;
  /** Type, mode, owner, size, target, device, attributes, content. */
  readonly facts: string;
  readonly header: string;
}

interface ReadLayer {
  readonly diffId: string;
  readonly members: readonly Member[];
}

async function readImage(
  path: string,
  work: Work,
): Promise<{ readonly imageId: string; readonly config: unknown; readonly layers: readonly ReadLayer[] }> {
  if (path.endsWith('.json')) {
    const bytes = await readFile(path);
    const imageId = digestOf(bytes, work.platform);
    return { imageId, config: JSON.parse(bytes.toString()), layers: [] };
  }
  const source = await openFileSource(path);
  const archive = await openArchive({ fileName: path, source }, work);
  try {
    const image = archive.images.find(({ isArtifact }) => !isArtifact) as ArchiveImage;
    const layers: ReadLayer[] = [];
    for (const layer of image.layers) layers.push(await readLayer(layer, work));
    const config: unknown = JSON.parse(new TextDecoder().decode(image.configBytes));
    return { imageId: image.imageId ?? '', config, layers };
  } finally {
    await archive.close();
    await source.close();
  }
}

async function readLayer(layer: ArchiveLayer, work: Work): Promise<ReadLayer> {
  const { diffId } = await layer.verify(work);
  return { diffId, members: await membersOf(await layer.content(work), work) };
}

async function membersOf(tar: ByteSource, work: Work): Promise<Member[]> {
  const found: {
    readonly name: string;
    readonly facts: string;
    readonly header: string;
    at: number;
    length: number;
  }[] = [];
  await scanTar(tar, (entry) => {
    const text = (bytes: Uint8Array) => decodeName(bytes);
    const xattrs = (entry.xattrs ?? []).map(({ name, value }) => `${text(name)}=${toHex(value)}`);
    const pax = [...(entry.pax ?? [])].map(([key, value]) => `${key}=${text(value)}`);
    const { type, mode, uid, gid, sizeBytes, deviceMajor, deviceMinor } = entry;
    found.push({
      name: text(entry.name),
      facts: [
        type,
        (mode & 0o7777).toString(8),
        `${uid}:${gid}`,
        `${sizeBytes} B`,
        `→${text(entry.linkName)}`,
        `${deviceMajor},${deviceMinor}`,
        ...xattrs,
        `time ${entry.mtimeSec}`,
      ].join(' '),
      header: [
        `nsec ${entry.mtimeNsec}`,
        `mode ${mode.toString(8)}`,
        `owner “${text(entry.userName)}:${text(entry.groupName)}”`,
        ...pax,
      ].join(' '),
      at: entry.contentOffset,
      length: entry.storedBytes,
    });
  });
  const members: Member[] = [];
  for (const { name, facts, header, at, length } of found) {
    const sum = await work.platform.sha256(await tar.read(at, length));
    members.push({ name, facts: `${facts} ${toHex(sum).slice(0, 12)}`, header });
  }
  return members;
}

function* differingMembers(ours: readonly Member[], theirs: readonly Member[]): Generator<string> {
  const left = new Map(ours.map((member) => [plainName(member.name), member]));
  const right = new Map(theirs.map((member) => [plainName(member.name), member]));
  for (const [name, member] of left) {
    const other = right.get(name);
    if (!other) yield `${name} is only in the simulated one (${member.facts})`;
    else if (other.facts !== member.facts) yield `${name}: ${member.facts}, real ${other.facts}`;
  }
  for (const [name, { facts }] of right) if (!left.has(name)) yield `${name} is only in the real one (${facts})`;
}

function plainName(name: string): string {
  return name.replace(/\/$/, '');
}

function headerDifference(ours: readonly Member[], theirs: readonly Member[]): string {
  for (let i = 0; i < Math.max(ours.length, theirs.length); i++) {
    const [one, other] = [ours[i], theirs[i]];
    if (one?.name !== other?.name) return `member ${i + 1} is ${one?.name}, real ${other?.name}`;
    if (one?.header !== other?.header) return `${one?.name}: ${one?.header}, real ${other?.header}`;
  }
  return 'the same members, in other bytes';
}

function* differingFields(path: string, ours: unknown, theirs: unknown): Generator<string> {
  const [left, right] = [JSON.stringify(ours), JSON.stringify(theirs)];
  if (left === right) return;
  if (isObject(ours) && isObject(theirs)) {
    let isTold = false;
    for (const key of new Set([...Object.keys(ours), ...Object.keys(theirs)])) {
      for (const text of differingFields(path === '' ? key : `${path}.${key}`, ours[key], theirs[key])) {
        isTold = true;
        yield text;
      }
    }
    if (!isTold) yield `${path}: fields in another order`;
    return;
  }
  yield `${path}: ${left ?? 'none'}, real ${right ?? 'none'}`;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
