import type { CatalogueFiles } from '../../catalogueFiles.ts';
import { type ListedEntry, readListing } from '../../listing.ts';
import { compareVersions, namedVersion, satisfies } from './semver.ts';
import { splitShard } from '../../splitShard.ts';

/** A line of `npm/index.txt`, columns parted by tabs: name, version, bytes, license, dependencies, programs, whether it
 *  asks for funds, integrity; dependencies as
 *  `NAME@RANGE`, blanks in ranges as `_`; programs as `NAME=PATH`. */
export interface NpmPackage {
  readonly name: string;
  readonly version: string;
  readonly sizeBytes: number;
  readonly license: string;
  /** Ranges by name. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** Paths by name. */
  readonly programs: Readonly<Record<string, string>>;
  readonly asksForFunds: boolean;
  /** `sha512-…` of the real archive; empty for a version that is not in the catalogue. */
  readonly integrity: string;
  /** Under which its files are listed. */
  readonly listedAs: string;
}

/** The packages of JavaScript that the catalogue holds, several versions of some. */
export class NpmPackages {
  readonly #files: CatalogueFiles;
  #index: Promise<ReadonlyMap<string, readonly NpmPackage[]>> | undefined;
  readonly #shards = new Map<string, Promise<ReadonlyMap<string, string>>>();

  constructor(files: CatalogueFiles) {
    this.#files = files;
  }

  /** By name, the newest version first. */
  index(): Promise<ReadonlyMap<string, readonly NpmPackage[]>> {
    this.#index ??= this.#files.text('npm/index.txt').then(readIndex);
    return this.#index;
  }

  /** Paths are below the package's folder. */
  async entries({ listedAs }: NpmPackage): Promise<readonly ListedEntry[]> {
    const shard = listedAs.replace('@', '').slice(0, 1);
    let listings = this.#shards.get(shard);
    if (!listings) {
      listings = this.#files.text(`npm/files-${shard}.txt`).then(splitShard);
      this.#shards.set(shard, listings);
    }
    return [...readListing((await listings).get(listedAs) ?? '')];
  }
}

function readIndex(text: string): ReadonlyMap<string, readonly NpmPackage[]> {
  const packages = new Map<string, NpmPackage[]>();
  for (const line of text.trim().split('\n')) {
    const [name = '', version = '', size, license = '', dependencies = '', programs = '', funding, integrity = ''] =
      line.split('\t');
    const one: NpmPackage = {
      name,
      version,
      sizeBytes: Number(size),
      license,
      dependencies: pairs(dependencies, '@', (range) => range.replaceAll('_', ' ')),
      programs: pairs(programs, '=', (path) => path.replace(/^\.\//, '')),
      asksForFunds: funding === 'f',
      integrity,
      listedAs: `${name}@${version}`,
    };
    packages.set(name, [...(packages.get(name) ?? []), one]);
  }
  for (const versions of packages.values()) versions.sort((a, b) => compareVersions(b.version, a.version));
  return packages;
}

function pairs(text: string, mark: string, read: (value: string) => string): Readonly<Record<string, string>> {
  return Object.fromEntries(
    text
      .split(' ')
      .filter((word) => word !== '')
      .map((word) => {
        const at = word.lastIndexOf(mark);
        return [word.slice(0, at), read(word.slice(at + 1))];
      }),
  );
}

/** The newest known version in a range; else the older one that the range names, as a stand-in of the oldest known.
 *  Undefined where the name is unknown, or only newer versions would do. */
export function choosePackage(versions: readonly NpmPackage[] | undefined, range: string): NpmPackage | undefined {
  const wanted = ['', 'latest', '*', 'next'].includes(range) ? '*' : range;
  const found = versions?.find(({ version }) => satisfies(version, wanted));
  const [newest] = versions ?? [];
  const oldest = versions?.at(-1);
  const named = namedVersion(wanted);
  if (found || !newest || !oldest || named === undefined || !satisfies(named, wanted)) return found;
  if (compareVersions(named, newest.version) > 0) return undefined;
  const any = Object.fromEntries(Object.keys(oldest.dependencies).map((name) => [name, '*']));
  return { ...oldest, version: named, dependencies: any, integrity: '' };
}
