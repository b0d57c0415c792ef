import type { ExpressionCompiler, Operation } from './awkExpressions.ts';
import type { AwkState } from './awkState.ts';
import { AwkError, type Expression, type Name, type Place, type Value } from './awkSyntax.ts';
import { numberOf } from './awkValue.ts';

/** What can be done with a variable, a field or an element. Its subscript is evaluated once, and before what is
 *  assigned. */
export interface PlaceCode {
  readonly load: () => Value;
  readonly store: (value: Value) => void;
  assign(value: () => Value): () => Value;
  /** Puts what `operate` makes of the number there and of an operand. Gives the number `before` or `after`. */
  change(operand: () => number, operate: Operation, gives: 'before' | 'after'): () => number;
}

export function compilePlace(compiler: ExpressionCompiler, place: Place): PlaceCode {
  const { state } = compiler;
  switch (place.kind) {
    case 'field':
      return fieldCode(compiler, place.index);
    case 'element':
      return elementCode(state, place.array, compiler.joined(place.subscripts));
    case 'special': {
      const { name } = place;
      return variableCode(
        () => state.special(name),
        (value) => state.setSpecial(name, value),
      );
    }
    default:
      return slotCode(state, place);
  }
}

function variableCode(load: () => Value, store: (value: Value) => void): PlaceCode {
  return {
    load,
    store,
    assign: (value) => () => {
      const result = value();
      store(result);
      return result;
    },
    change: (operand, operate, gives) => () => {
      const right = operand();
      const before = numberOf(load());
      const after = operate(before, right);
      store(after);
      return gives === 'after' ? after : before;
    },
  };
}

function slotCode(state: AwkState, { kind, index, name }: Name & { kind: 'global' | 'local' }): PlaceCode {
  const misused = () => new AwkError(`attempt to use array ${name} in a scalar context`);
  if (kind === 'global') {
    const { globals } = state;
    return variableCode(
      () => {
        const slot = globals[index];
        if (slot instanceof Map) throw misused();
        return slot;
      },
      (value) => {
        if (globals[index] instanceof Map) throw misused();
        globals[index] = value;
      },
    );
  }
  return variableCode(
    () => {
      const slot = state.frame[index];
      if (slot instanceof Map) throw misused();
      return slot;
    },
    (value) => {
      state.frame[index] = value;
    },
  );
}

function fieldCode(compiler: ExpressionCompiler, node: Expression): PlaceCode {
  const { record } = compiler.state;
  const number = compiler.number(node);
  const index = () => Math.trunc(number());
  const fixed = node.kind === 'number' ? Math.trunc(node.value) : undefined;
  return {
    load: fixed === undefined ? () => record.field(index()) : () => record.field(fixed),
    store: (value) => record.setField(index(), value),
    assign: (value) => () => {
      const at = index();
      const result = value();
      record.setField(at, result);
      return result;
    },
    change: (operand, operate, gives) => () => {
      const at = index();
      const right = operand();
      const before = numberOf(record.field(at));
      const after = operate(before, right);
      record.setField(at, after);
      return gives === 'after' ? after : before;
    },
  };
}

function elementCode(state: AwkState, array: Name, key: () => string): PlaceCode {
  return {
    load: () => {
      const map = state.arrayOf(array);
      const name = key();
      const value = map.get(name);
      // To ask for an element makes it.
      if (value === undefined && !map.has(name)) map.set(name, undefined);
      return value;
    },
    store: (value) => {
      const map = state.arrayOf(array);
      map.set(key(), value);
    },
    assign: (value) => () => {
      const name = key();
      const result = value();
      state.arrayOf(array).set(name, result);
      return result;
    },
    change: (operand, operate, gives) => () => {
      const name = key();
      const right = operand();
      const map = state.arrayOf(array);
      const before = numberOf(map.get(name));
      const after = operate(before, right);
      map.set(name, after);
      return gives === 'after' ? after : before;
    },
  };
}
