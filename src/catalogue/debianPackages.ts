import { ALTERNATIVES } from './alternatives.ts';
import type { AptPackages } from './aptPackages.ts';
import type { CatalogueFiles } from './catalogueFiles.ts';
import { type ListedEntry, readListing } from './listing.ts';
import { splitShard } from './splitShard.ts';

/** What dpkg says of a package, as of its control file; names of fields as there. */
export interface DebianPackage {
  readonly name: string;
  readonly fields: ReadonlyMap<string, string>;
}

/** The packages of Debian 12. Each file of data is read once, when it is first needed. */
export class DebianPackages implements AptPackages {
  readonly #files: CatalogueFiles;
  #index: Promise<ReadonlyMap<string, DebianPackage>> | undefined;
  #base: Promise<readonly string[]> | undefined;
  readonly #shards = new Map<string, Promise<ReadonlyMap<string, string>>>();

  constructor(files: CatalogueFiles) {
    this.#files = files;
  }

  /** By name, sorted. */
  index(): Promise<ReadonlyMap<string, DebianPackage>> {
    this.#index ??= this.#files.text('debian/index.txt').then(readIndex);
    return this.#index;
  }

  /** Names of what every image of Debian holds. */
  base(): Promise<readonly string[]> {
    this.#base ??= this.#files.text('debian/base.txt').then((text) => text.trim().split('\n'));
    return this.#base;
  }

  /** The files of a package. Throws RangeError for one that is not in the catalogue. */
  async entries(name: string): Promise<readonly ListedEntry[]> {
    const shard = (await this.base()).includes(name) ? 'base' : shardOf(name);
    let listings = this.#shards.get(shard);
    if (!listings) {
      listings = this.#files.text(`debian/files-${shard}.txt`).then(splitShard);
      this.#shards.set(shard, listings);
    }
    const listing = (await listings).get(name);
    if (listing === undefined) throw new RangeError(`no package ${name}`);
    return [...readListing(listing)];
  }

  alternatives(name: string): Promise<Readonly<Record<string, string>>> {
    return Promise.resolve(ALTERNATIVES[name] ?? {});
  }

  component(): Promise<string> {
    return Promise.resolve('main');
  }
}

function shardOf(name: string): string {
  return name.startsWith('lib') ? name.slice(0, 4) : name.slice(0, 1);
}

function readIndex(text: string): ReadonlyMap<string, DebianPackage> {
  const packages = new Map<string, DebianPackage>();
  for (const record of text.split('\n\n')) {
    const [name = '', ...lines] = record.trim().split('\n');
    if (name === '') continue;
    const fields = new Map(
      lines.map((line) => line.split(': ', 1).concat(line.slice(line.indexOf(': ') + 2)) as [string, string]),
    );
    packages.set(name, { name, fields });
  }
  return packages;
}
