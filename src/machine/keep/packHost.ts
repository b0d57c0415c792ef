import { MemorySource } from '../../bytes/byteSource.ts';
import type { Platform } from '../../bytes/platform.ts';
import { RunSource } from '../../bytes/runSource.ts';
import type { ContainerRecord } from '../../engine/containerRecord.ts';
import type { ContainerSnapshot, EngineSnapshot } from '../../engine/engineSnapshot.ts';
import { packEngine } from '../../engine/packEngine.ts';
import type { PackedState } from '../../engine/packedEngine.ts';
import type { Digest } from '../../image/digest.ts';
import type { LayerColumns } from '../../vfs/layerTree.ts';
import type { HostState } from '../machine.ts';
import type { KeptPart } from './keptMachine.ts';
import { packRuns } from './keptRuns.ts';
import { packLog } from './packLog.ts';
import { type PackedUpper, packUpper } from './packUpper.ts';

/** A host at one moment: its disk and its engine. */
export interface PackedHost {
  readonly diskUsedBytes: number;
  readonly disk: PackedUpper;
  readonly engine: PackedEngineHead;
  readonly containers: readonly PackedContainerHead[];
}

/** Another host of the lab. */
export interface PackedOther extends PackedHost {
  readonly name: string;
}

/** Configs are parts, trees lie beside them. */
export type PackedEngineHead = Omit<PackedState, 'images' | 'layers' | 'containers'> & {
  readonly images: readonly { readonly id: Digest; readonly parent?: Digest; readonly lastTaggedAt?: string }[];
  readonly layers: readonly Omit<PackedState['layers'][number], 'columns'>[];
};

export interface PackedContainerHead {
  readonly record: Omit<ContainerRecord, 'layers'>;
  readonly top?: Digest;
  readonly initLayer: PackedUpper;
  readonly upper: PackedUpper;
  readonly log?: string;
}

/** What packing adds to. */
export interface PackedParts {
  readonly parts: Map<string, KeptPart>;
  readonly trees: Map<string, LayerColumns>;
}

export async function packHost(state: HostState, into: PackedParts, platform: Platform): Promise<PackedHost> {
  return {
    diskUsedBytes: state.diskUsedBytes,
    disk: await packUpper(state.disk, into.parts),
    engine: packEngineHead(state.engine, into, platform),
    containers: await packContainers(state.engine, into.parts),
  };
}

export async function packOthers(
  others: ReadonlyMap<string, HostState>,
  into: PackedParts,
  platform: Platform,
): Promise<readonly PackedOther[]> {
  const packed: PackedOther[] = [];
  for (const [name, state] of others) packed.push({ name, ...(await packHost(state, into, platform)) });
  return packed;
}

function packEngineHead(
  { state }: EngineSnapshot,
  { parts, trees }: PackedParts,
  platform: Platform,
): PackedEngineHead {
  const { plain, blobs } = packEngine({ state, containers: new Map() }, platform);
  const tars = new Map([...state.layers.values()].map(({ diffId, tar }) => [diffId, tar]));
  const { images: _images, layers, containers: _containers, ...rest } = plain;
  return {
    ...rest,
    images: [...state.images.values()].map(({ id, configBytes, parent, lastTaggedAt }) => {
      parts.set(configPart(id), { open: async () => new MemorySource(configBytes) });
      return { id, ...(parent !== undefined && { parent }), ...(lastTaggedAt !== undefined && { lastTaggedAt }) };
    }),
    layers: layers.map(({ columns, ...layer }) => {
      const tar = tars.get(layer.diffId);
      const runs = tar instanceof RunSource ? tar.parts : undefined;
      const name = runs ? runsPart(layer.diffId) : layer.tar;
      const blob = blobs.get(layer.tar);
      if (runs) parts.set(name, { open: async () => packRuns(runs) });
      else if (blob) parts.set(name, blob);
      trees.set(name, columns);
      return { ...layer, tar: name };
    }),
  };
}

export function configPart(id: Digest): string {
  return `config/${id}`;
}

/** Layers without their runs of zeros. */
export const RUNS = 'runs/';

export function runsPart(diffId: Digest): string {
  return RUNS + diffId;
}

async function packContainers(
  engine: EngineSnapshot,
  parts: Map<string, KeptPart>,
): Promise<readonly PackedContainerHead[]> {
  const packed: PackedContainerHead[] = [];
  for (const record of engine.state.containers.values()) {
    const snapshot = engine.containers.get(record.id);
    if (snapshot) packed.push(await packContainer(record, snapshot, parts));
  }
  return packed;
}

async function packContainer(
  { layers, ...record }: ContainerRecord,
  snapshot: ContainerSnapshot,
  parts: Map<string, KeptPart>,
): Promise<PackedContainerHead> {
  const top = layers.at(-1)?.chainId;
  const log = packLog(snapshot.log, parts);
  return {
    record,
    ...(top !== undefined && { top }),
    initLayer: await packUpper(snapshot.initLayer, parts),
    upper: await packUpper(snapshot.upper, parts),
    ...(log !== undefined && { log }),
  };
}
