/** Whose rules a plan follows: those of the frontend inside dockerd 20.10 (BuildKit 0.8), or today's. */
export type Dialect = '0.8' | 'current';
