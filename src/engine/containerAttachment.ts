import { VfsError } from '../vfs/vfsError.ts';
import type { OpenFile } from '../shell/kernel/openFile.ts';
import type { Pty } from '../shell/kernel/pty.ts';
import type { AttachOptions, Attachment, OutputChunk } from './containerCalls.ts';
import { DetachKeys, parseDetachKeys } from './detachKeys.ts';
import type { LoggedChunk } from './outputLog.ts';
import type { ProcessOutput } from './processOutput.ts';

/** Where what is typed goes. */
export interface InputTarget {
  readonly terminal: Pty | undefined;
  /** Undefined: closed, or none. */
  readonly stdin: OpenFile | undefined;
  /** The end of the input. */
  close(): void;
}

/** Attaches to a process: `input` is asked at each write, as the process may not run yet. */
export function attachTo(
  output: ProcessOutput,
  input: () => InputTarget | undefined,
  options: AttachOptions & { readonly earlier?: readonly LoggedChunk[] },
): Attachment {
  const reader = output.attach();
  const keys = new DetachKeys(parseDetachKeys(options.detachKeys));
  let settle: (reason: 'exited' | 'detached') => void = () => undefined;
  const ended = new Promise<'exited' | 'detached'>((resolve) => {
    settle = resolve;
  });
  const detach = () => {
    settle('detached');
    reader.leave();
  };
  const wants = { stdout: options.wantsStdout, stderr: options.wantsStderr };
  const chunks = async function* (): AsyncGenerator<OutputChunk> {
    for (const { stream, bytes } of options.earlier ?? []) if (wants[stream]) yield { stream, bytes };
    for await (const chunk of reader) if (wants[chunk.stream]) yield chunk;
    settle('exited');
  };
  return {
    output: chunks(),
    ended,
    detach,
    write: (bytes) => {
      const { passed, isComplete } = keys.filter(bytes);
      const writing = options.wantsStdin ? deliver(input(), passed) : undefined;
      if (isComplete) detach();
      return writing;
    },
    closeInput: () => {
      if (options.wantsStdin) input()?.close();
    },
  };
}

function deliver(target: InputTarget | undefined, bytes: Uint8Array): undefined | Promise<void> {
  if (!target || bytes.length === 0) return undefined;
  if (target.terminal) {
    target.terminal.input(bytes);
    return undefined;
  }
  try {
    return target.stdin?.write(bytes.slice())?.catch(ignorePipe);
  } catch (error) {
    ignorePipe(error);
    return undefined;
  }
}

/** The process has closed its input, or is gone: nobody wants it. */
function ignorePipe(error: unknown): void {
  if (!(error instanceof VfsError)) throw error;
}
