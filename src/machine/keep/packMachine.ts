import { MemorySource } from '../../bytes/byteSource.ts';
import type { Platform } from '../../bytes/platform.ts';
import { RunSource } from '../../bytes/runSource.ts';
import type { ContainerRecord } from '../../engine/containerRecord.ts';
import type { ContainerSnapshot } from '../../engine/engineSnapshot.ts';
import { packEngine } from '../../engine/packEngine.ts';
import type { PackedState } from '../../engine/packedEngine.ts';
import type { EngineVintage } from '../../engine/systemCalls.ts';
import type { Digest } from '../../image/digest.ts';
import type { RegistryStore } from '../../registry/simulated/registryStore.ts';
import type { LayerColumns } from '../../vfs/layerTree.ts';
import type { MachineState } from '../machine.ts';
import { encodeDocument, type Plain } from './document.ts';
import { KEPT_VERSION, type KeptMachine, type KeptPart } from './keptMachine.ts';
import { packRuns } from './keptRuns.ts';
import { packLog } from './packLog.ts';
import { type PackedUpper, packUpper } from './packUpper.ts';

/** What there is of a machine to keep. */
export interface MachineAtRest {
  readonly vintage: EngineVintage;
  readonly state: MachineState;
  /** The registry of its own. */
  readonly registry: RegistryStore;
}

export interface PackedHead {
  readonly version: number;
  readonly vintage: EngineVintage;
  readonly diskUsedBytes: number;
  readonly disk: PackedUpper;
  readonly engine: PackedEngineHead;
  readonly containers: readonly PackedContainerHead[];
  readonly registry: readonly PackedRepository[];
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

export interface PackedRepository {
  readonly name: string;
  readonly tags: readonly (readonly [string, Digest])[];
  readonly manifests: readonly { readonly digest: Digest; readonly mediaType: string; readonly bytes: Uint8Array }[];
  readonly blobs: readonly Digest[];
}

/** A machine as a head and parts. Cost: what changed since the last time, and one reference for all else. */
export async function packMachine(machine: MachineAtRest, platform: Platform): Promise<KeptMachine> {
  const parts = new Map<string, KeptPart>();
  const trees = new Map<string, LayerColumns>();
  const { state, vintage, registry } = machine;
  const head: PackedHead = {
    version: KEPT_VERSION,
    vintage,
    diskUsedBytes: state.diskUsedBytes,
    disk: await packUpper(state.disk, parts),
    engine: packEngineHead(machine, parts, trees, platform),
    containers: await packContainers(state, parts),
    registry: packRegistry(registry, parts),
  };
  return { head: encodeDocument(head as unknown as Plain), parts, trees };
}

function packEngineHead(
  { state }: MachineAtRest,
  parts: Map<string, KeptPart>,
  trees: Map<string, LayerColumns>,
  platform: Platform,
): PackedEngineHead {
  const { plain, blobs } = packEngine({ state: state.engine.state, containers: new Map() }, platform);
  const tars = new Map([...state.engine.state.layers.values()].map(({ diffId, tar }) => [diffId, tar]));
  const { images: _images, layers, containers: _containers, ...rest } = plain;
  return {
    ...rest,
    images: [...state.engine.state.images.values()].map(({ id, configBytes, parent, lastTaggedAt }) => {
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

export function blobPart(digest: Digest): string {
  return `registry/${digest}`;
}

async function packContainers(
  { engine }: MachineState,
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

function packRegistry(registry: RegistryStore, parts: Map<string, KeptPart>): readonly PackedRepository[] {
  const { blobs } = registry;
  return [...registry.snapshot()].map(([name, repository]) => ({
    name,
    tags: [...repository.tags],
    manifests: [...repository.manifests.values()].map(({ digest, mediaType, bytes }) => ({ digest, mediaType, bytes })),
    blobs: [...repository.blobs].filter((digest) => {
      const blob = blobs.get(digest);
      if (blob) parts.set(blobPart(digest), { open: async () => blob });
      return blob !== undefined;
    }),
  }));
}
