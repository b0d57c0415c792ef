import { FuseError } from './fuseError.ts';
import type { FuseReply } from './reply.ts';
import type { FuseRequest } from './request.ts';

/** Flags of FUSE_INIT that we know (linux/fuse.h, "INIT request/reply flags"). */
const InitFlag = {
  asyncRead: 1 << 0,
  atomicTruncate: 1 << 3,
  exportSupport: 1 << 4,
  bigWrites: 1 << 5,
  readdirPlus: 1 << 13,
  readdirPlusAuto: 1 << 14,
  asyncDirectIo: 1 << 15,
  noOpenSupport: 1 << 17,
  parallelDirectoryOperations: 1 << 18,
  maxPages: 1 << 22,
  cacheSymlinks: 1 << 23,
  noOpendirSupport: 1 << 24,
  handleKillPrivileges: 1 << 28,
  setxattrExtension: 1 << 29,
} as const;

const PROTOCOL_MAJOR = 7;
/** What we have been written against. */
const PROTOCOL_MINOR = 38;
/** The first minor with 64-byte replies to INIT, READDIRPLUS and RENAME2 (Linux 3.15). */
const OLDEST_MINOR = 23;

const PAGE_BYTES = 4096;
/** The most pages that the kernel puts into one request unless its administrator allows more. */
const MAX_PAGES = 256;
/** Content of one READ or WRITE. */
export const MAX_TRANSFER_BYTES = MAX_PAGES * PAGE_BYTES;
/** A request never is longer: the kernel refuses to read into less than its longest one. */
export const REQUEST_BUFFER_BYTES = MAX_TRANSFER_BYTES + 64 * 1024;

/** What was agreed upon with the kernel. */
export interface Session {
  readonly minor: number;
  readonly setxattrIsExtended: boolean;
}

export type Access = 'readOnly' | 'readWrite';

/** Answers FUSE_INIT. Undefined when the kernel has to ask again with our major version. Throws FuseError EPROTO for
 *  a kernel that is too old. */
export function negotiate(request: FuseRequest, reply: FuseReply, access: Access): Session | undefined {
  const major = request.u32();
  const minor = request.u32();
  if (major > PROTOCOL_MAJOR) {
    putInit(reply, { minor: PROTOCOL_MINOR, maxReadaheadBytes: 0, flags: 0 });
    return undefined;
  }
  if (major < PROTOCOL_MAJOR || minor < OLDEST_MINOR) {
    throw new FuseError('EPROTO', `the kernel speaks FUSE ${major}.${minor}; 7.${OLDEST_MINOR} is needed`);
  }
  const maxReadaheadBytes = request.u32();
  const offered = request.u32();
  const flags = offered & wantedFlags(access);
  putInit(reply, { minor: Math.min(minor, PROTOCOL_MINOR), maxReadaheadBytes, flags });
  return { minor, setxattrIsExtended: (flags & InitFlag.setxattrExtension) !== 0 };
}

function wantedFlags(access: Access): number {
  const both =
    InitFlag.asyncRead |
    InitFlag.exportSupport |
    InitFlag.bigWrites |
    InitFlag.readdirPlus |
    InitFlag.readdirPlusAuto |
    InitFlag.asyncDirectIo |
    InitFlag.parallelDirectoryOperations |
    InitFlag.maxPages |
    InitFlag.cacheSymlinks |
    InitFlag.noOpendirSupport;
  if (access === 'readOnly') return both | InitFlag.noOpenSupport;
  return both | InitFlag.atomicTruncate | InitFlag.handleKillPrivileges | InitFlag.setxattrExtension;
}

interface InitAnswer {
  readonly minor: number;
  readonly maxReadaheadBytes: number;
  readonly flags: number;
}

/** `struct fuse_init_out`. */
function putInit(reply: FuseReply, { minor, maxReadaheadBytes, flags }: InitAnswer): void {
  reply.u32(PROTOCOL_MAJOR);
  reply.u32(minor);
  reply.u32(maxReadaheadBytes);
  reply.u32(flags >>> 0);
  reply.u16(64); // max_background
  reply.u16(48); // congestion_threshold
  reply.u32(MAX_TRANSFER_BYTES);
  reply.u32(1); // time_gran: nanoseconds
  reply.u16(MAX_PAGES);
  reply.u16(0);
  reply.zeros(4 + 7 * 4);
}
