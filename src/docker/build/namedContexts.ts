import type { NamedContext } from '../../build/buildkit/buildkitOptions.ts';
import type { Work } from '../../bytes/platform.ts';
import { isReference } from '../../image/reference.ts';
import { type Client, ClientError } from '../client.ts';
import { buildkitSource } from './buildkitSource.ts';

const IMAGE = 'docker-image://';

/** `--build-context NAME=PLACE`: an image, a folder, a repository or a tar of a URL. Throws ClientError. */
export function namedContexts(client: Client, given: readonly string[], work: Work): ReadonlyMap<string, NamedContext> {
  const named = new Map<string, NamedContext>();
  for (const text of given) {
    const at = text.indexOf('=');
    const [name, place] = [text.slice(0, at), text.slice(at + 1)];
    if (at < 0) throw new ClientError(`invalid context value: ${text}, expected key=value`);
    if (name === '' || !isReference(name)) throw new ClientError(`invalid context name ${name}`);
    if (place.startsWith(IMAGE)) named.set(name.toLowerCase(), { kind: 'image', reference: place.slice(IMAGE.length) });
    else if (/^(oci-layout|target):/.test(place))
      throw new ClientError(`a build context of ${place.split(':')[0]} is not simulated`);
    else
      named.set(name.toLowerCase(), {
        kind: 'files',
        read: async () => (await (await buildkitSource(client, place, '', work)).context()).value,
      });
  }
  return named;
}
