import { sha1 } from '@noble/hashes/legacy.js';
import { encodeName } from '../bytes/byteName.ts';
import type { ObjectType } from './objectStore.ts';
import { hexOf } from './tree.ts';

/** The id of an object, without writing it: SHA-1 of `TYPE SIZE\0` and its content. */
export function objectIdOf(type: ObjectType, content: Uint8Array): string {
  const hash = sha1.create();
  hash.update(encodeName(`${type} ${content.length}\0`));
  hash.update(content);
  return hexOf(hash.digest());
}

export function sha1Of(bytes: Uint8Array): Uint8Array {
  return sha1(bytes);
}
