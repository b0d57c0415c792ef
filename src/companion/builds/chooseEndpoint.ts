import { createHash } from 'node:crypto';

/** An engine as the pool sees it. */
export interface EndpointLoad {
  readonly name: string;
  readonly slots: number;
  /** Builds of this worker. */
  readonly running: number;
  /** Builds of other workers, as the engine last told. */
  readonly foreign: number;
  readonly isUp: boolean;
}

/** The endpoint for a user's next build: the one that has the user's cache while it has room, else the least loaded.
 *  Where the cache is follows from the names alone, so that every worker says the same (rendezvous hashing). */
export function chooseEndpoint<E extends EndpointLoad>(endpoints: readonly E[], user: string): E | undefined {
  const open = endpoints.filter(({ isUp, running, slots }) => isUp && running < slots);
  const home = best(endpoints, (one) => homeRank(user, one.name));
  if (home && open.includes(home) && home.running + home.foreign < home.slots) return home;
  return best(open, (one) => -(one.running + one.foreign) / one.slots);
}

function best<E>(endpoints: readonly E[], rank: (endpoint: E) => number): E | undefined {
  let found: E | undefined;
  let foundRank = Number.NEGATIVE_INFINITY;
  for (const endpoint of endpoints) {
    const own = rank(endpoint);
    if (own > foundRank) [found, foundRank] = [endpoint, own];
  }
  return found;
}

function homeRank(user: string, endpoint: string): number {
  return createHash('sha256')
    .update(JSON.stringify([user, endpoint]))
    .digest()
    .readUInt32BE(0);
}
