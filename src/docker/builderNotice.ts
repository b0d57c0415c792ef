import { ClientError, type ClientVintage } from './client.ts';
import { parseGoBool, quoteGo } from './commandLine/flagValue.ts';

const DEPRECATED = 'DEPRECATED: The legacy builder is deprecated and will be removed in a future release.\n';
const MISSING = `${DEPRECATED}            Install the buildx component to build images with BuildKit:
            https://docs.docker.com/go/buildx/

`;
const DISABLED = `${DEPRECATED}            BuildKit is currently disabled; enable it by removing the DOCKER_BUILDKIT=0
            environment-variable.

`;
const BUILDKIT_MISSING = `ERROR: BuildKit is enabled but the buildx component is missing or broken.
       Install the buildx component to build images with BuildKit:
       https://docs.docker.com/go/buildx/`;
const BAKE_MISSING = `ERROR: docker bake requires the buildx component but it is missing or broken.
       Install the buildx component to use bake:
       https://docs.docker.com/go/buildx/`;

/** What the client says before it builds without buildx; empty for other commands. Throws ClientError where it cannot. */
export function builderNotice(words: readonly string[], buildkit: string, vintage: ClientVintage): string {
  const [first, second] = words;
  const isBuild = first === 'builder' || first === 'build' || (first === 'image' && second === 'build');
  if (vintage !== '28' || (!isBuild && first !== 'bake')) return '';
  const isEnabled = buildkit === '' ? undefined : parseGoBool(buildkit);
  if (buildkit !== '' && isEnabled === undefined) {
    throw new ClientError(
      `DOCKER_BUILDKIT environment variable expects boolean value: strconv.ParseBool: parsing ${quoteGo(buildkit)}: invalid syntax`,
    );
  }
  if (first === 'bake') throw new ClientError(BAKE_MISSING);
  if (isEnabled) throw new ClientError(BUILDKIT_MISSING);
  return isEnabled === false ? DISABLED : MISSING;
}
