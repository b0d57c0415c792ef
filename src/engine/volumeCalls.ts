import type { JsonWritable } from '../image/writeJson.ts';
import type { Filters } from './filters.ts';

export interface VolumeSummary {
  readonly name: string;
  readonly driver: string;
  /** On the host: `/var/lib/docker/volumes/NAME/_data`. */
  readonly mountpoint: string;
  readonly labels: Readonly<Record<string, string>> | null;
  readonly scope: 'local';
  /** RFC 3339. */
  readonly createdAt: string;
}

export interface VolumeCalls {
  /** Sorted by name. Filters: dangling, driver, label, name. */
  list(filters?: Filters): readonly VolumeSummary[];
  /** An empty name: 64 hex digits. Gives the one that is there where the name is taken. */
  create(options: {
    readonly name: string;
    readonly driver?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly driverOptions?: Readonly<Record<string, string>>;
  }): VolumeSummary;
  inspect(name: string): Readonly<Record<string, JsonWritable>>;
  remove(name: string, options?: { readonly isForced?: boolean }): void;
  /** Filters: label, label!, all. */
  prune(filters: Filters): { readonly names: readonly string[]; readonly reclaimedBytes: number };
}
