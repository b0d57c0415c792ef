const TRUSTED = 'trusted.';
const OVERLAY = 'trusted.overlay.';

/** Whether a listing shows the attribute: overlay's own never are (overlayfs.rst), trusted ones to root alone
 *  (xattr(7)). */
export function isVisibleXattr(name: Uint8Array, caller: { readonly uid: number }): boolean {
  const text = Buffer.from(name).toString('latin1');
  if (text.startsWith(OVERLAY)) return false;
  return caller.uid === 0 || !text.startsWith(TRUSTED);
}
