import type { Platform } from '../bytes/platform.ts';
import { digestOf, type Digest } from './digest.ts';

const encoder = new TextEncoder();

/** The chainID of every prefix of a stack, base first (image-spec config.md, "Layer ChainID"):
 *  `chainIds[i]` names layers 0..i. An empty stack has none. */
export function chainIds(diffIds: readonly Digest[], platform: Platform): Digest[] {
  const chain: Digest[] = [];
  for (const diffId of diffIds) {
    const below = chain.at(-1);
    chain.push(below === undefined ? diffId : digestOf(encoder.encode(`${below} ${diffId}`), platform));
  }
  return chain;
}

/** ChainID of the whole stack, base first. An empty stack has none: throws RangeError. */
export function chainId(diffIds: readonly Digest[], platform: Platform): Digest {
  const last = chainIds(diffIds, platform).at(-1);
  if (last === undefined) throw new RangeError('an empty stack has no chainID');
  return last;
}
