import { COMMANDS, type Command, type CommandContext, isEnabled } from './commands.ts';

/** The command that a key press stands for, or undefined. Single characters belong to text fields while one has
 *  the focus. */
export function commandForKey(event: KeyboardEvent, context: CommandContext): Command | undefined {
  const pressed = keyName(event);
  if (pressed.length === 1 && takesCharacters(event.target)) return undefined;
  return COMMANDS.find((command) => command.keys.includes(pressed) && isEnabled(command, context));
}

type KeyPress = Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>;

/** `Mod+Shift+f` (Mod is Ctrl or Cmd), `Alt+x`, `F1`, `?`. Shift is named with Mod or Alt only, since `?` is a key
 *  of its own. With Alt the key's place counts: macOS makes other characters of them. */
export function keyName(event: KeyPress): string {
  const mod = event.ctrlKey || event.metaKey;
  const shift = (mod || event.altKey) && event.shiftKey;
  return `${mod ? 'Mod+' : ''}${event.altKey ? 'Alt+' : ''}${shift ? 'Shift+' : ''}${plainKey(event)}`;
}

const PUNCTUATION: Readonly<Record<string, string>> = { Period: '.', Comma: ',' };

function plainKey({ key, code, altKey }: KeyPress): string {
  if (altKey) {
    const letter = /^Key([A-Z])$/.exec(code)?.[1];
    if (letter) return letter.toLowerCase();
    return PUNCTUATION[code] ?? key;
  }
  return key.length === 1 ? key.toLowerCase() : key;
}

/** As people read it: `Ctrl+Shift+F`, on a Mac `⌘⇧F`. */
export function keyLabel(name: string): string {
  const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
  const words: Readonly<Record<string, string>> = isMac
    ? { Mod: '⌘', Alt: '⌥', Shift: '⇧', ArrowUp: '↑', ArrowDown: '↓' }
    : { Mod: 'Ctrl', ArrowUp: '↑', ArrowDown: '↓' };
  const parts = name.split('+').map((part) => words[part] ?? (part.length === 1 ? part.toUpperCase() : part));
  return parts.join(isMac ? '' : '+');
}

function takesCharacters(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('dialog[open]')) return true;
  return target.isContentEditable || target.matches('input:not([type=checkbox], [type=radio]), textarea, select');
}
