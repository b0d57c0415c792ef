import { dirname, join } from 'node:path';
import type { BuildRequest, BuildRules } from '../engine.ts';
import type { BuildkitAddress } from './buildkitAddress.ts';
import { contextName } from './sourcePolicy.ts';

export interface BuildctlFiles {
  readonly policy: string;
  readonly reference: string;
  readonly cgroupParent: string | undefined;
}

/** Words for `buildctl`. Nothing of the request can become an option of its own: each value stands behind its name. */
export function buildctlArguments(
  address: BuildkitAddress,
  request: BuildRequest,
  rules: BuildRules,
  files: BuildctlFiles,
): string[] {
  const { tls } = address;
  const words = ['--addr', address.address];
  if (tls) words.push('--tlscacert', tls.ca, '--tlscert', tls.cert, '--tlskey', tls.key);
  words.push('build', '--frontend', 'dockerfile.v0', '--progress', 'rawjson');
  words.push('--source-policy-file', files.policy, '--ref-file', files.reference);
  const folder = dirname(request.dockerfile);
  words.push('--local', `context=${request.contextFolder}`);
  words.push('--local', `dockerfile=${folder === '.' ? request.contextFolder : join(request.contextFolder, folder)}`);
  request.bases.forEach(({ folder: layout }, i) => {
    words.push('--oci-layout', `base${i}=${layout}`);
  });
  for (const [name, value] of frontendOptions(request, rules, files)) words.push('--opt', `${name}=${value}`);
  if (request.noCache) words.push('--no-cache');
  words.push('--output', outputOf(request));
  return words;
}

function* frontendOptions(
  request: BuildRequest,
  rules: BuildRules,
  { cgroupParent }: BuildctlFiles,
): Generator<[string, string]> {
  yield ['filename', request.dockerfile.slice(request.dockerfile.lastIndexOf('/') + 1)];
  if (!rules.runNetwork) {
    yield ['force-network-mode', 'none'];
    // With a command line given, the frontend does not look for `# syntax=`, which would be fetched and could then
    // leave out all that stands here.
    yield ['cmdline', 'palimpsest'];
  }
  // Cache mounts of one user are not those of another.
  yield ['build-arg:BUILDKIT_CACHE_MOUNT_NS', request.user];
  if (request.target !== undefined) yield ['target', request.target];
  if (request.platform !== undefined) yield ['platform', request.platform];
  if (cgroupParent !== undefined) yield ['cgroup-parent', cgroupParent];
  if (request.sourceDateEpoch !== undefined) yield ['build-arg:SOURCE_DATE_EPOCH', String(request.sourceDateEpoch)];
  for (const [name, value] of request.buildArgs) yield [`build-arg:${name}`, value];
  for (const [i, { reference, digest }] of request.bases.entries()) {
    yield [`context:${contextName(reference)}`, `oci-layout://base${i}@${digest}`];
  }
}

/** In CSV: values come from this program or were checked to hold neither comma nor quote. */
function outputOf({ resultFile, tag, sourceDateEpoch }: BuildRequest): string {
  const parts = ['type=oci', `dest=${resultFile}`];
  if (tag !== undefined) parts.push(`name=${tag}`);
  // Gzip differs between writers; without it the digest of a blob is the diffID.
  if (sourceDateEpoch !== undefined) {
    parts.push('rewrite-timestamp=true', 'compression=uncompressed', 'force-compression=true');
  }
  return parts.join(',');
}
