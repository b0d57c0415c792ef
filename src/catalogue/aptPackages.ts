import type { DebianPackage } from './debianPackages.ts';
import type { LayerEntry } from './layerTar.ts';

/** The packages of a distribution that apt can install. */
export interface AptPackages {
  /** By name, sorted. */
  index(): Promise<ReadonlyMap<string, DebianPackage>>;
  /** Names of what every image of the distribution holds. */
  base(): Promise<readonly string[]>;
  /** The files of a package. Throws RangeError for one that is not in the catalogue. */
  entries(name: string): Promise<readonly LayerEntry[]>;
  /** Links that its script makes with update-alternatives: targets by path. */
  alternatives(name: string): Promise<Readonly<Record<string, string>>>;
  /** The part of the archive that holds a package: `main`, `universe`. */
  component(name: string): Promise<string>;
}
