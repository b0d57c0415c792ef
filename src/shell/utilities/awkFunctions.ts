import type { AwkState, Slot } from './awkState.ts';
import type { Soon } from './awkSoon.ts';
import { AwkError, type Callee, type Value } from './awkSyntax.ts';
import { type Leaving, StatementCompiler, type StatementCode } from './awkStatements.ts';

const MAX_CALL_DEPTH = 4_000;
/** Calls on the stack of this thread at a time: each takes several of its frames. */
const CALLS_IN_A_ROW = 20;

/** `exit` and `next` within a function: leaves all that calls it. */
export class Unwinding extends Error {
  override readonly name = 'Unwinding';
  readonly how: 'exit' | 'next' | 'nextfile';
  constructor(how: 'exit' | 'next' | 'nextfile') {
    super(how);
    this.how = how;
  }
}

/** Makes each function of a program when a call of it is made. */
export class FunctionCompiler {
  readonly state: AwkState;
  readonly #known = new Map<Callee, FunctionCode>();

  constructor(state: AwkState) {
    this.state = state;
  }

  codeOf(callee: Callee): FunctionCode {
    let code = this.#known.get(callee);
    if (!code) {
      code = new FunctionCode(this, callee);
      this.#known.set(callee, code);
    }
    return code;
  }
}

/** A function of the program. Its body is made at the first call, for functions call each other. */
export class FunctionCode {
  readonly #functions: FunctionCompiler;
  readonly #callee: Callee;
  #body: StatementCode | undefined;

  constructor(functions: FunctionCompiler, callee: Callee) {
    this.#functions = functions;
    this.#callee = callee;
  }

  /** `frame`: the arguments; it becomes the function's own. */
  call(frame: Slot[]): Soon<Value> {
    const { state } = this.#functions;
    if (++state.depth > MAX_CALL_DEPTH) throw new AwkError('function calls are nested too deeply');
    this.#body ??= new StatementCompiler(this.#functions, this.#callee.parameters.length).statement(this.#callee.body);
    const before = state.frame;
    state.frame = frame;
    state.returned = undefined;
    let ending: Soon<Leaving>;
    try {
      const mustTurn = state.depth % CALLS_IN_A_ROW === 0 || state.process.isDue;
      ending = mustTurn ? this.#nextTurn(this.#body) : this.#body();
    } catch (error) {
      this.#leave(before);
      throw error;
    }
    return ending instanceof Promise ? this.#later(ending, before) : this.#result(ending, before);
  }

  async #nextTurn(body: StatementCode): Promise<Leaving> {
    const { process } = this.#functions.state;
    if (process.isDue) await process.pause();
    else await undefined;
    return body();
  }

  async #later(ending: Promise<Leaving>, before: Slot[]): Promise<Value> {
    let leaving: Leaving;
    try {
      leaving = await ending;
    } catch (error) {
      this.#leave(before);
      throw error;
    }
    return this.#result(leaving, before);
  }

  #result(leaving: Leaving, before: Slot[]): Value {
    const { returned } = this.#functions.state;
    this.#leave(before);
    if (leaving === 'exit' || leaving === 'next' || leaving === 'nextfile') throw new Unwinding(leaving);
    return returned;
  }

  #leave(before: Slot[]): void {
    const { state } = this.#functions;
    state.frame = before;
    state.depth--;
    state.returned = undefined;
  }
}

/** How a rule's pattern or body ended, `exit` and `next` of its functions among it. */
export function unwound<T>(run: () => Soon<T>): Soon<T | Unwinding['how']> {
  const how = (error: unknown): Unwinding['how'] => {
    if (error instanceof Unwinding) return error.how;
    throw error;
  };
  try {
    const result = run();
    return result instanceof Promise ? result.catch(how) : result;
  } catch (error) {
    return how(error);
  }
}
