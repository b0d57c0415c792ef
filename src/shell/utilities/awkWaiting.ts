// Expressions that may have to wait: for input, for another program, or for their turn within a function. What waits is
// put into slots of the frame, one after another; the expression around it then finds it there, and need not wait.
import type { FunctionCode, FunctionCompiler } from './awkFunctions.ts';
import type { ExpressionCompiler } from './awkExpressions.ts';
import { inOrder, type Soon, whenThere } from './awkSoon.ts';
import type { AwkState, Slot } from './awkState.ts';
import { AwkError, type Callee, type Expression, isPlace, type Place, type Value, waits } from './awkSyntax.ts';
import { inputValue, isTrue, numberOf } from './awkValue.ts';

/** An expression that does not wait any more when its steps have been run. */
interface Settled<Node> {
  readonly steps: readonly (() => Soon<unknown>)[];
  readonly node: Node;
}

/** Makes any expression. Slots are of the frame that runs: those of the rules, or of one function. */
export class WaitingCompiler {
  readonly plain: ExpressionCompiler;
  readonly state: AwkState;
  readonly #functions: FunctionCompiler;
  #slots: number;

  /** `slots`: how many of the frame are taken. */
  constructor(plain: ExpressionCompiler, functions: FunctionCompiler, slots: number) {
    this.plain = plain;
    this.state = plain.state;
    this.#functions = functions;
    this.#slots = slots;
  }

  value(node: Expression): () => Soon<Value> {
    if (!waits(node)) return this.plain.value(node);
    switch (node.kind) {
      case 'and':
      case 'or': {
        const test = this.test(node);
        return () => whenThere(test(), (holds) => (holds ? 1 : 0));
      }
      case 'choice': {
        const [test, yes, no] = [this.test(node.test), this.value(node.yes), this.value(node.no)];
        return () => whenThere(test(), (holds) => (holds ? yes() : no()));
      }
      case 'user':
        return this.#call(node.callee, node.items);
      case 'getline':
        return this.#getline(node);
      case 'call': {
        const ours = this.#waitingCall(node);
        if (ours) return ours;
        break;
      }
      default:
        break;
    }
    const { steps, node: settled } = this.#settled(node);
    const value = this.plain.value(settled);
    return () => whenThere(inOrder(steps), value);
  }

  test(node: Expression): () => Soon<boolean> {
    if (!waits(node)) return this.plain.test(node);
    if (node.kind === 'and' || node.kind === 'or') {
      const [left, right] = [this.test(node.left), this.test(node.right)];
      if (node.kind === 'and') return () => whenThere(left(), (holds) => holds && right());
      return () => whenThere(left(), (holds) => holds || right());
    }
    const value = this.value(node);
    return () => whenThere(value(), isTrue);
  }

  text(node: Expression): () => Soon<string> {
    if (!waits(node)) return this.plain.text(node);
    const value = this.value(node);
    return () => whenThere(value(), (found) => this.state.text(found));
  }

  /** The values of some expressions, in a list of their own. */
  settledAll(nodes: readonly Expression[]): Settled<readonly Expression[]> {
    const steps: (() => Soon<unknown>)[] = [];
    const last = nodes.findLastIndex(waits);
    return { steps, node: nodes.map((node, i) => (i <= last ? this.#aside(node, steps) : node)) };
  }

  /** A slot that gets the value of an expression when the steps are run. What is no value, or is always the same, stays
   *  where it is. */
  #aside(node: Expression, steps: (() => Soon<unknown>)[]): Expression {
    if (node.kind === 'number' || node.kind === 'text' || node.kind === 'regex') return node;
    if (isPlace(node) && !waits(node) && node.kind !== 'field') return node;
    return this.#slotFor(node, steps);
  }

  #slotFor(node: Expression, steps: (() => Soon<unknown>)[]): Expression {
    const slot = this.#slots++;
    const value = this.value(node);
    const { state } = this;
    const keep = (found: Value) => {
      state.frame[slot] = found;
    };
    steps.push(() => whenThere(value(), keep));
    return { kind: 'local', index: slot, name: '' };
  }

  #settled(node: Expression): Settled<Expression> {
    switch (node.kind) {
      case 'assign': {
        const place = this.#settledPlace(node.place);
        const steps = [...place.steps];
        const value = waits(node.value) ? this.#aside(node.value, steps) : node.value;
        return { steps, node: { ...node, waits: false, place: place.node, value } };
      }
      case 'step': {
        const { steps, node: place } = this.#settledPlace(node.place);
        return { steps, node: { ...node, waits: false, place } };
      }
      case 'unary': {
        const { steps, node: items } = this.settledAll([node.item]);
        return { steps, node: { ...node, waits: false, item: items[0] as Expression } };
      }
      case 'binary': {
        const { steps, node: items } = this.settledAll([node.left, node.right]);
        return { steps, node: { ...node, waits: false, left: items[0] as Expression, right: items[1] as Expression } };
      }
      case 'group':
      case 'call': {
        const { steps, node: items } = this.settledAll(node.items);
        return { steps, node: { ...node, waits: false, items } };
      }
      case 'in': {
        const { steps, node: subscripts } = this.settledAll(node.subscripts);
        return { steps, node: { ...node, waits: false, subscripts } };
      }
      case 'field':
      case 'element':
        return this.#settledPlace(node);
      default:
        return { steps: [], node };
    }
  }

  #settledPlace(place: Place): Settled<Place> {
    if (!waits(place)) return { steps: [], node: place };
    if (place.kind === 'field') {
      const { steps, node: items } = this.settledAll([place.index]);
      return { steps, node: { ...place, waits: false, index: items[0] as Expression } };
    }
    if (place.kind === 'element') {
      const { steps, node: subscripts } = this.settledAll(place.subscripts);
      return { steps, node: { ...place, waits: false, subscripts } };
    }
    return { steps: [], node: place };
  }

  /** Subscripts are evaluated before the read, which may change what stands in them. */
  #placeToFill(place: Place): Settled<Place> {
    const steps: (() => Soon<unknown>)[] = [];
    if (place.kind === 'field') return { steps, node: { ...place, index: this.#slotFor(place.index, steps) } };
    if (place.kind !== 'element') return { steps, node: place };
    return { steps, node: { ...place, subscripts: place.subscripts.map((item) => this.#slotFor(item, steps)) } };
  }

  #waitingCall({ name, items: [first] }: Expression & { kind: 'call' }): (() => Soon<Value>) | undefined {
    const { streams } = this.state;
    const text = first ? this.text(first) : () => '';
    switch (name) {
      case 'system':
        return () => whenThere(text(), (command) => streams.system(command));
      case 'close':
        return () => whenThere(text(), (stream) => streams.close(stream));
      case 'fflush':
        return () => whenThere(text(), () => streams.flush().then(() => 0));
      default:
        return undefined;
    }
  }

  #getline({ source, from, into }: Expression & { kind: 'getline' }): () => Soon<Value> {
    const { state } = this;
    const place = into && this.#placeToFill(into);
    const store = place ? this.plain.place(place.node).store : (value: Value) => state.record.set(state.text(value));
    const steps = place?.steps ?? [];
    const put = (text: string): Value => {
      store(into ? inputValue(text) : text);
      return 1;
    };
    const found = (text: string | undefined): Value => (text === undefined ? 0 : put(text));
    if (source === 'main') return () => whenThere(inOrder(steps), () => whenThere(state.inputs?.next(), found));
    const name = this.text(from as Expression);
    const read = async (stream: string): Promise<string | number> => {
      const reader = await state.streams.input(source, stream);
      if (!reader) return -1;
      try {
        return (await reader.next(state.text(state.specials.RS))) ?? 0;
      } catch (error) {
        if (error instanceof AwkError || state.process.isKilled) throw error;
        return -1;
      }
    };
    return () =>
      whenThere(name(), async (stream) => {
        await inOrder(steps);
        const text = await read(stream);
        if (typeof text === 'number') return text;
        if (source === 'command') state.specials.NR = numberOf(state.specials.NR) + 1;
        return put(text);
      });
  }

  #call(callee: Callee, items: readonly Expression[]): () => Soon<Value> {
    if (items.length > callee.parameters.length)
      return () => {
        throw new AwkError(`too many arguments in call to ${callee.name}`);
      };
    const code: FunctionCode = this.#functions.codeOf(callee);
    const given = items.map((item, i) => this.#argument(callee, item, i));
    return () => {
      const frame: Slot[] = [];
      for (let i = 0; i < given.length; i++) {
        const argument = (given[i] as () => Soon<Slot>)();
        if (argument instanceof Promise) return later(frame, argument, i);
        frame.push(argument);
      }
      return code.call(frame);
    };

    async function later(frame: Slot[], first: Promise<Slot>, from: number) {
      frame.push(await first);
      for (const argument of given.slice(from + 1)) frame.push(await argument());
      return code.call(frame);
    }
  }

  /** Arrays are handed over as themselves, all else by value. */
  #argument(callee: Callee, item: Expression, index: number): () => Soon<Slot> {
    if (item.kind !== 'global' && item.kind !== 'local') return this.value(item);
    const { state } = this;
    const value = this.plain.value(item);
    const isArray = callee.arrays.has(index);
    return () => (isArray || state.slot(item) instanceof Map ? state.arrayOf(item) : value());
  }
}
