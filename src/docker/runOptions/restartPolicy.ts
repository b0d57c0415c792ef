import type { RestartPolicy } from '../../engine/containerConfig.ts';
import { ClientError } from '../client.ts';

/** `--restart no|always|unless-stopped|on-failure[:N]`. Throws ClientError. */
export function readRestartPolicy(text: string): RestartPolicy {
  const colon = text.indexOf(':');
  const name = colon < 0 ? text : text.slice(0, colon);
  const count = colon < 0 ? undefined : text.slice(colon + 1);
  if (colon === 0 && count !== undefined) {
    throw new ClientError('invalid restart policy format: no policy provided before colon');
  }
  if (count !== undefined && count !== '' && !/^-?\d+$/.test(count)) {
    throw new ClientError('invalid restart policy format: maximum retry count must be an integer');
  }
  return { Name: name as RestartPolicy['Name'], MaximumRetryCount: count ? Number(count) : 0 };
}
