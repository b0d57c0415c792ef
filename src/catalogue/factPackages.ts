import type { CatalogueFiles } from './catalogueFiles.ts';
import { type ListedEntry, readListing } from './listing.ts';
import { splitShard } from './splitShard.ts';

/** A package of a distribution whose packages are told by facts: a line of `FOLDER/index.txt`, columns parted by `|`:
 *  `NAME|VERSION|REPOSITORY|ARCHIVE_BYTES|INSTALLED_BYTES|LICENSE|ORIGIN|DEPENDENCIES|SCRIPTS|DESCRIPTION`. */
export interface FactPackage {
  readonly name: string;
  readonly version: string;
  readonly repository: string;
  readonly archiveBytes: number;
  readonly installedBytes: number;
  readonly license: string;
  /** The source that it was built from. */
  readonly origin: string;
  readonly dependencies: readonly string[];
  /** `pre-install`, `trigger:PATH,PATH`, `user:NAME:UID:GID:HOME`. */
  readonly scripts: readonly string[];
  readonly description: string;
}

/** The packages of one distribution. Each file of data is read once, when it is first needed. */
export class FactPackages {
  readonly #files: CatalogueFiles;
  readonly #folder: string;
  #index: Promise<ReadonlyMap<string, FactPackage>> | undefined;
  readonly #shards = new Map<string, Promise<ReadonlyMap<string, string>>>();

  constructor(files: CatalogueFiles, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /** By name, sorted. */
  index(): Promise<ReadonlyMap<string, FactPackage>> {
    this.#index ??= this.#files.text(`${this.#folder}/index.txt`).then(readIndex);
    return this.#index;
  }

  /** The files of a package; none for one that only depends on others. Throws RangeError for one that is unknown. */
  async entries(name: string): Promise<readonly ListedEntry[]> {
    if (!(await this.index()).has(name)) throw new RangeError(`no package ${name}`);
    const shard = name.startsWith('lib') ? 'lib' : name.slice(0, 1).toLowerCase();
    let listings = this.#shards.get(shard);
    if (!listings) {
      listings = this.#files.text(`${this.#folder}/files-${shard}.txt`).then(splitShard);
      this.#shards.set(shard, listings);
    }
    return [...readListing((await listings).get(name) ?? '')];
  }
}

function readIndex(text: string): ReadonlyMap<string, FactPackage> {
  const packages = new Map<string, FactPackage>();
  for (const line of text.trim().split('\n')) {
    const [name = '', version = '', repository = '', archive, installed, license = '', origin = '', ...rest] =
      line.split('|');
    const [dependencies = '', scripts = '', description = ''] = rest;
    packages.set(name, {
      name,
      version,
      repository,
      archiveBytes: Number(archive),
      installedBytes: Number(installed),
      license,
      origin,
      dependencies: dependencies.split(',').filter((one) => one !== ''),
      scripts: scripts.split(' ').filter((one) => one !== ''),
      description,
    });
  }
  return packages;
}

/** The wanted packages and what they need, each behind what it depends on; without those that `isInstalled`. */
export function withNeeded(
  index: ReadonlyMap<string, FactPackage>,
  wanted: readonly string[],
  isInstalled: (name: string) => boolean,
): readonly FactPackage[] {
  const order: FactPackage[] = [];
  const begun = new Set<string>();
  const add = (name: string): void => {
    const found = index.get(name);
    if (!found || begun.has(name) || isInstalled(name)) return;
    begun.add(name);
    for (const one of found.dependencies) add(one);
    order.push(found);
  };
  for (const name of wanted) add(name);
  return order;
}
