import { EMPTY_CONFIG } from '../../engine/containerConfig.ts';
import { DEFAULT_HOST_CONFIG } from '../../engine/hostConfigDefaults.ts';
import { EVENTS } from './packEvents.ts';
import { PACKED_UPPER } from './unpackUpper.ts';
import { type Shape, shapeLike } from './shape.ts';

const ID: Shape = 'string';
const NULLABLE_STRINGS: Shape = { nullable: 'strings' };
const LABELS: Shape = { nullable: { values: 'string' } };

/** Fields may be missing: they are as by default then. */
function optionalFields(example: object, better: Readonly<Record<string, Shape>>): Shape {
  const fields = Object.entries(example).map(([key, value]) => [key, { optional: better[key] ?? shapeLike(value) }]);
  return { fields: Object.fromEntries(fields) as Record<string, Shape> };
}

const CONFIG = optionalFields(EMPTY_CONFIG, {
  Env: NULLABLE_STRINGS,
  Cmd: NULLABLE_STRINGS,
  Entrypoint: NULLABLE_STRINGS,
  OnBuild: NULLABLE_STRINGS,
  Volumes: { nullable: { values: 'record' } },
  Labels: LABELS,
});

const HOST_CONFIG = optionalFields(DEFAULT_HOST_CONFIG, {
  Binds: NULLABLE_STRINGS,
  VolumesFrom: NULLABLE_STRINGS,
  CapAdd: NULLABLE_STRINGS,
  CapDrop: NULLABLE_STRINGS,
  ExtraHosts: NULLABLE_STRINGS,
  GroupAdd: NULLABLE_STRINGS,
  Links: NULLABLE_STRINGS,
  SecurityOpt: NULLABLE_STRINGS,
  MemorySwappiness: { nullable: 'number' },
  MaskedPaths: NULLABLE_STRINGS,
  ReadonlyPaths: NULLABLE_STRINGS,
  PidsLimit: { nullable: 'number' },
  PortBindings: { values: { nullable: { each: { fields: { HostIp: 'string', HostPort: 'string' } } } } },
});

const RECORD: Shape = {
  fields: {
    id: 'string',
    name: 'string',
    createdAt: 'string',
    imageId: 'string',
    config: CONFIG,
    hostConfig: HOST_CONFIG,
    path: 'string',
    args: 'strings',
    state: {
      fields: {
        status: { oneOf: ['created', 'running', 'paused', 'restarting', 'removing', 'exited', 'dead'] },
        pid: 'number',
        exitCode: 'number',
        error: 'string',
        startedAt: 'string',
        finishedAt: 'string',
      },
    },
    restartCount: 'number',
    mounts: {
      each: {
        fields: {
          type: { oneOf: ['bind', 'volume', 'tmpfs'] },
          name: { optional: 'string' },
          source: 'string',
          destination: 'string',
          mode: 'string',
          isWritable: 'boolean',
          propagation: 'string',
        },
      },
    },
    endpoints: {
      each: {
        fields: {
          networkId: 'string',
          networkName: 'string',
          aliases: 'strings',
          endpointId: 'string',
          ipAddress: 'string',
          macAddress: 'string',
        },
      },
    },
    publishedPorts: {
      optional: {
        each: {
          fields: {
            hostIp: 'string',
            hostPort: 'number',
            privatePort: 'number',
            protocol: { oneOf: ['tcp', 'udp', 'sctp'] },
          },
        },
      },
    },
    platform: 'string',
    wasStopped: 'boolean',
  },
};

const ENGINE: Shape = {
  fields: {
    version: 'number',
    images: { each: { fields: { id: ID, parent: { optional: ID }, lastTaggedAt: { optional: 'string' } } } },
    references: { each: { tuple: ['string', ID] } },
    layers: { each: { fields: { diffId: ID, parent: { optional: ID }, cacheId: 'string', tar: 'string' } } },
    volumes: {
      each: {
        fields: {
          name: 'string',
          driver: 'string',
          labels: LABELS,
          options: LABELS,
          createdAt: 'string',
          isAnonymous: 'boolean',
        },
      },
    },
    networks: {
      each: {
        fields: {
          id: 'string',
          name: 'string',
          driver: 'string',
          scope: 'string',
          createdAt: 'string',
          isInternal: 'boolean',
          isAttachable: 'boolean',
          subnet: { optional: 'string' },
          gateway: { optional: 'string' },
          options: { values: 'string' },
          labels: { values: 'string' },
          isPredefined: 'boolean',
        },
      },
    },
    knownBlobs: {
      each: {
        tuple: [
          ID,
          { each: { fields: { digest: ID, sizeBytes: 'number', mediaType: 'string', repository: 'string' } } },
        ],
      },
    },
    cacheMounts: {
      optional: {
        each: {
          fields: {
            id: 'string',
            place: 'string',
            createdAt: 'string',
            lastUsedAt: 'string',
            usageCount: 'number',
            description: 'string',
          },
        },
      },
    },
    buildCache: {
      optional: {
        each: {
          fields: {
            key: 'string',
            layers: 'strings',
            chainId: { optional: ID },
            createdAt: 'string',
            description: 'string',
            parts: { optional: { values: 'string' } },
            times: { optional: 'strings' },
            sizeBytes: 'number',
            kind: { optional: 'string' },
            usageCount: { optional: 'number' },
            lastUsedAt: { optional: 'string' },
            isMeasured: { optional: 'boolean' },
          },
        },
      },
    },
  },
};

/** A host at one moment. */
const HOST: Readonly<Record<string, Shape>> = {
  diskUsedBytes: 'number',
  disk: PACKED_UPPER,
  engine: ENGINE,
  containers: {
    each: {
      fields: {
        record: RECORD,
        top: { optional: ID },
        initLayer: PACKED_UPPER,
        upper: PACKED_UPPER,
        log: { optional: 'string' },
      },
    },
  },
};

const REGISTRY: Shape = {
  each: {
    fields: {
      name: 'string',
      tags: { each: { tuple: ['string', ID] } },
      manifests: { each: { fields: { digest: ID, mediaType: 'string', bytes: 'bytes' } } },
      blobs: 'strings',
    },
  },
};

const OTHERS: Shape = { each: { fields: { name: 'string', ...HOST } } };

/** A head, but for its version, which is looked at first. */
export const HEAD: Shape = {
  fields: {
    vintage: { oneOf: ['20.10', '26'] },
    ...HOST,
    registry: REGISTRY,
    others: { optional: OTHERS },
    timeline: {
      optional: {
        fields: {
          moments: { each: { fields: { title: 'string', atSec: 'number', part: { optional: 'string' } } } },
          position: 'number',
        },
      },
    },
    events: { optional: { each: { tuple: ['string', EVENTS] } } },
    programs: { optional: 'strings' },
  },
};

/** A moment of the timeline. */
export const MOMENT: Shape = {
  fields: { ...HOST, others: OTHERS, registry: REGISTRY, parts: 'strings', trees: 'strings' },
};
