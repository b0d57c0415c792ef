import { choosePackage, type NpmPackage } from './npmPackages.ts';
import { satisfies } from './semver.ts';

/** Where each package lies: `node_modules/a`, `node_modules/a/node_modules/b`. */
export type NpmTree = Map<string, NpmPackage>;

/** A range that no known version is in. */
export interface Unresolved {
  readonly name: string;
  readonly range: string;
  readonly isKnown: boolean;
}

export interface TreeRequest {
  readonly index: ReadonlyMap<string, readonly NpmPackage[]>;
  /** Ranges by name. */
  readonly wanted: Readonly<Record<string, string>>;
  /** Versions that a lock holds, by place. */
  readonly locked: ReadonlyMap<string, string>;
}

const MAX_PACKAGES = 20_000;

/** Lays a tree out as npm does: as near to the top as names allow, deeper where another version is in the way. */
export function layOut({ index, wanted, locked }: TreeRequest): NpmTree | Unresolved {
  const tree: NpmTree = new Map();
  // Places that must stay free of a name: from there another one is seen.
  const seenThrough = new Set<string>();
  const waiting: (readonly [from: string, name: string, range: string])[] = [];
  const add = (from: string, dependencies: Readonly<Record<string, string>>) => {
    for (const name of Object.keys(dependencies).sort()) waiting.push([from, name, dependencies[name] as string]);
  };
  add('', wanted);
  for (let at = 0; at < waiting.length && tree.size < MAX_PACKAGES; at++) {
    const [from, name, range] = waiting[at] as (typeof waiting)[number];
    const place = placeFor({ tree, seenThrough }, from, name, range);
    if (place === undefined) continue;
    const fixed = locked.get(place);
    const versions = index.get(name);
    const found =
      fixed !== undefined && satisfies(fixed, range === 'latest' ? '*' : range)
        ? choosePackage(versions, fixed)
        : choosePackage(versions, range);
    if (!found) return { name, range, isKnown: versions !== undefined };
    tree.set(place, found);
    add(place, found.dependencies);
  }
  return tree;
}

interface Places {
  readonly tree: NpmTree;
  readonly seenThrough: Set<string>;
}

/** The nearest free place to the top; undefined where what is seen from there will do. */
function placeFor({ tree, seenThrough }: Places, from: string, name: string, range: string): string | undefined {
  let free: string | undefined;
  const passed: string[] = [];
  for (let folder = from; ; folder = parentOf(folder)) {
    const place = folder === '' ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    const found = tree.get(place);
    const isSeen = found !== undefined && satisfies(found.version, range === 'latest' ? '*' : range);
    if (found === undefined && (free === undefined || !seenThrough.has(place))) free = place;
    if (found !== undefined || folder === '') {
      const chosen = isSeen ? place : (free ?? place);
      for (const one of passed) if (one !== chosen && one.length > chosen.length) seenThrough.add(one);
      return isSeen ? undefined : chosen;
    }
    passed.push(place);
  }
}

/** `node_modules/a/node_modules/b` lies in `node_modules/a`, and that at the top, which is empty. */
function parentOf(place: string): string {
  const at = place.lastIndexOf('/node_modules/');
  return at < 0 ? '' : place.slice(0, at);
}
