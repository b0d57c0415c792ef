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
  const fault = hostFault(domain);
  if (fault !== undefined) {
    const address = /^https?:\/\//.test(server) ? server : `https://${server}`;
    throw other('invalidParameter', `unable to parse server address: parse ${JSON.stringify(address)}: ${fault}`);
  }
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

/** What Go's net/url finds wrong with a host (parseHost, validOptionalPort). */
function hostFault(host: string): string | undefined {
  const unfit = /[\0-\x20\x7f\\^`{|}]/.exec(host)?.[0];
  if (unfit !== undefined) return `invalid character ${JSON.stringify(unfit)} in host name`;
  const port = /:[^:\]]*$/.exec(host)?.[0] ?? '';
  return /^(:\d*)?$/.test(port) ? undefined : `invalid port ${JSON.stringify(port)} after host`;
}
