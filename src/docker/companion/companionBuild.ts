import { splitVariable } from '../../build/expand/environment.ts';
import { familiarForm, parseReference, withDefaultTag } from '../../image/reference.ts';
import { openArchive } from '../../archive/openArchive.ts';
import { writeArchive } from '../../archive/writeArchive.ts';
import type { Work } from '../../bytes/platform.ts';
import type { ByteSource } from '../../bytes/byteSource.ts';
import type { EngineApi } from '../../engine/engineApi.ts';
import { readContext, spooled } from '../build/readContext.ts';
import { type Client, ClientError } from '../client.ts';
import type { FlagSet } from '../commandLine/flagSet.ts';
import { humanSize } from '../humanUnits.ts';
import { readTagReference } from '../references.ts';
import type { CompanionCall } from './companionCommands.ts';
import { fromCompanion } from './fromCompanion.ts';
import { RealBuildLog } from './realBuildLog.ts';
import type { RealBuild } from './realEngine.ts';

const GIT_URL = /^(?:git:\/\/|git@|https?:\/\/[^#?]+\.git(?:[#?]|$))/;

/** `docker build` on the companion's engine. The image is loaded into the simulated engine too, where it can be looked
 *  at; `docker run` on the companion's finds it by its name. */
export const companionBuild = {
  flags: ['build-arg', 'file', 'no-cache', 'platform', 'tag', 'target', 'quiet'],
  async run({ client, flags, companion, own, arguments: [source = ''] }: CompanionCall): Promise<number> {
    const { process } = client;
    const { engine, platform, builds } = companion;
    const tags = flags.list('tag').map((tag) => familiarForm(withDefaultTag(readTagReference(tag))));
    const work = { platform, signal: process.signal };
    const isGit = GIT_URL.test(source);
    const sent = isGit ? undefined : await readContext(client, source, flags.text('file'), work);
    const context = sent ? await blobOf(sent.tar) : gitContext(source);
    const question = questionOf(client, flags, sent?.dockerfile ?? flags.text('file'));
    const log = new RealBuildLog((text) => (flags.isOn('quiet') ? undefined : client.complain(text)));
    let build = '';
    const events = engine.build(context, question, process.signal)[Symbol.asyncIterator]();
    for (;;) {
      const { done, value: event } = await fromCompanion(process, events.next(), 'ERROR', 1);
      if (done) break;
      if (event.type === 'queued') build = event.build;
      if (event.type === 'error') throw new ClientError(`ERROR: ${event.message}`);
      await log.take(event);
    }
    const image = await fromCompanion(
      process,
      engine.image(build, () => undefined, process.signal),
      'ERROR',
      1,
    );
    if (!flags.isOn('quiet'))
      await client.complain(`#${log.next()} receiving the image, ${humanSize(image.size, 3)}\n`);
    for (const tag of tags) {
      builds.set(tag, build);
      builds.set(familiarForm({ ...parseReference(tag), tag: undefined }), build);
    }
    const id = own && (await loadInto(own, image, work));
    for (const tag of tags) if (id !== undefined) own?.images.tag(id, tag);
    if (id !== undefined) await client.print(`${id}\n`);
    return 0;
  },
};

/** Gives the image's ID: nothing that is built is sent under a name, which might be one that the real engine has. */
async function loadInto(engine: EngineApi, image: Blob, work: Work): Promise<string | undefined> {
  const source = await spooled(chunksOf(image), work);
  const archive = await openArchive({ fileName: 'image.tar', source }, work);
  let printed = '';
  try {
    // Engines of any vintage take this form.
    const options = { format: 'docker-archive', layers: 'uncompressed' } as const;
    const { chunks } = await writeArchive(archive, archive.images.slice(0, 1), options, work);
    await engine.images.load(
      chunks,
      (message) => {
        if ('stream' in message) printed += message.stream;
      },
      work.signal,
    );
  } finally {
    await archive.close();
  }
  return /sha256:[0-9a-f]{64}/.exec(printed)?.[0];
}

function questionOf(client: Client, flags: FlagSet, dockerfile: string): RealBuild {
  const buildArgs: Record<string, string> = {};
  for (const given of flags.list('build-arg')) {
    const [name, value = client.process.env.get(given)] = splitVariable(given);
    if (value !== undefined) buildArgs[name] = value;
  }
  return {
    ...(dockerfile !== '' && { dockerfile }),
    ...(flags.has('target') && { target: flags.text('target') }),
    ...(flags.has('platform') && { platform: flags.text('platform') }),
    buildArgs,
    noCache: flags.isOn('no-cache'),
  };
}

function gitContext(source: string): { readonly git: string; readonly ref?: string } {
  const [git = '', ref] = source.split('#');
  return { git, ...(ref !== undefined && ref !== '' && { ref }) };
}

async function blobOf(tar: ByteSource): Promise<Blob> {
  const parts: BlobPart[] = [];
  for await (const chunk of tar.stream()) parts.push(chunk.slice());
  return new Blob(parts);
}

async function* chunksOf(blob: Blob): AsyncIterable<Uint8Array> {
  const reader = blob.stream().getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
}
