import { join } from 'node:path';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { openArchive } from '../../archive/openArchive.ts';
import { writeArchive } from '../../archive/writeArchive.ts';
import type { Work } from '../../bytes/platform.ts';
import { ImageError } from '../../image/imageError.ts';
import { familiarForm, parseReference, type Reference } from '../../image/reference.ts';
import { nodePlatform } from '../../platform/node.ts';
import { openFileSource } from '../../platform/nodeFile.ts';
import type { Credentials } from '../../registry/credentials.ts';
import { listTags } from '../../registry/listTags.ts';
import { pushImage } from '../../registry/pushImage.ts';
import { openRemoteLayout } from '../../registry/remoteLayout.ts';
import { receiveUpload } from '../builds/receiveUpload.ts';
import type { WorkFolders } from '../builds/workFolders.ts';
import { CompanionError } from '../companionError.ts';
import { wantedPlatform, type OpenConnection } from '../connectRegistry.ts';
import type { CompanionLimits } from '../limits.ts';
import { outgoingImage } from '../outgoingImage.ts';
import { openForPage, type RegistryAccess } from '../registryAccess.ts';
import { registryReads } from './registryReads.ts';
import { declaredBytes, goneSignal, queryOf, userOf } from './requestContext.ts';
import { UserSlots } from './userSlots.ts';

const MAX_LISTED_TAGS = 10_000;
/** Of one pushed archive; shared with build contexts by meaning, not by number. */
const MAX_PUSH_BYTES = 16 * 1024 ** 3;

/** Images of registries for pages, which browsers mostly keep from reaching registries themselves. */
export function registryRoutes(
  app: FastifyInstance,
  access: RegistryAccess,
  folders: WorkFolders,
  limits: CompanionLimits,
): void {
  const slots = new UserSlots(limits.transfersPerUser, 'transfers');
  app.addHook('preHandler', async (request, reply) => {
    if (!request.url.startsWith('/v1/registry/')) return;
    const release = slots.take(userOf(request));
    reply.raw.once('close', release);
  });
  app.get('/v1/registry/image', (request, reply) => sendImage(request, reply, access));
  registryReads(app, (request, reference, signal) => open(request, access, reference, signal));
  app.get('/v1/registry/tags', async (request, reply) => {
    const signal = goneSignal(reply);
    const reference = referenceOf(queryOf(request));
    const { connection, close } = open(request, access, reference, signal);
    try {
      const tags: string[] = [];
      for await (const tag of listTags(connection, reference.path)) {
        if (tags.length === MAX_LISTED_TAGS) break;
        tags.push(tag);
      }
      return { tags };
    } finally {
      close();
    }
  });
  app.post('/v1/registry/image', async (request, reply) => {
    const signal = goneSignal(reply);
    const reference = referenceOf(queryOf(request));
    if (reference.digest !== undefined) throw new CompanionError('request', 'an image is pushed to a tag');
    if (!(request.body instanceof Readable)) throw new CompanionError('mediaType', 'the body is application/x-tar');
    const folder = folders.make();
    try {
      const file = join(folder, 'archive.tar');
      const bounds = { maxBytes: MAX_PUSH_BYTES, idleMs: limits.uploadIdleMs, signal };
      await receiveUpload(request.body, declaredBytes(request), file, bounds);
      return await push(file, reference, open(request, access, reference, signal), signal);
    } finally {
      await folders.remove(folder);
    }
  });
}

/** The image as an OCI layout in a tar, fetched while it is sent and no faster. */
async function sendImage(request: FastifyRequest, reply: FastifyReply, access: RegistryAccess): Promise<unknown> {
  const query = queryOf(request);
  const reference = referenceOf(query);
  const wanted = wantedPlatform(query.get('platform') ?? undefined);
  const signal = goneSignal(reply);
  const { connection, close } = open(request, access, reference, signal);
  const work: Work = { platform: nodePlatform(), signal };
  try {
    const layout = await openRemoteLayout(connection, reference, wanted, 'once', work);
    const archive = await openArchive({ fileName: familiarForm(reference), folder: layout.files }, work);
    const options = { format: 'oci-layout', layers: 'asStored' } as const;
    const written = await writeArchive(archive, archive.images, options, work);
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      try {
        // A chunk is valid only until the next is asked for, and the socket keeps several.
        for await (const chunk of written.chunks) yield Uint8Array.from(chunk);
      } finally {
        await archive.close();
        await layout.dispose();
        close();
      }
    };
    reply.type('application/x-tar').header('x-image-digest', layout.resolved.root.digest);
    return reply.send(Readable.from(chunks(), { objectMode: false }));
  } catch (error) {
    close();
    throw error;
  }
}

async function push(
  file: string,
  reference: Reference,
  { connection, close }: OpenConnection,
  signal: AbortSignal,
): Promise<unknown> {
  const work: Work = { platform: nodePlatform(), signal };
  const source = await openFileSource(file);
  try {
    const archive = await openArchive({ fileName: 'archive.tar', source }, work);
    const image = await outgoingImage(archive, archive.images, work);
    const options = { tag: reference.tag ?? 'latest' };
    const pushed = await pushImage(connection, reference.path, image, options, work.platform);
    return { digest: pushed.digest, blobs: pushed.blobs };
  } finally {
    await source.close();
    close();
  }
}

function open(
  request: FastifyRequest,
  access: RegistryAccess,
  reference: Reference,
  signal: AbortSignal,
): OpenConnection {
  return openForPage(access, reference.domain, credentialsOf(request), signal);
}

/** A login for the registry, as `Basic` has it, in a header of its own; it goes to that registry and nowhere else. */
function credentialsOf(request: FastifyRequest): Credentials | undefined {
  const header = request.headers['x-registry-authorization'];
  if (typeof header !== 'string') return undefined;
  const text = Buffer.from(header, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 1) throw new CompanionError('request', 'x-registry-authorization is user:password in base64');
  return { kind: 'password', user: text.slice(0, colon), password: text.slice(colon + 1) };
}

function referenceOf(query: URLSearchParams): Reference {
  try {
    return parseReference(query.get('reference') ?? '');
  } catch (error) {
    if (error instanceof ImageError) throw new CompanionError('request', `reference: ${error.message}`);
    throw error;
  }
}
