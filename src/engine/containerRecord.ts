import type { Digest } from '../image/digest.ts';
import type { ContainerConfig, HostConfig } from './containerConfig.ts';
import type { ContainerStatus, MountPoint } from './containerCalls.ts';
import type { LayerRecord } from './imageRecord.ts';
import type { PublishedPort } from './publishedPort.ts';

/** A container of the engine, all but what runs. Immutable. */
export interface ContainerRecord {
  /** 64 hex digits. */
  readonly id: string;
  /** Without a slash. */
  readonly name: string;
  readonly createdAt: string;
  /** '': made from scratch, by a build. */
  readonly imageId: Digest | '';
  /** Base first: stays when the image goes. */
  readonly layers: readonly LayerRecord[];
  readonly config: ContainerConfig;
  readonly hostConfig: HostConfig;
  readonly path: string;
  readonly args: readonly string[];
  readonly state: ContainerState;
  readonly restartCount: number;
  readonly mounts: readonly MountPoint[];
  readonly endpoints: readonly Endpoint[];
  /** The host's ports that lead to it; undefined while it does not run. */
  readonly publishedPorts?: readonly PublishedPort[] | undefined;
  readonly platform: string;
  /** Somebody stopped it: `unless-stopped` does not start it again. */
  readonly wasStopped: boolean;
}

export interface ContainerState {
  readonly status: ContainerStatus;
  /** In the host's namespace; 0: none. */
  readonly pid: number;
  readonly exitCode: number;
  readonly error: string;
  /** RFC 3339; Go's zero time: not yet. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly health: HealthState | undefined;
  /** A process of its last run was killed for want of memory. */
  readonly isOutOfMemory?: boolean | undefined;
}

export interface HealthState {
  readonly status: 'starting' | 'healthy' | 'unhealthy';
  readonly failingStreak: number;
  readonly log: readonly {
    readonly start: string;
    readonly end: string;
    readonly exitCode: number;
    readonly output: string;
  }[];
}

/** Where a container hangs in a network. Addresses only while it runs. */
export interface Endpoint {
  readonly networkId: string;
  readonly networkName: string;
  readonly aliases: readonly string[];
  readonly endpointId: string;
  readonly ipAddress: string;
  readonly macAddress: string;
}
