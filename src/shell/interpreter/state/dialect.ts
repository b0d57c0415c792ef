/** Which shell it is: what it knows beyond POSIX, and its words for faults. */
export type Dialect = 'bash' | 'dash' | 'ash';

/** The version that is simulated: Debian 12's. */
export const BASH_VERSION = '5.2.15(1)-release';
