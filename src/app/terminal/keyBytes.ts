type KeyPress = Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'altKey' | 'metaKey' | 'shiftKey'>;

const ARROWS: Readonly<Record<string, string>> = {
  ArrowUp: 'A',
  ArrowDown: 'B',
  ArrowRight: 'C',
  ArrowLeft: 'D',
  Home: 'H',
  End: 'F',
};

const NAMED: Readonly<Record<string, string>> = {
  Enter: '\r',
  Tab: '\t',
  Escape: '\u001b',
  Backspace: '\u007f',
  Delete: '\u001b[3~',
  Insert: '\u001b[2~',
  PageUp: '\u001b[5~',
  PageDown: '\u001b[6~',
  F1: '\u001bOP',
  F2: '\u001bOQ',
  F3: '\u001bOR',
  F4: '\u001bOS',
  F5: '\u001b[15~',
  F6: '\u001b[17~',
  F7: '\u001b[18~',
  F8: '\u001b[19~',
  F9: '\u001b[20~',
  F10: '\u001b[21~',
};

/** What a key sends to a program (xterm's ctlseqs), or undefined for keys that belong to the browser. */
export function keyBytes(event: KeyPress, hasApplicationCursor: boolean): string | undefined {
  const { key, ctrlKey, altKey, metaKey, shiftKey } = event;
  if (metaKey) return undefined;
  const arrow = ARROWS[key];
  if (arrow) return arrowBytes(arrow, { ctrlKey, altKey, shiftKey }, hasApplicationCursor);
  if (key === 'Tab' && shiftKey) return '\u001b[Z';
  const named = NAMED[key];
  if (named !== undefined) return altKey ? `\u001b${named}` : named;
  if ([...key].length !== 1) return undefined;
  if (ctrlKey) {
    const control = controlCharacter(key);
    return control === undefined ? undefined : altKey ? `\u001b${control}` : control;
  }
  return altKey ? `\u001b${key}` : key;
}

function arrowBytes(
  letter: string,
  held: { readonly ctrlKey: boolean; readonly altKey: boolean; readonly shiftKey: boolean },
  hasApplicationCursor: boolean,
): string {
  const modifier = 1 + (held.shiftKey ? 1 : 0) + (held.altKey ? 2 : 0) + (held.ctrlKey ? 4 : 0);
  if (modifier > 1) return `\u001b[1;${modifier}${letter}`;
  return hasApplicationCursor ? `\u001bO${letter}` : `\u001b[${letter}`;
}

function controlCharacter(key: string): string | undefined {
  const upper = key.toUpperCase();
  if (upper >= 'A' && upper <= 'Z') return String.fromCharCode(upper.charCodeAt(0) - 64);
  const at = '@[\\]^_'.indexOf(key);
  if (at >= 0) return String.fromCharCode([0, 27, 28, 29, 30, 31][at] as number);
  if (key === ' ') return '\u0000';
  if (key === '?') return '\u007f';
  if (key === '/') return '\u001f';
  return undefined;
}
