import type { NetworkService, SshRequest } from '../shell/kernel/network.ts';
import type { OpenFile } from '../shell/kernel/openFile.ts';
import { makePipe } from '../shell/kernel/pipe.ts';
import { exitCode } from '../shell/kernel/waitStatus.ts';
import { SIGNALS } from '../shell/kernel/signals.ts';
import { ROOT } from '../vfs/overlay/permission.ts';
import { VfsError } from '../vfs/vfsError.ts';
import type { Host } from './host.ts';
import { LOGIN_ENVIRONMENT } from './loginEnvironment.ts';
import { startLoginShell } from './loginShell.ts';

const READ_BYTES = 65_536;

/** Lets everybody in as root: a lab has nothing to guard. The host is switched on when somebody first comes. */
export function sshServer(hostOf: () => Host): NetworkService {
  return {
    ssh: (request) => (request.command === undefined ? login(hostOf(), request) : runCommand(hostOf(), request)),
  };
}

async function runCommand(host: Host, { command = '', stdin, stdout, stderr, signal }: SshRequest): Promise<number> {
  const { readEnd, writeEnd } = makePipe();
  const over = new AbortController();
  const feeding = feed(stdin, over.signal, (bytes) => writeEnd.write(bytes)).finally(() => writeEnd.close());
  const argv = ['bash', '-c', command];
  const process = host.kernel.launch(
    {
      namespaces: host.namespaces,
      argv,
      env: new Map(Object.entries(LOGIN_ENVIRONMENT)),
      cwd: '/root',
      credentials: ROOT,
      files: new Map([
        [0, readEnd],
        [1, stdout],
        [2, stderr],
      ]),
      group: 'new',
    },
    (self) => self.exec('/bin/bash', argv),
  );
  readEnd.close();
  const stop = () => process.kill(SIGNALS.HUP);
  signal.addEventListener('abort', stop);
  try {
    return exitCode(await process.wait());
  } finally {
    signal.removeEventListener('abort', stop);
    over.abort();
    await feeding;
  }
}

async function login(host: Host, { stdin, stdout, signal }: SshRequest): Promise<number> {
  const { terminal: outer } = stdin;
  const { terminal, process } = startLoginShell(host, {
    columns: outer?.columns ?? 80,
    rows: outer?.rows ?? 24,
    onOutput: (bytes) => stdout.write(bytes.slice()),
  });
  const over = new AbortController();
  const feeding = feed(stdin, over.signal, async (bytes) => terminal.input(bytes)).finally(() => {
    if (!over.signal.aborted) terminal.hangUp();
  });
  const stop = () => {
    terminal.hangUp();
    process.kill(SIGNALS.HUP);
  };
  signal.addEventListener('abort', stop);
  try {
    return exitCode(await process.wait());
  } finally {
    signal.removeEventListener('abort', stop);
    over.abort();
    host.kernel.terminals.delete(terminal);
    await feeding;
  }
}

/** Hands input on until it ends, or until nobody wants it any more: what comes then is for who reads next. */
async function feed(
  input: OpenFile,
  over: AbortSignal,
  take: (bytes: Uint8Array) => undefined | Promise<void>,
): Promise<void> {
  const ended = new Promise<void>((resolve) => over.addEventListener('abort', () => resolve(), { once: true }));
  try {
    for (;;) {
      for (let ready = input.whenReadable(); ready && !over.aborted; ready = input.whenReadable())
        await Promise.race([ready, ended]);
      if (over.aborted) return;
      const chunk = await input.read(READ_BYTES);
      if (chunk.length === 0) return;
      await Promise.race([take(chunk.slice()) ?? Promise.resolve(), ended]);
    }
  } catch (error) {
    // The other side is gone: its status tells why.
    if (!(error instanceof VfsError)) throw error;
  }
}
