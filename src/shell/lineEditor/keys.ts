/** A key, or text that was typed or pasted at once. */
export type Key =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'paste'; readonly text: string }
  | { readonly kind: 'control'; readonly letter: string }
  | { readonly kind: 'meta'; readonly letter: string }
  | {
      readonly kind: 'named';
      readonly name:
        | 'enter'
        | 'tab'
        | 'backspace'
        | 'delete'
        | 'up'
        | 'down'
        | 'left'
        | 'right'
        | 'home'
        | 'end'
        | 'wordLeft'
        | 'wordRight'
        | 'pageUp'
        | 'pageDown'
        | 'escape'
        | 'other';
    };

type Named = Extract<Key, { kind: 'named' }>['name'];

/** What terminals send behind ESC [ or ESC O (xterm's control sequences). */
const SEQUENCES: Readonly<Record<string, Named>> = {
  A: 'up',
  B: 'down',
  C: 'right',
  D: 'left',
  F: 'end',
  H: 'home',
  '1~': 'home',
  '3~': 'delete',
  '4~': 'end',
  '5~': 'pageUp',
  '6~': 'pageDown',
  '7~': 'home',
  '8~': 'end',
  '1;5C': 'wordRight',
  '1;5D': 'wordLeft',
  '1;3C': 'wordRight',
  '1;3D': 'wordLeft',
};

const PASTE_START = '\x1b[200~';
const PASTE_END = '\x1b[201~';
/** A paste whose end never comes is taken as it is. */
const MAX_PASTE_CHARACTERS = 4 << 20;

/** Cuts what a terminal sends into keys. What is not whole yet waits for the rest. */
export class KeyReader {
  #rest = '';

  /** Whether a sequence has begun and not ended. */
  get isWaiting(): boolean {
    return this.#rest !== '';
  }

  /** `text`: as of `bytes/byteName.ts`. */
  feed(text: string): Key[] {
    let input = this.#rest + text;
    this.#rest = '';
    const keys: Key[] = [];
    while (input !== '') {
      const taken = takeKey(input);
      if (!taken) {
        this.#rest = input;
        break;
      }
      keys.push(taken.key);
      input = input.slice(taken.length);
    }
    return keys;
  }

  /** What waited, as it is: ESC by itself. */
  flush(): Key[] {
    const text = this.#rest;
    this.#rest = '';
    if (text === '') return [];
    return text === '\x1b'
      ? [{ kind: 'named', name: 'escape' }]
      : [{ kind: 'text', text: text.replaceAll('\x1b', '') }];
  }
}

function takeKey(input: string): { readonly key: Key; readonly length: number } | undefined {
  const code = input.charCodeAt(0);
  if (code === 0x1b) return takeEscape(input);
  if (code === 0x0d || code === 0x0a) return { key: { kind: 'named', name: 'enter' }, length: 1 };
  if (code === 0x09) return { key: { kind: 'named', name: 'tab' }, length: 1 };
  if (code === 0x7f || code === 0x08) return { key: { kind: 'named', name: 'backspace' }, length: 1 };
  if (code < 0x20) return { key: { kind: 'control', letter: String.fromCharCode(code + 0x60) }, length: 1 };
  const text = /^[^\x00-\x1f\x7f]+/.exec(input)?.[0] as string;
  return { key: { kind: 'text', text }, length: text.length };
}

function takeEscape(input: string): { readonly key: Key; readonly length: number } | undefined {
  if (input.startsWith(PASTE_START)) {
    const end = input.indexOf(PASTE_END);
    if (end < 0 && input.length < MAX_PASTE_CHARACTERS) return undefined;
    const text = input.slice(PASTE_START.length, end < 0 ? undefined : end);
    return { key: { kind: 'paste', text }, length: end < 0 ? input.length : end + PASTE_END.length };
  }
  if (PASTE_START.startsWith(input)) return undefined;
  const sequence = /^\x1b(?:\[|O)([\d;]*[A-Za-z~])/.exec(input);
  if (sequence)
    return { key: { kind: 'named', name: SEQUENCES[sequence[1] as string] ?? 'other' }, length: sequence[0].length };
  if (/^\x1b(?:\[|O)[\d;]*$/.test(input) && input.length < 32) return undefined;
  const letter = input[1];
  if (letter === undefined) return undefined;
  return { key: { kind: 'meta', letter: letter === '\x7f' || letter === '\b' ? 'backspace' : letter }, length: 2 };
}
