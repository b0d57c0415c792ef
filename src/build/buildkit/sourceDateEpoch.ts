import { rfc3339 } from '../../engine/goTime.ts';
import { BuildError } from '../buildError.ts';
import type { BuildkitOptions } from './buildkitOptions.ts';

const NAME = 'SOURCE_DATE_EPOCH';
/** The year 9999: later ones RFC 3339 cannot tell. */
const MAX_SEC = 253_402_300_799;

/** The time that all steps are told to have been made at: the build argument of that name, in seconds (0.8 knew none).
 *  Throws BuildError for what is no time. */
export function sourceDateEpoch({ buildArgs, vintage }: BuildkitOptions): string | undefined {
  const text = vintage === '0.8' ? undefined : buildArgs.get(NAME);
  if (text === undefined || text === '') return undefined;
  const sec = /^[+-]?\d{1,12}$/.test(text) ? Number(text) : Number.NaN;
  if (!(Math.abs(sec) <= MAX_SEC)) throw new BuildError('instruction', `invalid ${NAME}: ${text}`);
  return rfc3339({ sec, nsec: 0 });
}
