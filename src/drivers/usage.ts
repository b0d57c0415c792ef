import type { DiskUsage, SpaceUse } from './driver.ts';
import type { HostMeasure, TreeMeasure } from './measureHost.ts';
import { addTallies, type Rounding, roundUp } from './spaceTally.ts';

/** Directories that a driver makes beside the contents. */
export interface LayoutDirectories {
  /** Once. */
  readonly fixed: number;
  /** For a layer, on nothing and on another one. */
  readonly base: number;
  readonly layer: number;
  /** For a container, its init layer included, on nothing and on an image. */
  readonly emptyContainer: number;
  readonly container: number;
}

export interface UsageRule {
  readonly rounding: Rounding;
  readonly directories: LayoutDirectories;
  /** Further rounding of each layer's or container's sum, in bytes. */
  readonly poolBlockBytes?: number;
}

/** What is stored anew for each layer and container. */
export interface StoredParts {
  /** Trees whose contents take space, a list for each layer and container. */
  readonly layers: readonly (readonly TreeMeasure[])[];
  readonly containers: readonly (readonly TreeMeasure[])[];
  /** Trees whose directories can be seen, where those are others: shared by snapshots, or not mounted. */
  readonly visibleLayers?: readonly (readonly TreeMeasure[])[];
  readonly visibleContainers?: readonly (readonly TreeMeasure[])[];
}

export function usageOf(measure: HostMeasure, parts: StoredParts, rule: UsageRule): DiskUsage {
  const { fixed, base, layer, emptyContainer, container } = rule.directories;
  const layerOverhead = measure.layers.reduce((sum, { hasParent }) => sum + (hasParent ? layer : base), fixed);
  const containerOverhead = measure.containers.reduce(
    (sum, { hasParent }) => sum + (hasParent ? container : emptyContainer),
    0,
  );
  return {
    images: spaceUse(parts.layers, parts.visibleLayers ?? parts.layers, layerOverhead, rule),
    containers: spaceUse(parts.containers, parts.visibleContainers ?? parts.containers, containerOverhead, rule),
  };
}

function spaceUse(
  stored: StoredParts['layers'],
  visible: StoredParts['layers'],
  overhead: number,
  { rounding, poolBlockBytes }: UsageRule,
): SpaceUse {
  let contentBytes = 0;
  let allocatedBytes = 0;
  for (const trees of stored) {
    const sum = addTallies(trees.map((tree) => tree.space));
    contentBytes += sum.contentBytes;
    allocatedBytes += poolBlockBytes === undefined ? sum[rounding] : roundUp(sum[rounding], poolBlockBytes);
  }
  let directoryCount = overhead;
  for (const trees of visible) for (const tree of trees) directoryCount += tree.directoryCount;
  return { contentBytes, allocatedBytes, directoryCount };
}

/** Each layer's changeset, each container's. */
export function changesets(measure: HostMeasure, initLayers: 'init' | 'plain'): StoredParts {
  return {
    layers: measure.layers.map((layer) => [layer.changeset]),
    containers: measure.containers.map(({ init, upper }) => (initLayers === 'init' ? [init, upper] : [upper])),
  };
}

/** All that is visible up to each layer, copied; for each container with an init layer twice. */
export function fullCopies(measure: HostMeasure, initLayers: 'init' | 'plain'): StoredParts {
  return {
    layers: measure.layers.map((layer) => [layer.merged]),
    containers: measure.containers.map(({ withInit, merged, mergedWithoutInit }) =>
      initLayers === 'init' ? [withInit, merged] : [mergedWithoutInit],
    ),
  };
}

/** Whole trees in sight whose contents are shared: only changesets take space. */
export function sharedTrees(measure: HostMeasure, initLayers: 'init' | 'plain'): StoredParts {
  const trees = fullCopies(measure, initLayers);
  return { ...changesets(measure, initLayers), visibleLayers: trees.layers, visibleContainers: trees.containers };
}

/** Changesets on devices that nothing shows while they are not mounted. */
export function hiddenTrees(measure: HostMeasure, initLayers: 'init' | 'plain'): StoredParts {
  const none = (trees: readonly unknown[]) => trees.map(() => []);
  return {
    ...changesets(measure, initLayers),
    visibleLayers: none(measure.layers),
    visibleContainers: none(measure.containers),
  };
}
