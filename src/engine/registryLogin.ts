import type { EngineCore } from './engineCore.ts';
import { connectRegistry, originOf, registryFault } from './registryAccess.ts';
import { other } from './messages.ts';
import type { RegistryLogin } from './systemCalls.ts';

const HUB_SERVER = 'https://index.docker.io/v1/';

/** `POST /auth` (moby registry/auth.go, loginV2): asks the registry whether it knows the user. */
export async function registryLogin(core: EngineCore, login: RegistryLogin, server: string): Promise<string> {
  const domain =
    server === '' || server === HUB_SERVER ? 'docker.io' : server.replace(/^https?:\/\//, '').split('/')[0];
  if (!domain) throw other('invalidParameter', `invalid server address ${JSON.stringify(server)}`);
  const connection = await connectRegistry(core, domain, login);
  const answer = await connection.send({ method: 'GET', url: '/v2/', scopes: [], repeat: 'idempotent' });
  const { status, statusText } = answer.response;
  await answer.response.body?.cancel();
  if (status === 200) return 'Login Succeeded';
  const words = `${status} ${statusText}`.trim();
  throw registryFault(
    `login attempt to ${originOf(domain)}/v2/ failed with status: ${words}`,
    status === 401 ? 'unauthorized' : 'system',
  );
}
