import { stat } from 'node:fs/promises';
import type { NamedContext } from '../../build/buildkit/buildkitOptions.ts';
import type { Work } from '../../bytes/platform.ts';
import { BuildError } from '../../build/buildError.ts';
import { CliError } from '../cliError.ts';
import type { CommandContext } from '../command.ts';
import { bytesSource, folderSource } from './nodeContext.ts';
import { download, isRemoteContext, repositoryContext } from './remoteContext.ts';

const IMAGE = 'docker-image://';

/** `NAME=PLACE`: an image, a folder, a repository or a tar of a URL. Throws CliError. */
export function namedContexts(
  given: readonly string[],
  work: Work,
  context: CommandContext,
): ReadonlyMap<string, NamedContext> {
  const named = new Map<string, NamedContext>();
  for (const text of given) {
    const at = text.indexOf('=');
    if (at <= 0 || at === text.length - 1)
      throw new CliError('usage', `--build-context takes NAME=PLACE; not “${text}”`);
    const [name, place] = [text.slice(0, at).toLowerCase(), text.slice(at + 1)];
    if (place.startsWith(IMAGE)) named.set(name, { kind: 'image', reference: place.slice(IMAGE.length) });
    else if (/^(oci-layout|target):/.test(place))
      throw new CliError('usage', `a build context of ${place.split(':')[0]} is not simulated`);
    else named.set(name, { kind: 'files', read: () => filesOf(place, work, context) });
  }
  return named;
}

async function filesOf(place: string, work: Work, context: CommandContext) {
  if (!isRemoteContext(place)) {
    const found = await stat(place).catch(() => undefined);
    if (!found?.isDirectory()) throw new BuildError('context', `there is no folder ${place}`);
    return (await folderSource(place, undefined, work, context).context()).value;
  }
  const repository = await repositoryContext(place, work, Math.floor(Date.now() / 1000));
  if (repository) return repository;
  const { bytes } = await download(place, context.signal);
  return (await (await bytesSource(bytes, undefined, work)).context()).value;
}
