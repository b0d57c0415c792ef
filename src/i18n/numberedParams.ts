import type { Params } from './messages.ts';

/** The parameters of a finding for a reader: inside, `layer` is a position from 0; people count layers from 1, the base. */
export function numberedParams(params: Params): Params {
  const { layer } = params;
  return typeof layer === 'number' ? { ...params, layer: layer + 1 } : params;
}
