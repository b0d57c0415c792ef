import { quoteGo } from '../commandLine/flagValue.ts';
import type { Execution } from './execution.ts';
import { FunctionError, type GoFunction } from './functions.ts';
import { formatValue } from './goFormat.ts';
import {
  asElement,
  behind,
  fieldOf,
  goInt,
  goString,
  type GoType,
  type GoValue,
  hasField,
  isAssignable,
  isTrue,
  members,
  pointedType,
  typeName,
  withoutInterface,
} from './goValue.ts';
import { type ArgumentNode, type CommandNode, commandText, nodeText, type PipeNode } from './nodes.ts';

export interface ExecuteOptions {
  readonly functions: Readonly<Record<string, GoFunction>>;
  /** A name that a map does not hold is an error, as in `inspect`; else it prints `<no value>`. */
  readonly requiresKeys?: boolean;
}

/** The value that came down the pipe, if there is one. */
type Final = { readonly value: GoValue | undefined };
const NOTHING: Final = { value: undefined };

interface CallParts {
  readonly dot: GoValue | undefined;
  readonly rest: readonly ArgumentNode[];
  readonly final: Final;
}

const LITERAL_NAMES: Readonly<Partial<Record<ArgumentNode['kind'], true>>> = { bool: true, number: true, string: true };

/** What the pipelines of a template give. Errors are TemplateError. */
export class Evaluation {
  readonly #run: Execution;
  readonly #options: ExecuteOptions;

  constructor(run: Execution, options: ExecuteOptions) {
    this.#run = run;
    this.#options = options;
  }

  pipeline(pipe: PipeNode, dot: GoValue | undefined): GoValue | undefined {
    this.#run.countStep();
    this.#run.current = pipe;
    let value: GoValue | undefined;
    pipe.commands.forEach((command, i) => {
      const made = withoutInterface(this.#command(command, dot, i === 0 ? NOTHING : { value }));
      // A nil interface is no value any more.
      value = made?.type.kind === 'interface' ? undefined : made;
    });
    for (const name of pipe.variables) {
      if (pipe.isAssignment) this.#run.assign(name, value);
      else this.#run.variables.push({ name, value });
    }
    return value;
  }

  #command(command: CommandNode, dot: GoValue | undefined, final: Final): GoValue | undefined {
    const [first, ...rest] = command.arguments as [ArgumentNode, ...ArgumentNode[]];
    this.#run.current = first;
    switch (first.kind) {
      case 'field':
        return this.#fields(first, dot, first.names, { dot, rest, final });
      case 'chain':
        return this.#fields(first, this.#chainStart(first, dot), first.names, { dot, rest, final });
      case 'variable':
        return this.#variable(first, { dot, rest, final });
      case 'identifier':
        return this.#function(first, { dot, rest, final });
      case 'pipe':
        this.#refuseArguments(first, rest, final);
        return this.pipeline(first, dot);
      default:
        break;
    }
    this.#refuseArguments(first, rest, final);
    if (first.kind === 'nil') return this.#run.failAt(first, 'nil is not a command');
    return this.#plain(first, dot);
  }

  #refuseArguments(first: ArgumentNode, rest: readonly ArgumentNode[], final: Final): undefined {
    if (rest.length > 0 || final !== NOTHING) {
      this.#run.failAt(first, `can't give argument to non-function ${nodeText(first)}`);
    }
  }

  #plain(node: ArgumentNode, dot: GoValue | undefined): GoValue | undefined {
    switch (node.kind) {
      case 'dot':
        return dot;
      case 'bool':
        return { type: { kind: 'bool' }, data: node.value };
      case 'number': {
        const { value, overflows } = node.constant;
        if (overflows) this.#run.failAt(node, `${node.text} overflows int`);
        return typeof value === 'bigint' ? goInt(value) : { type: { kind: 'float64' }, data: value };
      }
      case 'string':
        return goString(node.value);
      default:
        return undefined;
    }
  }

  #chainStart(node: Extract<ArgumentNode, { kind: 'chain' }>, dot: GoValue | undefined): GoValue | undefined {
    if (node.node.kind === 'nil') this.#run.failAt(node, `indirection through explicit nil in ${nodeText(node)}`);
    return this.#argument(node.node, dot);
  }

  #variable(node: Extract<ArgumentNode, { kind: 'variable' }>, call: CallParts): GoValue | undefined {
    const [name, ...fields] = node.names;
    const variable = this.#run.variables.findLast((one) => one.name === name);
    if (!variable) this.#run.failAt(node, `undefined variable: ${name}`);
    if (fields.length > 0) return this.#fields(node, variable.value, fields, call);
    this.#refuseArguments(node, call.rest, call.final);
    return variable.value;
  }

  #fields(
    node: ArgumentNode,
    start: GoValue | undefined,
    names: readonly string[],
    call: CallParts,
  ): GoValue | undefined {
    let value = start;
    names.forEach((name, i) => {
      const isLast = i === names.length - 1;
      value = this.#field(node, value, name, isLast ? call : { dot: call.dot, rest: [], final: NOTHING });
    });
    return value;
  }

  #field(node: ArgumentNode, receiver: GoValue | undefined, name: string, call: CallParts): GoValue | undefined {
    if (!receiver) {
      if (this.#options.requiresKeys) this.#run.failHere(`nil data; no entry for key ${quoteGo(name)}`);
      return undefined;
    }
    const receiverType = typeName(receiver.type);
    if (receiver.type.kind === 'interface' && receiver.data === null) {
      this.#run.failHere(`nil pointer evaluating ${receiverType}.${name}`);
    }
    const target = behind(receiver);
    const pointed = pointedType(receiver.type);
    const isNamed = pointed.kind === 'struct' || pointed.kind === 'string';
    const method =
      isNamed && pointed.methods && Object.hasOwn(pointed.methods, name) ? pointed.methods[name] : undefined;
    if (method && target) {
      const parameters = method.parameters ?? [];
      const given = this.#parameters(node, name, { parameters, call: () => undefined }, call);
      return method.call(target, given as GoValue[]);
    }
    const hasArguments = call.rest.length > 0 || call.final !== NOTHING;
    if (target?.type.kind === 'struct') {
      const field = fieldOf(target, name);
      if (field) {
        if (hasArguments) this.#run.failHere(`${name} has arguments but cannot be invoked as function`);
        return field;
      }
    } else if (target?.type.kind === 'map' && !target.type.key) {
      if (hasArguments) this.#run.failHere(`${name} is not a method but has arguments`);
      const member = members(target).get(name);
      if (!member && this.#options.requiresKeys) this.#run.failHere(`map has no entry for key ${quoteGo(name)}`);
      return member && asElement(target.type.element, member);
    } else if (!target && (pointed.kind !== 'struct' || hasField(pointed, name))) {
      this.#run.failHere(`nil pointer evaluating ${receiverType}.${name}`);
    }
    return this.#run.failHere(`can't evaluate field ${name} in type ${receiverType}`);
  }

  // Functions

  #function(node: Extract<ArgumentNode, { kind: 'identifier' }>, call: CallParts): GoValue | undefined {
    const { functions } = this.#options;
    const { name } = node;
    const found = name === 'call' || Object.hasOwn(functions, name) ? (functions[name] ?? functions.print) : undefined;
    if (!found) return this.#run.failAt(node, `${quoteGo(name)} is not a defined function`);
    if (name === 'and' || name === 'or') return this.#shortCircuit(node, name, call);
    if (name === 'call') return this.#refuseCall(node, call);
    const parameters = this.#parameters(node, name, found, call);
    try {
      return found.call(parameters);
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      const whole: CommandNode = { at: node.at, arguments: [node, ...call.rest] };
      return this.#run.fail(node, commandText(whole), `error calling ${name}: ${error.message}`);
    }
  }

  // No value of ours is a function.
  #refuseCall(node: ArgumentNode, { dot, rest, final }: CallParts): never {
    const [callee] = rest;
    if (!callee && final === NOTHING) this.#run.failAt(node, 'wrong number of args for call: want at least 1 got 0');
    const given = rest.map((argument) => this.#argument(argument, dot));
    const called = withoutInterface(callee ? given[0] : final.value);
    const value = called?.type.kind === 'interface' ? undefined : called;
    const whole = commandText({ at: node.at, arguments: [node, ...rest] });
    const what = callee ? nodeText(callee) : formatValue(value);
    const problem = value ? `non-function ${what} of type ${typeName(value.type)}` : 'call of nil';
    return this.#run.fail(node, whole, `error calling call: ${problem}`);
  }

  #shortCircuit(node: ArgumentNode, name: 'and' | 'or', { dot, rest, final }: CallParts): GoValue | undefined {
    if (rest.length === 0 && final === NOTHING) {
      this.#run.failAt(node, `wrong number of args for ${name}: want at least 1 got 0`);
    }
    let value: GoValue | undefined;
    for (const argument of rest) {
      value = this.#argument(argument, dot);
      if (isTrue(value) === (name === 'or')) return value;
    }
    return final === NOTHING ? value : final.value;
  }

  #parameters(
    node: ArgumentNode,
    name: string,
    { parameters, isVariadic }: GoFunction,
    { dot, rest, final }: CallParts,
  ): (GoValue | undefined)[] {
    const given = rest.length + (final === NOTHING ? 0 : 1);
    if (isVariadic && given < parameters.length - 1) {
      this.#run.failAt(
        node,
        `wrong number of args for ${name}: want at least ${parameters.length - 1} got ${rest.length}`,
      );
    }
    if (!isVariadic && given !== parameters.length) {
      this.#run.failAt(node, `wrong number of args for ${name}: want ${parameters.length} got ${given}`);
    }
    const typeAt = (i: number) => parameters[Math.min(i, parameters.length - 1)] as GoType;
    const values = rest.map((argument, i) => this.#typedArgument(argument, dot, typeAt(i)));
    if (final !== NOTHING) values.push(this.#checked(final.value, typeAt(rest.length)));
    return values;
  }

  #typedArgument(node: ArgumentNode, dot: GoValue | undefined, type: GoType): GoValue | undefined {
    this.#run.current = node;
    if (node.kind === 'nil') {
      if (type.kind === 'interface' || type.kind === 'slice') return undefined;
      this.#run.failAt(node, `cannot assign nil to ${typeName(type)}`);
    }
    const literal = LITERAL_NAMES[node.kind];
    if (literal === undefined || type.kind === 'interface') return this.#checked(this.#argument(node, dot), type);
    if (type.kind === 'slice')
      this.#run.failAt(node, `can't handle ${nodeText(node)} for arg of type ${typeName(type)}`);
    if (node.kind === 'number' && type.kind === 'int' && node.constant.integer !== undefined) {
      return goInt(node.constant.integer);
    }
    const value = node.kind === 'number' && type.kind !== 'float64' ? undefined : this.#plain(node, dot);
    if (value?.type.kind !== type.kind) {
      const wanted = type.kind === 'int' ? 'integer' : type.kind;
      this.#run.failAt(node, `expected ${wanted}; found ${nodeText(node)}`);
    }
    return value;
  }

  #argument(node: ArgumentNode, dot: GoValue | undefined): GoValue | undefined {
    this.#run.current = node;
    const call: CallParts = { dot, rest: [], final: NOTHING };
    switch (node.kind) {
      case 'field':
        return this.#fields(node, dot, node.names, call);
      case 'chain':
        return this.#fields(node, this.#chainStart(node, dot), node.names, call);
      case 'variable':
        return this.#variable(node, call);
      case 'identifier':
        return this.#function(node, call);
      case 'pipe':
        return this.pipeline(node, dot);
      default:
        return this.#plain(node, dot);
    }
  }

  #checked(value: GoValue | undefined, type: GoType): GoValue | undefined {
    if (!value) {
      if (type.kind === 'interface' || type.kind === 'slice') return undefined;
      return this.#run.failHere(`invalid value; expected ${typeName(type)}`);
    }
    if (type.kind === 'interface') return withoutInterface(value);
    if (isAssignable(value.type, type)) return value;
    const inner = withoutInterface(value);
    if (inner && isAssignable(inner.type, type)) return inner;
    if (value.type.kind === 'pointer' && isAssignable(value.type.to, type)) {
      if (value.data === null) this.#run.failHere(`dereference of nil pointer of type ${typeName(type)}`);
      return value.data as GoValue;
    }
    const shown = typeName((inner ?? value).type);
    return this.#run.failHere(`wrong type for value; expected ${typeName(type)}; got ${shown}`);
  }
}
