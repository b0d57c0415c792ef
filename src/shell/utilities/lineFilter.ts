import type { Process } from '../kernel/process.ts';
import { eachInput, type InputError, LineReader } from './textInput.ts';
import { TextOutput } from './textOutput.ts';

export interface LineFilterForm {
  /** 0x0a unless told. */
  readonly delimiter?: number;
  readonly words?: (error: InputError) => string;
}

/** Passes every line of the inputs through a function. A last line that lacks its end gets none. */
export async function filterLines(
  process: Process,
  operands: readonly string[],
  change: (line: string) => string,
  form: LineFilterForm = {},
): Promise<number> {
  const delimiter = form.delimiter ?? 0x0a;
  const end = String.fromCharCode(delimiter);
  const output = new TextOutput(process);
  const status = await eachInput(
    process,
    operands,
    async (input) => {
      const reader = new LineReader(input, { delimiter, beforeWait: () => output.flush() });
      for (let lines = await reader.batch(); lines; lines = await reader.batch()) {
        for (const [i, line] of lines.entries()) {
          const isEnded = i < lines.length - 1 || reader.wasTerminated;
          const writing = output.put(change(line) + (isEnded ? end : ''));
          if (writing) await writing;
          if (process.isDue) await process.pause();
        }
      }
      await output.flush();
    },
    form.words ? { words: form.words } : {},
  );
  return status;
}
