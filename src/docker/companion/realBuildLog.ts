import type { BuildEventBody } from '../../companion/protocol.ts';

interface Step {
  readonly number: number;
  isAtLineStart: boolean;
}

/** A real build as BuildKit's plain progress has it. What steps write is shown as text: no escape of theirs reaches the
 *  terminal. */
export class RealBuildLog {
  readonly #print: (text: string) => undefined | Promise<void>;
  readonly #steps = new Map<string, Step>();
  #last = 0;

  constructor(print: (text: string) => undefined | Promise<void>) {
    this.#print = print;
  }

  /** A number for a line of one's own. */
  next(): number {
    return ++this.#last;
  }

  async take(event: BuildEventBody): Promise<void> {
    if (event.type === 'started') {
      // Another engine begins anew.
      this.#steps.clear();
      await this.#print(`building on ${visible(event.engine)}\n`);
    } else if (event.type === 'queued' && event.ahead > 0) await this.#print(`waiting behind ${event.ahead} builds\n`);
    else if (event.type === 'step') await this.#print(`\n#${this.#of(event.step).number} ${visible(event.name)}\n`);
    else if (event.type === 'log') await this.#log(this.#of(event.step), event.text);
    else if (event.type === 'log-truncated') await this.#print(`[log cut after ${event.keptBytes} bytes]\n`);
    else if (event.type === 'step-done') {
      const step = this.#of(event.step);
      const end = step.isAtLineStart ? '' : '\n';
      const seconds = (event.durationMs / 1000).toFixed(1);
      const state =
        event.error !== undefined ? `ERROR: ${visible(event.error)}` : event.cached ? 'CACHED' : `DONE ${seconds}s`;
      await this.#print(`${end}#${step.number} ${state}\n`);
    }
  }

  #of(id: string): Step {
    const known = this.#steps.get(id);
    if (known) return known;
    const step: Step = { number: this.next(), isAtLineStart: true };
    this.#steps.set(id, step);
    return step;
  }

  async #log(step: Step, text: string): Promise<void> {
    let out = '';
    for (const part of visible(text).split(/(?<=\n)/)) {
      if (step.isAtLineStart) out += `#${step.number} `;
      out += part;
      step.isAtLineStart = part.endsWith('\n');
    }
    await this.#print(out);
  }
}

/** Line ends and tabs stay; other control characters are written as `^X`. */
function visible(text: string): string {
  return text
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, (one) => `^${String.fromCharCode(one.charCodeAt(0) ^ 0x40)}`)
    .replace(/[\u0080-\u009f]/g, '\ufffd');
}
