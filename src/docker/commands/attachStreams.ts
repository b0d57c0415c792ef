import type { AttachOptions, Attachment } from '../../engine/containerCalls.ts';
import { EngineError } from '../../engine/engineError.ts';
import { RAW, type TerminalMode } from '../../shell/kernel/pty.ts';
import type { OpenFile } from '../../shell/kernel/openFile.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { type Client, ClientError, waitThrough } from '../client.ts';

/** Attaches over a connection of its own: of what the engine refuses there, the client sees no more than the status of
 *  the answer. Throws ClientError. */
export async function attachTo(client: Client, id: string, options: AttachOptions): Promise<Attachment> {
  try {
    return await client.engine.containers.attach(id, options);
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    const status = { notFound: 404, conflict: 409, invalidParameter: 400 }[error.kind as string] ?? 500;
    throw new ClientError(`unable to upgrade to tcp, received ${status}`);
  }
}

/** Connects the client's files to a process of a container until that ends or is left. Gives how it ended. A terminal
 *  hands its keys over as they are when the process has one, too. */
export async function connect(
  client: Client,
  attachment: Attachment,
  options: { readonly wantsStdin: boolean; readonly hasTty: boolean },
): Promise<'exited' | 'detached'> {
  const { process } = client;
  const terminal = client.terminal(0);
  const cooked: TerminalMode | undefined =
    options.hasTty && options.wantsStdin && terminal ? { ...terminal.mode } : undefined;
  if (cooked && terminal) terminal.mode = { ...RAW };
  const input = options.wantsStdin ? process.file(0).retain() : undefined;
  const over = new AbortController();
  const feeding = input && feed(client, input, attachment, over.signal);
  try {
    const iterator = attachment.output[Symbol.asyncIterator]();
    for (;;) {
      const next = await waitThrough(process, iterator.next());
      if (next.done) break;
      const { stream, bytes } = next.value;
      await process.write(stream === 'stderr' && !options.hasTty ? 2 : 1, bytes);
    }
    return await waitThrough(process, attachment.ended);
  } finally {
    over.abort();
    attachment.detach();
    feeding?.catch(() => undefined);
    input?.close();
    if (cooked && terminal) terminal.mode = cooked;
  }
}

async function feed(client: Client, input: OpenFile, attachment: Attachment, over: AbortSignal): Promise<void> {
  const { process } = client;
  const ended = new Promise<void>((resolve) => {
    over.addEventListener('abort', () => resolve(), { once: true });
  });
  try {
    for (;;) {
      // What is typed when the container has ended is for who reads next.
      for (let ready = input.whenReadable(); ready && !over.aborted; ready = input.whenReadable()) {
        await waitThrough(process, Promise.race([ready, ended]));
      }
      if (over.aborted) return;
      const reading = input.read(65_536);
      const chunk = reading instanceof Promise ? await waitThrough(process, reading) : reading;
      if (over.aborted) return;
      if (chunk.length === 0) {
        attachment.closeInput();
        return;
      }
      const writing = attachment.write(chunk.slice());
      if (writing) await waitThrough(process, writing);
    }
  } catch (error) {
    // The other side is gone; what it said tells why.
    if (!(error instanceof VfsError)) throw error;
  }
}
