import type { RegistryConnection } from './connection.ts';
import { dropBody } from './fetchWithRetries.ts';
import { RegistryError } from './registryError.ts';

/** Whether there is a registry, and whether it lets us in without asking for a repository (distribution-spec,
 *  "Determining Support"). Throws RegistryError: `unauthorized` where a login is wanted and there is none that it
 *  takes. */
export async function ping(connection: RegistryConnection): Promise<void> {
  const answer = await connection.send({ method: 'GET', url: '/v2/', scopes: [], repeat: 'idempotent' });
  const { status } = answer.response;
  if (status === 200) {
    await dropBody(answer.response);
    return;
  }
  if (status !== 404) throw await connection.fault(answer);
  await dropBody(answer.response);
  throw new RegistryError('protocol', 'is no registry that speaks version 2', { status, url: answer.url });
}
