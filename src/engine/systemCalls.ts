import type { JsonWritable } from '../image/writeJson.ts';
import type { ContainerSummary } from './containerCalls.ts';
import type { Filters } from './filters.ts';
import type { ImageSummary } from './imageCalls.ts';
import type { VolumeSummary } from './volumeCalls.ts';

/** The vintage of an engine: 20.10.24 with type bits in layer tars and the old archives; 26 as after 25: OCI archives,
 *  plain modes. */
export type EngineVintage = '20.10' | '26';

export interface RegistryLogin {
  readonly username: string;
  readonly password: string;
  readonly identityToken?: string;
}

export interface DiskUsage {
  readonly layersBytes: number;
  /** With shared sizes and counts of containers. */
  readonly images: readonly ImageSummary[];
  /** With sizes. */
  readonly containers: readonly ContainerSummary[];
  readonly volumes: readonly (VolumeSummary & { readonly sizeBytes: number; readonly links: number })[];
  readonly buildCache: readonly BuildCacheUsage[];
}

export interface BuildCacheUsage {
  readonly id: string;
  readonly kind: string;
  readonly description: string;
  readonly sizeBytes: number;
  readonly createdSec: number;
  readonly lastUsedSec: number | undefined;
  readonly usageCount: number;
  readonly isInUse: boolean;
  readonly isShared: boolean;
}

/** moby api/types/events.Message. */
export interface EngineEvent {
  readonly type: 'container' | 'image' | 'volume' | 'network' | 'daemon' | 'builder';
  /** `create`, `exec_start: sh -c x`. */
  readonly action: string;
  readonly actorId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly timeSec: number;
  readonly timeNsec: bigint;
}

export interface SystemCalls {
  /** `GET /info`, keys in the API's order. */
  info(): Readonly<Record<string, JsonWritable>>;
  /** `GET /version`. */
  version(): Readonly<Record<string, JsonWritable>>;
  diskUsage(): DiskUsage;
  /** What happened since, then, unless `untilSec` is given, what happens until the signal. Filters: container, image,
   *  event, type, volume, network, label, daemon. */
  events(options: {
    readonly sinceSec?: number | undefined;
    readonly untilSec?: number | undefined;
    readonly filters?: Filters;
    readonly signal?: AbortSignal;
  }): AsyncIterable<EngineEvent>;
  /** `POST /auth`. Gives the status text, `Login Succeeded`. Throws EngineError `unauthorized`. */
  login(login: RegistryLogin, serverAddress: string): Promise<string>;
}

export interface RemoteManifest {
  readonly mediaType: string;
  readonly digest: string;
  readonly bytes: Uint8Array;
}

/** What `docker manifest` does: the client itself speaks to registries. */
export interface RegistryCalls {
  /** As stored. Throws EngineError `notFound`, `unauthorized`, `registry`. `isInsecure`: plain HTTP is tried, too. */
  manifest(
    reference: string,
    options: { readonly isInsecure?: boolean; readonly login?: RegistryLogin | undefined },
  ): Promise<RemoteManifest>;
  blob(
    reference: string,
    digest: string,
    options: { readonly isInsecure?: boolean; readonly login?: RegistryLogin | undefined },
  ): Promise<Uint8Array>;
  /** Gives the digest. Blobs that the manifest names in other repositories of that registry are mounted. */
  pushManifest(
    reference: string,
    manifest: { readonly mediaType: string; readonly bytes: Uint8Array },
    options: {
      readonly isInsecure?: boolean;
      readonly login?: RegistryLogin | undefined;
      /** Repositories of the same registry whose manifests and blobs it refers to. */
      readonly from?: readonly string[];
    },
  ): Promise<string>;
}
