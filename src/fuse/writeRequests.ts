import type { Outcome } from './dispatcher.ts';
import { FuseError } from './fuseError.ts';
import type { AttributeChange, FuseFilesystem, FuseWriter, OpenedEntry, TimeChange } from './fuseFilesystem.ts';
import type { Session } from './init.ts';
import { Opcode } from './opcode.ts';
import type { FuseReply } from './reply.ts';
import type { FuseRequest } from './request.ts';

const NAME_MAX_BYTES = 255;
/** `FATTR_*` of linux/fuse.h. */
const Change = {
  mode: 1 << 0,
  uid: 1 << 1,
  gid: 1 << 2,
  size: 1 << 3,
  atime: 1 << 4,
  mtime: 1 << 5,
  handle: 1 << 6,
  atimeNow: 1 << 7,
  mtimeNow: 1 << 8,
  ctime: 1 << 10,
  dropsPrivileges: 1 << 11,
} as const;
const OPEN_DROPS_PRIVILEGES = 1;
const WRITE_DROPS_PRIVILEGES = 4;
/** open(2) on Linux, asm-generic/fcntl.h. */
const O_APPEND = 0o2000;
/** The kernel may keep the pages it has of a file: nobody but itself changes them. */
const FOPEN_KEEP_CACHE = 2;

/** Requests that open or change something. Throws FuseError ENOSYS for all others: the kernel then does without. */
export function answerWrite(
  filesystem: FuseFilesystem,
  writer: FuseWriter,
  session: Session,
  request: FuseRequest,
  reply: FuseReply,
): Outcome {
  const { node } = request;
  switch (request.opcode) {
    case Opcode.open:
      return open(writer, request, reply);
    case Opcode.release:
      writer.release(request.u64());
      return 'answered';
    case Opcode.flush:
    case Opcode.fsync:
    case Opcode.fsyncdir:
    case Opcode.syncfs: // what has been answered is as safe as it will be
      return 'answered';
    case Opcode.setattr:
      return setAttributes(filesystem, writer, request, reply);
    case Opcode.write:
      return write(writer, request, reply);
    case Opcode.fallocate: {
      const handle = request.u64();
      const offset = request.u64();
      const lengthBytes = request.u64();
      writer.allocate(node, handle, offset, lengthBytes, request.u32());
      return 'answered';
    }
    case Opcode.setxattr:
      return setXattr(writer, session, request);
    case Opcode.removexattr:
      writer.removeXattr(node, request.name());
      return 'answered';
    default:
      return answerNames(writer, request, reply);
  }
}

/** Requests that make, move and remove names. */
function answerNames(writer: FuseWriter, request: FuseRequest, reply: FuseReply): Outcome {
  const { node } = request;
  switch (request.opcode) {
    case Opcode.create:
    case Opcode.tmpfile: {
      const flags = request.u32();
      const mode = request.u32();
      request.skip(8);
      const opened =
        request.opcode === Opcode.create
          ? writer.create(node, newName(request), mode, flags, request)
          : writer.createNameless(node, mode, flags, request);
      putCreated(reply, opened);
      return 'answered';
    }
    case Opcode.mknod: {
      const mode = request.u32();
      const device = request.u32();
      request.skip(8);
      reply.entry(writer.makeNode(node, newName(request), mode, device, request));
      return 'answered';
    }
    case Opcode.mkdir: {
      const mode = request.u32();
      request.skip(4);
      reply.entry(writer.makeDirectory(node, newName(request), mode, request));
      return 'answered';
    }
    case Opcode.symlink: {
      const name = newName(request);
      reply.entry(writer.symlink(node, name, request.name(), request));
      return 'answered';
    }
    case Opcode.link: {
      const linked = request.u64();
      reply.entry(writer.link(linked, node, newName(request)));
      return 'answered';
    }
    case Opcode.unlink:
      writer.unlink(node, newName(request));
      return 'answered';
    case Opcode.rmdir:
      writer.removeDirectory(node, newName(request));
      return 'answered';
    case Opcode.rename:
    case Opcode.rename2:
      return rename(writer, request);
    default:
      throw new FuseError('ENOSYS');
  }
}

function rename(writer: FuseWriter, request: FuseRequest): Outcome {
  const newParent = request.u64();
  let flags = 0;
  if (request.opcode === Opcode.rename2) {
    flags = request.u32();
    request.skip(4);
  }
  const from = newName(request);
  writer.rename(request.node, from, newParent, newName(request), flags);
  return 'answered';
}

function newName(request: FuseRequest): Uint8Array {
  const name = request.name();
  if (name.length > NAME_MAX_BYTES) throw new FuseError('ENAMETOOLONG');
  return name;
}

function open(writer: FuseWriter, request: FuseRequest, reply: FuseReply): Outcome {
  const flags = request.u32();
  const dropsPrivileges = (request.u32() & OPEN_DROPS_PRIVILEGES) === 0 ? 'no' : 'yes';
  putOpened(reply, writer.open(request.node, flags, { dropsPrivileges }), FOPEN_KEEP_CACHE);
  return 'answered';
}

/** `struct fuse_open_out`. */
function putOpened(reply: FuseReply, handle: number, flags: number): void {
  reply.u64(handle);
  reply.u32(flags);
  reply.u32(0);
}

function putCreated(reply: FuseReply, { entry, handle }: OpenedEntry): void {
  reply.entry(entry);
  putOpened(reply, handle, FOPEN_KEEP_CACHE);
}

function write(writer: FuseWriter, request: FuseRequest, reply: FuseReply): Outcome {
  const handle = request.u64();
  const offset = request.u64();
  const sizeBytes = request.u32();
  const writeFlags = request.u32();
  request.skip(8);
  const append = (request.u32() & O_APPEND) === 0 ? 'no' : 'yes';
  request.skip(4);
  const dropsPrivileges = (writeFlags & WRITE_DROPS_PRIVILEGES) === 0 ? 'no' : 'yes';
  if (!Number.isFinite(offset)) throw new FuseError('EFBIG');
  writer.write(request.node, handle, offset, request.bytes(sizeBytes), { append, dropsPrivileges });
  reply.u32(sizeBytes);
  reply.u32(0);
  return 'answered';
}

function setXattr(writer: FuseWriter, session: Session, request: FuseRequest): Outcome {
  const sizeBytes = request.u32();
  const flags = request.u32();
  if (session.setxattrIsExtended) request.skip(8);
  const name = request.name();
  writer.setXattr(request.node, name, request.bytes(sizeBytes), flags);
  return 'answered';
}

function setAttributes(
  filesystem: FuseFilesystem,
  writer: FuseWriter,
  request: FuseRequest,
  reply: FuseReply,
): Outcome {
  const attributes = writer.setAttributes(request.node, readChange(request), request);
  reply.attributesReply(attributes, filesystem.traits.attributesTimeoutSec);
  return 'answered';
}

/** `struct fuse_setattr_in`. */
function readChange(request: FuseRequest): AttributeChange {
  const valid = request.u32();
  request.skip(4);
  const handle = request.u64();
  const sizeBytes = request.u64();
  request.skip(8);
  const [atimeSec, mtimeSec, ctimeSec] = [request.i64(), request.i64(), request.i64()];
  const [atimeNsec, mtimeNsec, ctimeNsec] = [request.u32(), request.u32(), request.u32()];
  const mode = request.u32();
  request.skip(4);
  const [uid, gid] = [request.u32(), request.u32()];
  const has = (bit: number) => (valid & bit) !== 0;
  if (has(Change.size) && !Number.isFinite(sizeBytes)) throw new FuseError('EFBIG');
  const time = (now: number, sec: number, nsec: number): TimeChange => (has(now) ? 'now' : { sec, nsec });
  return {
    ...(has(Change.mode) && { mode }),
    ...(has(Change.uid) && { uid }),
    ...(has(Change.gid) && { gid }),
    ...(has(Change.size) && { sizeBytes }),
    ...(has(Change.atime) && { atime: time(Change.atimeNow, atimeSec, atimeNsec) }),
    ...(has(Change.mtime) && { mtime: time(Change.mtimeNow, mtimeSec, mtimeNsec) }),
    ...(has(Change.ctime) && { ctime: { sec: ctimeSec, nsec: ctimeNsec } }),
    ...(has(Change.handle) && { handle }),
    ...(has(Change.dropsPrivileges) && { dropsPrivileges: 'yes' as const }),
  };
}
