import { O_RDONLY } from '../../vfs/overlay/openFlags.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { open } from '../../shell/kernel/calls.ts';
import { ClientError, type Client, type DockerCommand, fileErrorText, readStream } from '../client.ts';
import { platformOption } from '../platformOption.ts';
import { ProgressDisplay } from '../progressDisplay.ts';
import { readReference } from '../references.ts';

export const importImage: DockerCommand = {
  flags: ['change', 'message', 'platform'],
  async run({ client, flags, arguments: [source = '', given] }) {
    const name = given || undefined;
    const { process, engine } = client;
    const options = {
      reference: name,
      sourceName: source,
      message: flags.text('message'),
      changes: flags.list('change'),
      platform: platformOption(client, flags) || undefined,
    };
    if (/^https?:\/\//.test(source)) {
      if (name !== undefined) readReference(name);
      const display = new ProgressDisplay(process, 1);
      try {
        const id = await engine.images.importUrl(source, options, (message) => display.show(message), process.signal);
        await display.end();
        await client.print(`${id}\n`);
      } catch (error) {
        await display.end();
        throw error;
      }
      return 0;
    }
    const input = source === '-' ? process.file(0).retain() : await openInput(process, source);
    try {
      if (name !== undefined) readReference(name);
      const query = `images/create?fromSrc=-${name === undefined ? '' : `&repo=${encodeURIComponent(name)}`}`;
      const tar = uploaded(client, input.path, source, query, readStream(process, input));
      const id = await engine.images.importImage(tar, { ...options, sourceName: '-' }, process.signal);
      await client.print(`${id}\n`);
    } finally {
      input.close();
    }
    return 0;
  },
};

/** Opens a file as Go's os.Open does. Throws ClientError `open x: no such file or directory`. */
export async function openInput(process: Process, path: string) {
  try {
    return await open(process, path, O_RDONLY);
  } catch (error) {
    if (error instanceof VfsError) throw new ClientError(fileErrorText(error, 'open'));
    throw error;
  }
}

/** The body of a request: what cannot be read ends the connection, and is told as such. */
export async function* uploaded(
  client: Client,
  _path: string,
  name: string,
  query: string,
  chunks: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
    const socket = encodeURIComponent(client.host.replace(/^unix:\/\//, ''));
    const url = `http://${socket}/v${client.abilities.apiVersion}/${query}`;
    throw new ClientError(
      `error during connect: Post "${url}": ${fileErrorText(new VfsError(error.code, 'read', name), 'read')}`,
    );
  }
}
