import { VfsError } from '../vfsError.ts';

/** Options of `mount -t overlay` (overlayfs.rst). What a mount is not given has the kernel's defaults. */
export interface MountOptions {
  /** 'follow' is what 'off' means with the default of the module parameter redirect_always_follow. */
  readonly redirectDir: 'on' | 'follow' | 'nofollow';
  readonly metacopy: boolean;
  readonly index: boolean;
  readonly userXattr: boolean;
  /** Leaves out fsync, for which an upper cannot be mounted again until somebody vouches for it. Nothing here waits
   *  for a disk. */
  readonly volatile: boolean;
  readonly xino: 'off' | 'auto' | 'on';
}

/** The option string of a mount ('redirect_dir=on,metacopy=on'), with the kernel's dependencies between options.
 *  Throws VfsError EINVAL for what contradicts itself and for options that are not simulated. */
export function parseMountOptions(text: string): MountOptions {
  const given = new Map<string, string>();
  for (const option of text.split(',')) {
    if (option === '') continue;
    const at = option.indexOf('=');
    given.set(at < 0 ? option : option.slice(0, at), at < 0 ? '' : option.slice(at + 1));
  }
  const one = (name: string, values: readonly string[]): string | undefined => {
    const value = given.get(name);
    given.delete(name);
    if (value !== undefined && !values.includes(value)) throw refused(text);
    return value;
  };
  const redirect = one('redirect_dir', ['on', 'off', 'follow', 'nofollow']);
  const metacopy = one('metacopy', ['on', 'off']);
  const index = one('index', ['on', 'off']);
  const xino = one('xino', ['on', 'off', 'auto']) ?? 'auto';
  const userXattr = one('userxattr', ['']) !== undefined;
  const volatile = one('volatile', ['']) !== undefined;
  one('nfs_export', ['off']);
  one('uuid', ['on', 'auto']);
  if (given.size > 0) throw refused(text);
  if (metacopy === 'on' && redirect !== undefined && redirect !== 'on') throw refused(text);
  if (userXattr && (metacopy === 'on' || (redirect !== undefined && redirect !== 'nofollow'))) throw refused(text);
  return {
    redirectDir: redirectMode(redirect, metacopy === 'on', userXattr),
    metacopy: metacopy === 'on',
    index: index === 'on',
    userXattr,
    volatile,
    xino: xino as MountOptions['xino'],
  };
}

function redirectMode(given: string | undefined, isMetacopy: boolean, isUserXattr: boolean) {
  if (isUserXattr) return 'nofollow';
  if (isMetacopy || given === 'on') return 'on';
  return given === 'nofollow' ? 'nofollow' : 'follow';
}

function refused(options: string): VfsError {
  return new VfsError('EINVAL', 'mount', options);
}
