import type { Screen } from './screen.ts';
import type { ViKeys } from './viKeys.ts';
import type { ViState } from './viState.ts';

/** Asks for a line below the text: of keys that are typed, or that a macro runs. Undefined when it was left. */
export async function readViLine(
  screen: Screen,
  keys: ViKeys,
  state: ViState,
  form: { readonly prompt: string; readonly initial: string; readonly row: number },
): Promise<string | undefined> {
  let text = form.initial;
  for (;;) {
    if (!keys.isRunning)
      await screen.write(`\x1b[${form.row + 1};1H${(form.prompt + text).slice(-(screen.columns - 1))}\x1b[K`);
    const key = await keys.next();
    switch (key) {
      case 'enter':
      case 'ctrl-j':
      case 'ctrl-m':
        return text;
      case 'escape':
      case 'ctrl-c':
      case 'eof':
        return undefined;
      case 'backspace':
      case 'ctrl-h':
        if (text === '') return undefined;
        text = text.slice(0, -1);
        break;
      case 'ctrl-u':
        text = '';
        break;
      case 'ctrl-w':
        text = text.replace(/(?:\w+|[^\w\s]+|)\s*$/, '');
        break;
      case 'ctrl-r': {
        const name = await keys.next();
        text += name === 'ctrl-w' ? wordAt(state) : state.registers.get(name).lines.join('\r');
        break;
      }
      case 'tab':
        text += '\t';
        break;
      default:
        if ([...key].length === 1) text += key;
    }
  }
}

function wordAt({ buffer: { line, column } }: ViState): string {
  const from = /\w*$/.exec(line.slice(0, column))?.index ?? 0;
  return /^\w+/.exec(line.slice(from))?.[0] ?? '';
}
