import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { eachInput, type InputError, type TextInput } from './textInput.ts';
import { quotedIfNeeded } from './quote.ts';
import { utility } from './utility.ts';

/** Larger than a pipe: what is handed over whole wakes its reader less often. */
const READ_BYTES = 1 << 18;

/** cat(1). */
export const cat: Program = utility(
  {
    usage: '[OPTION]... [FILE]...',
    options: {
      all: '-A --show-all',
      numberNonblank: '-b --number-nonblank',
      endsAndNonprinting: '-e',
      ends: '-E --show-ends',
      number: '-n --number',
      squeeze: '-s --squeeze-blank',
      tabsAndNonprinting: '-t',
      tabs: '-T --show-tabs',
      unbuffered: '-u',
      nonprinting: '-v --show-nonprinting',
    },
  },
  (process, options) => {
    const is = (...names: Parameters<typeof options.has>[0][]) => names.some((name) => options.has(name));
    const marker = new Marker({
      ends: is('all', 'ends', 'endsAndNonprinting'),
      tabs: is('all', 'tabs', 'tabsAndNonprinting'),
      nonprinting: is('all', 'nonprinting', 'endsAndNonprinting', 'tabsAndNonprinting'),
      number: is('number') || is('numberNonblank'),
      skipsBlank: is('numberNonblank'),
      squeeze: is('squeeze'),
    });
    return eachInput(process, options.operands, (input) => copy(process, input, marker.isPlain ? undefined : marker), {
      words: (error) => words(process, error),
    });
  },
);

function words(process: Process, { stage, operand, words: cause }: InputError): string {
  if (process.flavour === 'gnu') return `${quotedIfNeeded(operand)}: ${cause}`;
  return stage === 'open' ? `can't open '${operand}': ${cause}` : `read error: ${cause}`;
}

async function copy(process: Process, input: TextInput, marker: Marker | undefined): Promise<void> {
  for (;;) {
    const reading = input.read(READ_BYTES);
    const chunk = reading instanceof Promise ? await reading : reading;
    if (chunk.length === 0) return;
    const writing = process.print(marker ? marker.mark(chunk) : chunk);
    if (writing) await writing;
    if (process.isDue) await process.pause();
  }
}

interface Marks {
  readonly ends: boolean;
  readonly tabs: boolean;
  readonly nonprinting: boolean;
  readonly number: boolean;
  readonly skipsBlank: boolean;
  readonly squeeze: boolean;
}

/** Rewrites bytes as the options ask; it knows across files where a line begins. */
class Marker {
  readonly #marks: Marks;
  #line = 0;
  #isAtStart = true;
  #blankLines = 0;

  constructor(marks: Marks) {
    this.#marks = marks;
  }

  get isPlain(): boolean {
    return !Object.values(this.#marks).some(Boolean);
  }

  mark(chunk: Uint8Array): Uint8Array {
    const marks = this.#marks;
    const out: number[] = [];
    for (const byte of chunk) {
      if (this.#isAtStart) {
        if (byte === 0x0a) this.#blankLines++;
        else this.#blankLines = 0;
        if (marks.squeeze && this.#blankLines > 1) continue;
        if (marks.number && !(marks.skipsBlank && byte === 0x0a)) {
          this.#line++;
          for (const digit of `${String(this.#line).padStart(6)}\t`) out.push(digit.charCodeAt(0));
        }
      }
      this.#isAtStart = byte === 0x0a;
      if (byte === 0x0a) {
        if (marks.ends) out.push(0x24);
        out.push(byte);
      } else if (byte === 0x09) {
        if (marks.tabs) out.push(0x5e, 0x49);
        else out.push(byte);
      } else if (marks.nonprinting) {
        pushVisible(out, byte);
      } else {
        out.push(byte);
      }
    }
    return Uint8Array.from(out);
  }
}

/** `^X` and `M-X` notation. */
function pushVisible(out: number[], byte: number): void {
  if (byte >= 0x80) out.push(0x4d, 0x2d);
  const low = byte & 0x7f;
  if (low < 0x20 || low === 0x7f) out.push(0x5e, low ^ 0x40);
  else out.push(low);
}
