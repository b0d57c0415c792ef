import type { ContextMeta } from '../contexts.ts';

/** The context that leads to a companion's engine. It is there by itself. */
export const COMPANION_CONTEXT = 'companion';
export const COMPANION_HOST = 'companion://';

export const COMPANION_META: ContextMeta = {
  name: COMPANION_CONTEXT,
  description: 'Real engine behind the connected companion',
  host: COMPANION_HOST,
};
