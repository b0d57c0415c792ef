import { addLayerDb, type DockerIds } from './layerDb.ts';
import { checkHost } from './hostLayers.ts';
import type { DriverHost, DriverLayout, HostLayer } from './driver.ts';
import { graftChangeset, graftUnion, type WhiteoutForm } from './graft.ts';
import { type ContainerViews, HostViews } from './hostViews.ts';
import { randomHexId, randomLinkName, type RandomSource } from './randomSource.ts';
import { type ContentSource, TreeMaker } from './treeMaker.ts';
import type { LayoutDirectories } from './usage.ts';
import type { LayerUnion } from '../vfs/layerUnion.ts';

/** What differs between the two drivers of dockerd that keep a directory a layer and short links to it. */
export interface OverlayStyle {
  readonly name: 'overlay2' | 'fuse-overlayfs';
  /** How layers are unpacked. */
  readonly whiteouts: WhiteoutForm;
  /** Puts a live changeset, an init layer or a container's own, below a directory. */
  readonly graftUpper: (maker: TreeMaker, at: number, source: ContentSource, lower: LayerUnion) => void;
  readonly workMode: number;
  /** Mode of what a mount makes in the working directory. */
  readonly innerWorkMode: number;
}

const DIRECTORY = { mode: 0o710 };
const FILE = { mode: 0o644 };

/** A layer or container on disk. */
interface Place {
  readonly id: string;
  readonly link: string;
}

interface ContainerPlaces {
  readonly init: Place;
  readonly own: Place;
  /** The image's links, top first. */
  readonly lower: readonly string[];
  readonly isMounted: boolean;
}

/** `NAME/ID/{diff,link,lower,work,committed}` and `NAME/l/LINK -> ../ID/diff` (moby
 *  daemon/graphdriver/overlay2/overlay.go; seen with 20.10). `lower` lists links top first; `committed` is there from
 *  the first child on; a base has neither `lower` nor `work`. */
export function overlayDirectory(host: DriverHost, random: RandomSource, style: OverlayStyle): DriverLayout {
  checkHost(host);
  const maker = new TreeMaker({ mode: 0o710 });
  const directory = new OverlayDirectory(maker, style);
  const views = new HostViews(host, maker);
  const layers: Place[] = [];
  const parents = new Set<number>();
  for (const { parent } of host.layers) if (parent !== undefined) parents.add(parent);
  for (const { parent } of host.containers) if (parent !== undefined) parents.add(parent);
  host.layers.forEach((layer, position) => {
    const place = { id: randomHexId(random), link: randomLinkName(random) };
    layers.push(place);
    const at = directory.addPlace(place, lowerLinks(host, layers, layer.parent), parents.has(position));
    const source = views.layer(position);
    if (source) graftChangeset(maker, at, source, style.whiteouts);
  });
  const mountIds = host.containers.map((container, position) => {
    const id = randomHexId(random);
    const init = { id: `${id}-init`, link: randomLinkName(random) };
    const own = { id, link: randomLinkName(random) };
    const lower = lowerLinks(host, layers, container.parent);
    directory.addContainer(
      { init, own, lower, isMounted: container.isMounted === true },
      views.container(position, 'init'),
    );
    return id;
  });
  const ids: DockerIds = { cacheIds: layers.map((place) => place.id), mountIds };
  addLayerDb(maker, { name: style.name, sizes: 'onDisk' }, host, ids);
  return { ...maker.finish(), volumes: [] };
}

/** Links of a layer and all below it, top first. */
function lowerLinks(host: DriverHost, places: readonly Place[], top: number | undefined): readonly string[] {
  const links: string[] = [];
  for (let at = top; at !== undefined; at = (host.layers[at] as HostLayer).parent)
    links.push((places[at] as Place).link);
  return links;
}

class OverlayDirectory {
  readonly #maker: TreeMaker;
  readonly #style: OverlayStyle;
  readonly #root: number;
  readonly #links: number;

  constructor(maker: TreeMaker, style: OverlayStyle) {
    this.#maker = maker;
    this.#style = style;
    this.#root = maker.directory(maker.root, style.name, DIRECTORY);
    this.#links = maker.directory(this.#root, 'l', { mode: 0o700 });
  }

  /** Returns its `diff`. */
  addPlace(place: Place, lower: readonly string[], isParent: boolean): number {
    const at = this.#maker.directory(this.#root, place.id, DIRECTORY);
    if (lower.length > 0) this.#maker.directory(at, 'work', { mode: this.#style.workMode });
    return this.#fill(at, place, lower, isParent);
  }

  addContainer({ init, own, lower, isMounted }: ContainerPlaces, views: ContainerViews): void {
    const maker = this.#maker;
    const initDiff = this.#addLive(init, lower, 'parent').diff;
    if (views.init) this.#style.graftUpper(maker, initDiff, views.init, views.image.union);
    const { at, diff } = this.#addLive(own, [init.link, ...lower], 'leaf');
    this.#style.graftUpper(maker, diff, views.own, views.withInit.union);
    if (!isMounted) return;
    const merged = maker.directory(at, 'merged', { mode: 0o755 });
    graftUnion(maker, merged, views.merged.union, views.merged.sources);
  }

  /** A directory that has been mounted: overlay leaves one of its own in `work`. */
  #addLive(place: Place, lower: readonly string[], role: 'parent' | 'leaf'): { at: number; diff: number } {
    const at = this.#maker.directory(this.#root, place.id, DIRECTORY);
    if (lower.length > 0) {
      const work = this.#maker.directory(at, 'work', { mode: this.#style.workMode });
      this.#maker.directory(work, 'work', { mode: this.#style.innerWorkMode });
    }
    return { at, diff: this.#fill(at, place, lower, role === 'parent') };
  }

  #fill(at: number, place: Place, lower: readonly string[], isParent: boolean): number {
    const maker = this.#maker;
    const diff = maker.directory(at, 'diff', { mode: 0o755 });
    maker.file(at, 'link', FILE, place.link);
    if (lower.length > 0) maker.file(at, 'lower', FILE, lower.map((link) => `l/${link}`).join(':'));
    if (isParent) maker.file(at, 'committed', { mode: 0o600 }, '');
    maker.symlink(this.#links, place.link, `../${place.id}/diff`);
    return diff;
  }
}

/** Directories of the layout: `NAME`, `l`; of each place its own, `diff`, `work`, and `work/work` once mounted. */
export const OVERLAY_DIRECTORIES: LayoutDirectories = {
  fixed: 2,
  base: 2,
  layer: 3,
  emptyContainer: 6,
  container: 8,
};
