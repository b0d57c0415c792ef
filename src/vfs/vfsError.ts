/** Linux error names (errno(3)) that a mount gives, and those of processes and the network. */
export type Errno =
  | 'EACCES'
  | 'ECHILD'
  | 'ECONNREFUSED'
  | 'EHOSTUNREACH'
  | 'EINTR'
  | 'EMFILE'
  | 'ENOEXEC'
  | 'ENOMEM'
  | 'ENOTTY'
  | 'ESRCH'
  | 'ETXTBSY'
  | 'EBADF'
  | 'EBUSY'
  | 'EEXIST'
  | 'EAGAIN'
  | 'EFBIG'
  | 'EINVAL'
  | 'EIO'
  | 'EISDIR'
  | 'ELOOP'
  | 'EMLINK'
  | 'ENAMETOOLONG'
  | 'ENODATA'
  | 'ENOENT'
  | 'ENOSPC'
  | 'ENOTDIR'
  | 'ENOTEMPTY'
  | 'ENXIO'
  | 'EOPNOTSUPP'
  | 'EPERM'
  | 'EPIPE'
  | 'ERANGE'
  | 'EROFS'
  | 'ESPIPE'
  | 'ESTALE'
  | 'E2BIG'
  | 'EXDEV';

/** A filesystem call that failed as the kernel lets it fail. `path` is the call's first path, as it was given. It is an
 *  answer, not a fault: no stack is taken, which would cost eight times the rest (most are probes of a PATH). */
export class VfsError extends Error {
  override readonly name = 'VfsError';
  readonly code: Errno;
  readonly syscall: string;
  readonly path: string;
  constructor(code: Errno, syscall: string, path: string) {
    const frames = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(`${syscall} ${path}: ${code}`);
    Error.stackTraceLimit = frames;
    this.code = code;
    this.syscall = syscall;
    this.path = path;
  }
}
