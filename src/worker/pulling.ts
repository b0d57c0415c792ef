import { openArchive } from '../archive/openArchive.ts';
import { writeArchive } from '../archive/writeArchive.ts';
import { familiarForm, parseReference, type Reference } from '../image/reference.ts';
import { RegistryConnection } from '../registry/connection.ts';
import { endpointOf } from '../registry/endpoint.ts';
import { isLoopbackHost } from '../registry/guard/hostRules.ts';
import { browserNetwork, type Network } from '../registry/network.ts';
import { parseWantedPlatform, type WantedPlatform } from '../registry/platformChoice.ts';
import { RegistryError } from '../registry/registryError.ts';
import { openRemoteLayout } from '../registry/remoteLayout.ts';
import { requireSharing, tellApart } from '../registry/sharing.ts';
import { collectBlob } from './blobWriter.ts';
import type { CallWork } from './calls.ts';
import type { PulledImage, PullRequest } from './protocol.ts';

/** `ExplorerService.pull`: an image as an OCI layout in a tar, fetched from its registry by this page itself. */
export async function pull(
  request: PullRequest,
  work: CallWork,
  network: Network = browserNetwork(),
): Promise<PulledImage> {
  const reference = parseReference(request.reference);
  const wanted = platformOf(request);
  const { signal } = work;
  const endpoint = pageEndpoint(reference.domain);
  await requireSharing(network, endpoint, signal);
  const { login } = request;
  const credentials = login && (async () => ({ kind: 'password', ...login }) as const);
  const connection = new RegistryConnection({ endpoint, network, credentials, signal });
  try {
    return await fetchImage(connection, reference, wanted, work);
  } catch (error) {
    throw error instanceof RegistryError ? await tellApart(error, network, signal) : error;
  }
}

async function fetchImage(
  connection: RegistryConnection,
  reference: Reference,
  wanted: WantedPlatform,
  work: CallWork,
): Promise<PulledImage> {
  // Its parts tell their own progress; what is shown is that of the whole.
  const quiet = { platform: work.platform, signal: work.signal };
  const layout = await openRemoteLayout(connection, reference, wanted, 'once', quiet);
  try {
    const archive = await openArchive({ fileName: familiarForm(reference), folder: layout.files }, quiet);
    const options = { format: 'oci-layout', layers: 'asStored' } as const;
    const { chunks, sizeBytes } = await writeArchive(archive, archive.images, options, quiet);
    work.onProgress({ phase: 'download', doneBytes: 0, totalBytes: sizeBytes });
    const blob = await collectBlob(chunks, { phase: 'download', totalBytes: sizeBytes }, work);
    await archive.close();
    return { blob, fileName: fileNameOf(reference), digest: layout.resolved.root.digest };
  } finally {
    await layout.dispose();
  }
}

/** As references name it. Only registries of this machine are spoken to in the clear, as with docker. */
export function pageEndpoint(domain: string) {
  const isLocal = isLoopbackHost(domain.replace(/:\d+$/, ''));
  return endpointOf(domain, new Set(isLocal ? [domain] : []));
}

function platformOf({ platform }: PullRequest): WantedPlatform {
  const wanted = parseWantedPlatform(platform);
  if (!wanted) throw new RegistryError('platform', `“${platform.slice(0, 80)}” is no platform`);
  return wanted;
}

/** The last part of the repository, and the tag. */
function fileNameOf({ path, tag }: Reference): string {
  return `${path.split('/').at(-1) ?? 'image'}${tag === undefined ? '' : `-${tag}`}.tar`;
}
