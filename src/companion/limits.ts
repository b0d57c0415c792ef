/** What bounds the companion. Each may be set; the defaults suit one machine. */
export interface CompanionLimits {
  readonly contextBytes: number;
  readonly contextEntries: number;
  readonly pathBytes: number;
  /** Folders within folders. */
  readonly pathDepth: number;
  /** From the start of the first attempt on; waiting does not count. */
  readonly buildMs: number;
  readonly logBytes: number;
  readonly steps: number;
  readonly resultBytes: number;
  readonly freeBytes: number;
  readonly runningPerUser: number;
  readonly queuedPerUser: number;
  /** In all, over all users. */
  readonly queued: number;
  readonly keptPerUser: number;
  /** Since it was last read. */
  readonly keptMs: number;
  /** Without a listener, before a build is given up. */
  readonly abandonedMs: number;
  readonly containerMs: number;
  readonly containersPerUser: number;
  /** Images to and from registries. */
  readonly transfersPerUser: number;
  readonly memoryBytes: number;
  readonly processes: number;
  readonly uploadIdleMs: number;
}

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

export const DEFAULT_LIMITS: CompanionLimits = {
  contextBytes: 2 * GIB,
  contextEntries: 200_000,
  pathBytes: 4096, // PATH_MAX
  pathDepth: 256,
  buildMs: 30 * 60_000,
  logBytes: 8 * MIB,
  steps: 10_000,
  resultBytes: 16 * GIB,
  freeBytes: 2 * GIB,
  runningPerUser: 2,
  queuedPerUser: 16,
  queued: 256,
  keptPerUser: 4,
  keptMs: 30 * 60_000,
  abandonedMs: 15_000,
  containerMs: 10 * 60_000,
  containersPerUser: 2,
  transfersPerUser: 8,
  memoryBytes: 2 * GIB,
  processes: 512,
  uploadIdleMs: 30_000,
};
