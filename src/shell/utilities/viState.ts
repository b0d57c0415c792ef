import { TextBuffer } from './textBuffer.ts';
import type { Position } from './viRange.ts';
import { ViRegisters } from './viRegisters.ts';

/** What the keys and the commands of the line below work on. */
export class ViState {
  buffer = new TextBuffer('');
  path: string | undefined;
  message = '';
  readonly settings = { numbers: false, ignoreCase: false, isReadOnly: false };
  readonly registers = new ViRegisters();
  /** `m` and a letter; `<` and `>` are the ends of what was selected last. */
  readonly marks = new Map<string, Position>();
  /** Of the last search, or substitution. */
  pattern = '';
  isBackward = false;
  substitution: { readonly pattern: string; readonly replacement: string; readonly flags: string } | undefined;
  /** Whether what runs now did not work: a macro ends with it. */
  hasFailed = false;
  /** Runs keys as if they were typed: `:normal`. */
  runKeys: (keys: string) => Promise<void> = async () => undefined;

  fail(message: string): void {
    this.message = message;
    this.hasFailed = true;
  }
}
