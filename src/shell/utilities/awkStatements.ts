import { formatCode } from './awkCalls.ts';
import { ExpressionCompiler } from './awkExpressions.ts';
import type { FunctionCompiler } from './awkFunctions.ts';
import { type LoopCode, runLoop } from './awkLoop.ts';
import { inOrder, type Soon, whenThere } from './awkSoon.ts';
import type { AwkState } from './awkState.ts';
import { type Expression, type Statement, type Value, waits } from './awkSyntax.ts';
import { inputValue, numberOf, textOf } from './awkValue.ts';
import { WaitingCompiler } from './awkWaiting.ts';

/** How a statement ended, where it did not just end. */
export type Leaving = 'next' | 'nextfile' | 'break' | 'continue' | 'exit' | 'return' | undefined;

export type StatementCode = () => Soon<Leaving>;

const NOTHING: StatementCode = () => undefined;

/** Makes statements of the rules, or of one function, into functions of no argument. Loops give way now and then, so
 *  that they can be interrupted. */
export class StatementCompiler {
  readonly plain: ExpressionCompiler;
  readonly waiting: WaitingCompiler;
  readonly #state: AwkState;

  /** `slots`: how many of the frame are taken by parameters. */
  constructor(functions: FunctionCompiler, slots: number) {
    this.#state = functions.state;
    this.plain = new ExpressionCompiler(functions.state);
    this.waiting = new WaitingCompiler(this.plain, functions, slots);
  }

  statement(node: Statement | undefined): StatementCode {
    if (!node) return NOTHING;
    switch (node.kind) {
      case 'expression':
        return this.#expression(node.item);
      case 'print':
        return this.#print(node);
      case 'if': {
        const [test, yes, no] = [this.waiting.test(node.test), this.statement(node.yes), this.statement(node.no)];
        return () => {
          const holds = test();
          if (holds instanceof Promise) return holds.then((really) => (really ? yes() : no()));
          return holds ? yes() : no();
        };
      }
      case 'block':
        return blockOf(node.items.map((item) => this.statement(item)));
      case 'loop':
        return this.#loop(node);
      case 'each':
        return this.#each(node);
      case 'delete':
        return this.#delete(node);
      case 'leave': {
        const { how } = node;
        return () => how;
      }
      case 'exit':
        return this.#ending(node, (value) => {
          if (node.item) this.#state.exitStatus = Math.trunc(numberOf(value));
        });
      case 'return':
        return this.#ending(node, (value) => {
          this.#state.returned = value;
        });
    }
  }

  /** The record. */
  printRecord(): StatementCode {
    const state = this.#state;
    return () => whenThere(state.streams.standard.put(state.record.text + state.text(state.specials.ORS)), nothing);
  }

  #expression(item: Expression): StatementCode {
    const value = this.waiting.value(item);
    if (!waits(item))
      return () => {
        value();
        return undefined;
      };
    return () => whenThere(value(), nothing);
  }

  #ending({ kind, item }: Statement & { kind: 'exit' | 'return' }, put: (value: Value) => void): StatementCode {
    const value = item ? this.waiting.value(item) : () => undefined;
    const end = (found: Value) => {
      put(found);
      return kind;
    };
    return () => whenThere(value(), end);
  }

  #delete({ array, subscripts }: Statement & { kind: 'delete' }): StatementCode {
    const state = this.#state;
    if (!subscripts)
      return () => {
        state.arrayOf(array).clear();
        return undefined;
      };
    const { steps, node } = this.waiting.settledAll(subscripts);
    const key = this.plain.joined(node);
    return () =>
      whenThere(inOrder(steps), () => {
        const map = state.arrayOf(array);
        map.delete(key());
        return undefined;
      });
  }

  #print(statement: Statement & { kind: 'print' }): StatementCode {
    const { redirect } = statement;
    const { steps, node: items } = this.waiting.settledAll(statement.items);
    const text = statement.isFormat ? formatCode(this.plain, items, 'printf') : this.#printed(items);
    const { streams } = this.#state;
    if (!redirect) {
      if (steps.length > 0)
        return () => whenThere(inOrder(steps), () => whenThere(streams.standard.put(text()), nothing));
      return () => streams.standard.put(text()) as Soon<undefined>;
    }
    const to = this.waiting.text(redirect.to);
    const put = async (shown: string, name: string): Promise<undefined> => {
      const output = await streams.output(redirect.how, name);
      await output.put(shown);
      if (name === '/dev/stderr') await output.flush();
    };
    return () =>
      whenThere(inOrder(steps), () => {
        const shown = text();
        return whenThere(to(), (name) => put(shown, name));
      });
  }

  #printed(items: readonly Expression[]): () => string {
    const state = this.#state;
    const { specials } = state;
    const [first] = items;
    if (!first) return () => state.record.text + state.text(specials.ORS);
    const texts = items.map((item) => this.#shown(item));
    const [only] = texts;
    if (only && texts.length === 1) return () => only() + state.text(specials.ORS);
    return () => {
      let shown = '';
      for (let i = 0; i < texts.length; i++) {
        if (i > 0) shown += state.text(specials.OFS);
        shown += (texts[i] as () => string)();
      }
      return shown + state.text(specials.ORS);
    };
  }

  /** Numbers that are printed have the form of OFMT. */
  #shown(item: Expression): () => string {
    const { specials } = this.#state;
    if (item.kind === 'text' || item.kind === 'field') return this.plain.text(item);
    const value = this.plain.value(item);
    return () => {
      const found = value();
      return typeof found === 'string' ? found : textOf(found, this.#state.text(specials.OFMT));
    };
  }

  #loop({ first, test, step, body, testsLast }: Statement & { kind: 'loop' }): StatementCode {
    const { process, streams } = this.#state;
    const begin = this.statement(first);
    const holds = test ? this.waiting.test(test) : () => true;
    const [turn, onward] = [this.statement(body), this.statement(step)];
    const giveWay = async (): Promise<void> => {
      await process.pause();
      await streams.standard.flush();
    };
    const afterStep = () => (process.isDue ? giveWay() : undefined);
    const code: LoopCode = { holds, turn, next: () => whenThere<unknown, unknown>(onward(), afterStep) };
    return () => whenThere(begin(), () => runLoop(code, testsLast ? 'turn' : 'test'));
  }

  #each({ name, array, body }: Statement & { kind: 'each' }): StatementCode {
    const state = this.#state;
    const { process } = state;
    const { store } = this.plain.place(name);
    const turn = this.statement(body);
    return () => {
      // The keys that were there at the beginning, whatever becomes of them.
      const keys = [...state.arrayOf(array).keys()];
      let at = -1;
      const holds = () => {
        if (++at >= keys.length) return false;
        store(inputValue(keys[at] as string));
        return true;
      };
      return runLoop({ holds, turn, next: () => (process.isDue ? process.pause() : undefined) }, 'test');
    };
  }
}

function nothing(): undefined {
  return undefined;
}

function blockOf(items: readonly StatementCode[]): StatementCode {
  const [only] = items;
  if (only && items.length === 1) return only;
  return () => {
    for (let i = 0; i < items.length; i++) {
      const leaving = (items[i] as StatementCode)();
      if (leaving instanceof Promise) return restOf(leaving, items, i + 1);
      if (leaving !== undefined) return leaving;
    }
    return undefined;
  };
}

async function restOf(first: Promise<Leaving>, items: readonly StatementCode[], from: number): Promise<Leaving> {
  let leaving = await first;
  for (let i = from; leaving === undefined && i < items.length; i++) leaving = await (items[i] as StatementCode)();
  return leaving;
}
