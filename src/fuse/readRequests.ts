import { DirectoryBuffer } from './directoryBuffer.ts';
import type { Outcome } from './dispatcher.ts';
import { FileType } from './fileType.ts';
import { FuseError } from './fuseError.ts';
import type { FuseFilesystem } from './fuseFilesystem.ts';
import { MAX_TRANSFER_BYTES } from './init.ts';
import type { ListingAdvice } from './listingAdvice.ts';
import { Opcode } from './opcode.ts';
import type { FuseReply } from './reply.ts';
import type { FuseRequest } from './request.ts';

const NAME_MAX_BYTES = 255;
const GETATTR_BY_HANDLE = 1;
const SEEK_DATA = 3;
const SEEK_HOLE = 4;

/** Requests that change nothing. `unknown` for all others. */
export function answerRead(
  filesystem: FuseFilesystem,
  request: FuseRequest,
  reply: FuseReply,
  advice: ListingAdvice,
): Outcome | 'unknown' {
  switch (request.opcode) {
    case Opcode.lookup:
      return lookup(filesystem, request, reply, advice);
    case Opcode.getattr: {
      const flags = request.u32();
      request.skip(4);
      const handle = (flags & GETATTR_BY_HANDLE) === 0 ? undefined : request.u64();
      const attributes = filesystem.getAttributes(request.node, handle);
      reply.attributesReply(attributes, filesystem.traits.attributesTimeoutSec);
      return 'answered';
    }
    case Opcode.readlink:
      reply.bytes(filesystem.readlink(request.node));
      return 'answered';
    case Opcode.read:
      return read(filesystem, request, reply);
    case Opcode.readdir:
      return readDirectory(filesystem, request, reply, { form: 'plain', advice });
    case Opcode.readdirplus:
      return readDirectory(filesystem, request, reply, { form: 'plus', advice });
    case Opcode.getxattr:
      return putSized(request, reply, (name) => filesystem.getXattr(request.node, name));
    case Opcode.listxattr:
      return putSized(request, reply, () => joined(filesystem.listXattrs(request.node, request)));
    case Opcode.statfs:
      return statfs(filesystem, reply);
    case Opcode.lseek:
      return seek(filesystem, request, reply);
    case Opcode.access: // the kernel decides (default_permissions)
      return 'answered';
    default:
      return 'unknown';
  }
}

function lookup(filesystem: FuseFilesystem, request: FuseRequest, reply: FuseReply, advice: ListingAdvice): Outcome {
  const name = request.name();
  if (name.length > NAME_MAX_BYTES) throw new FuseError('ENAMETOOLONG');
  const entry = filesystem.lookup(request.node, name);
  if (entry && (entry.attributes.mode & FileType.mask) !== FileType.directory) advice.noteFileLookup();
  if (entry) reply.entry(entry);
  else if (filesystem.traits.negativeTimeoutSec > 0) reply.negativeEntry(filesystem.traits.negativeTimeoutSec);
  else throw new FuseError('ENOENT');
  return 'answered';
}

function read(filesystem: FuseFilesystem, request: FuseRequest, reply: FuseReply): Outcome {
  const handle = request.u64();
  const offset = request.u64();
  const sizeBytes = Math.min(request.u32(), MAX_TRANSFER_BYTES);
  if (!Number.isFinite(offset)) return 'answered';
  reply.take(filesystem.read(request.node, handle, offset, reply.room(sizeBytes)));
  return 'answered';
}

function readDirectory(
  filesystem: FuseFilesystem,
  request: FuseRequest,
  reply: FuseReply,
  { form, advice }: { readonly form: 'plain' | 'plus'; readonly advice: ListingAdvice },
): Outcome {
  request.skip(8);
  const offset = request.u64();
  const sizeBytes = Math.min(request.u32(), MAX_TRANSFER_BYTES);
  if (offset === 0) advice.noteListing();
  filesystem.readDirectory(request.node, offset, new DirectoryBuffer(reply, sizeBytes, form, advice));
  return 'answered';
}

/** GETXATTR and LISTXATTR: a size of 0 asks for the size alone. */
function putSized(request: FuseRequest, reply: FuseReply, value: (name: Uint8Array) => Uint8Array): Outcome {
  const sizeBytes = request.u32();
  request.skip(4);
  const bytes = value(request.opcode === Opcode.getxattr ? request.name() : new Uint8Array(0));
  if (sizeBytes === 0) {
    reply.u32(bytes.length);
    reply.u32(0);
  } else if (bytes.length > sizeBytes) throw new FuseError('ERANGE');
  else reply.bytes(bytes);
  return 'answered';
}

function joined(names: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(names.reduce((sum, name) => sum + name.length + 1, 0));
  let at = 0;
  for (const name of names) {
    bytes.set(name, at);
    at += name.length + 1;
  }
  return bytes;
}

/** `struct fuse_kstatfs`. */
function statfs(filesystem: FuseFilesystem, reply: FuseReply): Outcome {
  const figures = filesystem.statfs();
  reply.u64(figures.blocks);
  reply.u64(figures.freeBlocks);
  reply.u64(figures.freeBlocks);
  reply.u64(figures.files);
  reply.u64(figures.freeFiles);
  reply.u32(figures.blockSizeBytes);
  reply.u32(NAME_MAX_BYTES);
  reply.u32(figures.blockSizeBytes);
  reply.zeros(4 + 6 * 4);
  return 'answered';
}

function seek(filesystem: FuseFilesystem, request: FuseRequest, reply: FuseReply): Outcome {
  const handle = request.u64();
  const offset = request.u64();
  const whence = request.u32();
  if (whence !== SEEK_DATA && whence !== SEEK_HOLE) throw new FuseError('EINVAL');
  reply.u64(filesystem.seek(request.node, handle, offset, whence === SEEK_DATA ? 'data' : 'hole'));
  return 'answered';
}
