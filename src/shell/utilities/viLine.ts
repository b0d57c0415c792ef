import { PromptLine } from './promptLine.ts';
import type { Screen } from './screen.ts';
import type { ViKeys } from './viKeys.ts';
import type { ViState } from './viState.ts';

/** Keys that send the same as others. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['ctrl-j', 'enter'],
  ['ctrl-m', 'enter'],
  ['ctrl-h', 'backspace'],
]);

/** Asks for a line below the text: of keys that are typed, or that a macro runs. Undefined when it was left. */
export async function readViLine(
  screen: Screen,
  keys: ViKeys,
  state: ViState,
  form: { readonly prompt: string; readonly initial: string; readonly row: number },
): Promise<string | undefined> {
  const line = new PromptLine(screen, form);
  for (;;) {
    if (!keys.isRunning) await line.draw();
    const typed = await keys.next();
    const key = ALIASES.get(typed) ?? typed;
    if (key === 'backspace' && line.text === '') return undefined;
    const done = line.take(key);
    if (done === 'entered') return line.text;
    if (done === 'left') return undefined;
    if (key === 'ctrl-w') line.text = line.text.replace(/(?:\w+|[^\w\s]+|)\s*$/, '');
    else if (key === 'ctrl-r') {
      const name = await keys.next();
      line.text += name === 'ctrl-w' ? wordAt(state) : state.registers.get(name).lines.join('\r');
    }
  }
}

function wordAt({ buffer: { line, column } }: ViState): string {
  const from = /\w*$/.exec(line.slice(0, column))?.index ?? 0;
  return /^\w+/.exec(line.slice(from))?.[0] ?? '';
}
