import { EntryKind, type LayerTree } from '../vfs/layerTree.ts';
import { LayerUnion } from '../vfs/layerUnion.ts';
import type { DriverHost, HostContainer } from './driver.ts';
import { chainOf } from './hostLayers.ts';
import { initLayer } from './initLayer.ts';
import type { ContentSource, TreeMaker } from './treeMaker.ts';

/** A stack of changesets with its merged view. */
export interface View {
  readonly union: LayerUnion;
  /** By position in the union's stack. */
  readonly sources: readonly (ContentSource | undefined)[];
}

/** Whether an engine puts an init layer below a container: dockerd does, containerd does not. */
export type InitLayers = 'init' | 'plain';

/** The layers and containers of a host as sources of a tree that is made, and their merged views. */
export class HostViews {
  readonly host: DriverHost;
  readonly #maker: TreeMaker;
  readonly #layers: readonly (ContentSource | undefined)[];

  constructor(host: DriverHost, maker: TreeMaker) {
    this.host = host;
    this.#maker = maker;
    this.#layers = host.layers.map(({ tree }, layer) =>
      tree ? { tree, index: maker.addSource({ from: 'layer', layer }) } : undefined,
    );
  }

  /** Undefined for a layer that its archive does not hold. */
  layer(position: number): ContentSource | undefined {
    return this.#layers[position];
  }

  /** The merged view of a layer and all below it; of nothing, an empty one. */
  below(top: number | undefined): View {
    return viewOf(chainOf(this.host, top).map((position) => this.layer(position)));
  }

  /** What a container is made of, base first. Its init layer is undefined where the engine makes none. */
  container(position: number, initLayers: InitLayers): ContainerViews {
    const { parent, upper } = this.host.containers[position] as HostContainer;
    const image = this.below(parent);
    const init =
      initLayers === 'init'
        ? { tree: initLayer(image.union), index: this.#maker.addSource({ from: 'empty' }) }
        : undefined;
    const own: ContentSource = {
      tree: upper,
      index: this.#maker.addSource({ from: 'container', container: position }),
    };
    const withInit = init ? viewOf([...image.sources, init]) : image;
    return { image, init, withInit, own, merged: viewOf([...withInit.sources, own]) };
  }
}

export interface ContainerViews {
  readonly image: View;
  readonly init: ContentSource | undefined;
  readonly withInit: View;
  readonly own: ContentSource;
  readonly merged: View;
}

function viewOf(sources: readonly (ContentSource | undefined)[]): View {
  return { union: new LayerUnion(sources.map((source) => source?.tree)), sources };
}

/** A changeset's directories that no lower view has: made anew, not copied up. Opaque ones count as new. */
export function newDirectories(tree: LayerTree, lower: LayerUnion): ReadonlySet<number> {
  const found = new Set<number>();
  /** By entry, the lower directory that it merges with, or -1. */
  const lowerNode = new Int32Array(tree.length).fill(-1);
  lowerNode[0] = 0;
  for (let entry = 1; entry < tree.length; entry++) {
    if (tree.kind(entry) !== EntryKind.directory) continue;
    const parent = lowerNode[tree.parent(entry)] as number;
    const node = parent < 0 || tree.isOpaque(entry) ? -1 : lower.lookup(parent, tree.nameBytes(entry));
    if (node >= 0 && lower.isDirectory(node)) lowerNode[entry] = node;
    else found.add(entry);
  }
  return found;
}
