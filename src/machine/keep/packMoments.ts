import { MemorySource } from '../../bytes/byteSource.ts';
import type { Platform } from '../../bytes/platform.ts';
import type { RegistryStore } from '../../registry/simulated/registryStore.ts';
import type { MachineState } from '../machine.ts';
import { type Moment, StateAtRest, type Timeline } from '../timeline.ts';
import { encodeDocument, type Plain } from './document.ts';
import { type KeptPart, newPartName } from './keptMachine.ts';
import { type PackedHost, type PackedOther, type PackedParts, packHost, packOthers } from './packHost.ts';
import { type PackedRepository, packRegistry } from './packRegistry.ts';

/** Moments that are kept besides the present one: those next to it, and of these as many as need no more than so many
 *  bytes that the present does not have. */
const MAX_MOMENTS = 50;
const MAX_MOMENTS_BYTES = 64 * 2 ** 20;

export interface PackedTimeline {
  /** Oldest first; the present has no part. */
  readonly moments: readonly { readonly title: string; readonly atSec: number; readonly part?: string }[];
  readonly position: number;
}

/** A moment's own document. */
export interface PackedMoment extends PackedHost {
  readonly others: readonly PackedOther[];
  readonly registry: readonly PackedRepository[];
  /** What it is made of, so that nothing goes that it needs. */
  readonly parts: readonly string[];
  readonly trees: readonly string[];
}

/** What became of a moment: it never changes. */
export interface MomentParts extends PackedParts {
  /** Of its document. */
  readonly name: string;
}

const packed = new WeakMap<object, MomentParts>();

/** Tells what a moment that was kept is made of. */
export function rememberMoment(state: StateAtRest<MachineState>, parts: MomentParts): void {
  packed.set(state, parts);
}

/** Cost: what moments are new, and one reference for each part of the others. */
export async function packMoments(
  { moments, position }: Timeline<MachineState>,
  registry: RegistryStore,
  into: PackedParts,
  platform: Platform,
): Promise<PackedTimeline> {
  const names = new Map<number, string>();
  let roomBytes = MAX_MOMENTS_BYTES;
  for (const index of nearest(moments.length, position).slice(0, MAX_MOMENTS)) {
    const moment = await partsOf(moments[index] as Moment<MachineState>, registry, platform);
    if (!moment) break;
    const missing = [...moment.parts].filter(([name]) => !into.parts.has(name));
    for (const [, part] of missing) roomBytes -= part.sizeBytes ?? (await part.open()).sizeBytes;
    if (roomBytes < 0) break;
    for (const [name, part] of missing) into.parts.set(name, part);
    for (const [name, tree] of moment.trees) into.trees.set(name, tree);
    names.set(index, moment.name);
  }
  const kept = moments.map(({ title, atSec }, index) => {
    const part = names.get(index);
    return { title, atSec, ...(part !== undefined && { part }) };
  });
  const first = Math.min(position, ...names.keys());
  const last = Math.max(position, ...names.keys());
  return { moments: kept.slice(first, last + 1), position: position - first };
}

/** All but the present: the latest before it, the first after it, the one before that, … */
function nearest(count: number, position: number): readonly number[] {
  const order: number[] = [];
  for (let distance = 1; distance < count; distance++)
    for (const index of [position - distance, position + distance]) if (index >= 0 && index < count) order.push(index);
  return order;
}

/** Undefined where it was kept and is lost. */
async function partsOf(
  { state }: Moment<MachineState>,
  registry: RegistryStore,
  platform: Platform,
): Promise<MomentParts | undefined> {
  const known = packed.get(state);
  if (known) return known;
  if (state instanceof StateAtRest) {
    await state.find().catch(() => undefined);
    return packed.get(state);
  }
  const into: PackedParts = { parts: new Map<string, KeptPart>(), trees: new Map() };
  const content = {
    ...(await packHost(state, into, platform)),
    others: await packOthers(state.others, into, platform),
    registry: packRegistry(state.registry, registry.blobs, into.parts),
  };
  const document: PackedMoment = { ...content, parts: [...into.parts.keys()], trees: [...into.trees.keys()] };
  const bytes = encodeDocument(document as unknown as Plain);
  const name = newPartName('moment');
  into.parts.set(name, { open: async () => new MemorySource(bytes), sizeBytes: bytes.length });
  const made = { name, ...into };
  packed.set(state, made);
  return made;
}
