import { quoteGo } from '../commandLine/flagValue.ts';
import { FunctionError, type GoFunction } from './functions.ts';
import { formatValue } from './goFormat.ts';
import {
  asElement,
  behind,
  fieldOf,
  goInt,
  goString,
  type GoStruct,
  type GoType,
  type GoValue,
  isAssignable,
  isTrue,
  items,
  members,
  sortedMembers,
  STRING,
  typeName,
  withoutInterface,
} from './goValue.ts';
import {
  type ArgumentNode,
  type CommandNode,
  commandText,
  nodeText,
  type PipeNode,
  type TemplateNode,
} from './nodes.ts';
import type { ParsedTemplate } from './parser.ts';
import { TemplateError } from './templateError.ts';

export interface ExecuteOptions {
  readonly functions: Readonly<Record<string, GoFunction>>;
  /** A name that a map does not hold is an error, as in `inspect`; else it prints `<no value>`. */
  readonly requiresKeys?: boolean;
}

/** What may be written and done before a template is given up. */
const MAX_OUTPUT = 64 * 1024 * 1024;
const MAX_STEPS = 5_000_000;
/** Templates that call each other. */
const MAX_CALLS = 500;

/** Executes a template on a value. Throws TemplateError in Go's words; `partial` is told what came before it. */
export function executeTemplate(
  template: ParsedTemplate,
  data: GoValue | undefined,
  options: ExecuteOptions,
  partial?: (text: string) => void,
): string {
  const execution = new Execution(template, options, data);
  try {
    execution.walk(template.main, data);
    return execution.output();
  } catch (error) {
    partial?.(execution.output());
    throw error;
  }
}

interface Variable {
  readonly name: string;
  value: GoValue | undefined;
}

type Flow = 'next' | 'break' | 'continue';

class Execution {
  readonly #template: ParsedTemplate;
  readonly #options: ExecuteOptions;
  readonly #chunks: string[] = [];
  #length = 0;
  #steps = 0;
  #calls = 0;
  #variables: Variable[];
  #name: string;
  /** What was looked at last: where some errors say that they are. */
  #current: ArgumentNode | undefined;

  constructor(template: ParsedTemplate, options: ExecuteOptions, data: GoValue | undefined) {
    this.#template = template;
    this.#options = options;
    this.#name = template.name;
    this.#variables = [{ name: '$', value: data }];
  }

  output(): string {
    return this.#chunks.join('');
  }

  #write(text: string): undefined {
    this.#length += text.length;
    if (this.#length > MAX_OUTPUT) throw new TemplateError('template: :1: output is too long');
    this.#chunks.push(text);
  }

  #fail(node: { readonly at: number }, shown: string, message: string): never {
    const before = this.#template.text.slice(0, node.at);
    const lineStart = before.lastIndexOf('\n') + 1;
    const line = before.split('\n').length;
    // Columns count bytes.
    const where = `${line}:${new TextEncoder().encode(before.slice(lineStart)).length}`;
    throw new TemplateError(
      `template: ${this.#template.name}:${where}: executing ${quoteGo(this.#name)} at <${shown}>: ${message}`,
    );
  }

  #failAt(node: ArgumentNode, message: string): never {
    return this.#fail(node, nodeText(node), message);
  }

  #failHere(message: string): never {
    return this.#failAt(this.#current as ArgumentNode, message);
  }

  walk(nodes: readonly TemplateNode[], dot: GoValue | undefined): Flow {
    for (const node of nodes) {
      if (++this.#steps > MAX_STEPS) throw new TemplateError('template: :1: execution takes too long');
      const flow = this.#step(node, dot);
      if (flow !== 'next') return flow;
    }
    return 'next';
  }

  #step(node: TemplateNode, dot: GoValue | undefined): Flow {
    switch (node.kind) {
      case 'text':
        this.#write(node.text);
        return 'next';
      case 'action': {
        const value = this.#pipeline(node.pipe, dot);
        if (node.pipe.variables.length === 0) this.#print(value);
        return 'next';
      }
      case 'if':
      case 'with': {
        const mark = this.#variables.length;
        const value = this.#pipeline(node.pipe, dot);
        const flow = isTrue(value)
          ? this.walk(node.body, node.kind === 'with' ? value : dot)
          : this.walk(node.otherwise, dot);
        this.#variables.length = mark;
        return flow;
      }
      case 'range':
        return this.#range(node, dot);
      case 'template':
        this.#callTemplate(node, dot);
        return 'next';
      default:
        return node.kind;
    }
  }

  #print(value: GoValue | undefined): undefined {
    if (!value) return this.#write('<no value>');
    let shown: GoValue | undefined = value;
    // A pointer is printed as what it points to.
    if (shown.type.kind === 'pointer') shown = behind(shown);
    if (shown?.type.kind === 'interface' && shown.data === null) shown = undefined;
    this.#write(shown ? formatValue(shown) : value.type.kind === 'pointer' ? '<nil>' : '<no value>');
  }

  #range(node: Extract<TemplateNode, { kind: 'range' }>, dot: GoValue | undefined): Flow {
    const mark = this.#variables.length;
    const given = this.#pipeline(node.pipe, dot);
    const value = behind(given);
    if (given && !value) this.#failHere(`range can't iterate over ${formatValue(given)}`);
    const inner = this.#variables.length;
    const { variables, isAssignment } = node.pipe;
    const rows = this.#rows(node.pipe, value);
    for (const [key, element] of rows) {
      const bound: (GoValue | undefined)[] = variables.length > 1 ? [key, element] : [element];
      variables.forEach((name, i) => {
        if (isAssignment) this.#assign(name, bound[i]);
        else (this.#variables[inner - variables.length + i] as Variable).value = bound[i];
      });
      const flow = this.walk(node.body, element);
      this.#variables.length = inner;
      if (flow === 'break') break;
    }
    const flow = rows.length === 0 ? this.walk(node.otherwise, dot) : 'next';
    this.#variables.length = mark;
    return flow;
  }

  #rows(pipe: PipeNode, value: GoValue | undefined): (readonly [GoValue | undefined, GoValue])[] {
    if (!value) return [];
    const { type } = value;
    switch (type.kind) {
      case 'slice':
        return items(value).map((item, i) => [goInt(i), asElement(type.element, item)] as const);
      case 'map':
        return sortedMembers(value).map(([key, one]) => {
          return [{ type: type.key ?? STRING, data: key }, asElement(type.element, one)] as const;
        });
      case 'int': {
        if (pipe.variables.length > 1) {
          this.#failHere(`can't use ${formatValue(value)} to iterate over more than one variable`);
        }
        const count = Math.min(Math.max(Number(value.data), 0), MAX_STEPS);
        return Array.from({ length: count }, (_, i) => [undefined, { type: value.type, data: BigInt(i) }] as const);
      }
      default:
        return this.#failHere(`range can't iterate over ${formatValue(value)}`);
    }
  }

  #callTemplate(node: Extract<TemplateNode, { kind: 'template' }>, dot: GoValue | undefined): undefined {
    const shown = `{{template ${quoteGo(node.name)}${node.pipe ? ` ${nodeText(node.pipe)}` : ''}}}`;
    const body = this.#template.named.get(node.name);
    if (!body) this.#fail(node, shown, `template ${quoteGo(node.name)} not defined`);
    if (++this.#calls > MAX_CALLS) this.#fail(node, shown, `exceeded maximum template depth (${MAX_CALLS})`);
    const data = node.pipe && this.#pipeline(node.pipe, dot);
    const outer = this.#variables;
    const outerName = this.#name;
    this.#variables = [{ name: '$', value: data }];
    this.#name = node.name;
    this.walk(body, data);
    this.#variables = outer;
    this.#name = outerName;
    this.#calls--;
  }

  #assign(name: string, value: GoValue | undefined): undefined {
    const variable = this.#variables.findLast((one) => one.name === name);
    if (!variable) this.#failHere(`undefined variable: ${name}`);
    variable.value = value;
  }

  // Pipelines

  #pipeline(pipe: PipeNode, dot: GoValue | undefined): GoValue | undefined {
    if (++this.#steps > MAX_STEPS) throw new TemplateError('template: :1: execution takes too long');
    this.#current = pipe;
    let value: GoValue | undefined;
    pipe.commands.forEach((command, i) => {
      const made = withoutInterface(this.#command(command, dot, i === 0 ? NOTHING : { value }));
      // A nil interface is no value any more.
      value = made?.type.kind === 'interface' ? undefined : made;
    });
    for (const name of pipe.variables) {
      if (pipe.isAssignment) this.#assign(name, value);
      else this.#variables.push({ name, value });
    }
    return value;
  }

  #command(command: CommandNode, dot: GoValue | undefined, final: Final): GoValue | undefined {
    const [first, ...rest] = command.arguments as [ArgumentNode, ...ArgumentNode[]];
    this.#current = first;
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
        this.#refuseArguments(first, command, rest, final);
        return this.#pipeline(first, dot);
      default:
        break;
    }
    this.#refuseArguments(first, command, rest, final);
    if (first.kind === 'nil') return this.#failAt(first, 'nil is not a command');
    return this.#plain(first, dot);
  }

  #refuseArguments(first: ArgumentNode, _command: CommandNode, rest: readonly ArgumentNode[], final: Final): undefined {
    if (rest.length > 0 || final !== NOTHING) {
      this.#failAt(first, `can't give argument to non-function ${nodeText(first)}`);
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
        if (overflows) this.#failAt(node, `${node.text} overflows int`);
        return typeof value === 'bigint' ? goInt(value) : { type: { kind: 'float64' }, data: value };
      }
      case 'string':
        return goString(node.value);
      default:
        return undefined;
    }
  }

  #chainStart(node: Extract<ArgumentNode, { kind: 'chain' }>, dot: GoValue | undefined): GoValue | undefined {
    if (node.node.kind === 'nil') this.#failAt(node, `indirection through explicit nil in ${nodeText(node)}`);
    return this.#argument(node.node, dot);
  }

  #variable(node: Extract<ArgumentNode, { kind: 'variable' }>, call: CallParts): GoValue | undefined {
    const [name, ...fields] = node.names;
    const variable = this.#variables.findLast((one) => one.name === name);
    if (!variable) this.#failAt(node, `undefined variable: ${name}`);
    if (fields.length > 0) return this.#fields(node, variable.value, fields, call);
    if (call.rest.length > 0 || call.final !== NOTHING) {
      this.#failAt(node, `can't give argument to non-function ${nodeText(node)}`);
    }
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
      if (this.#options.requiresKeys) this.#failHere(`nil data; no entry for key ${quoteGo(name)}`);
      return undefined;
    }
    const receiverType = typeName(receiver.type);
    if (receiver.type.kind === 'interface' && receiver.data === null) {
      this.#failHere(`nil pointer evaluating ${receiverType}.${name}`);
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
        if (hasArguments) this.#failHere(`${name} has arguments but cannot be invoked as function`);
        return field;
      }
    } else if (target?.type.kind === 'map' && !target.type.key) {
      if (hasArguments) this.#failHere(`${name} is not a method but has arguments`);
      const member = members(target).get(name);
      if (!member && this.#options.requiresKeys) this.#failHere(`map has no entry for key ${quoteGo(name)}`);
      return member && asElement(target.type.element, member);
    } else if (!target && (pointed.kind !== 'struct' || hasField(pointed, name))) {
      this.#failHere(`nil pointer evaluating ${receiverType}.${name}`);
    }
    return this.#failHere(`can't evaluate field ${name} in type ${receiverType}`);
  }

  // Functions

  #function(node: Extract<ArgumentNode, { kind: 'identifier' }>, call: CallParts): GoValue | undefined {
    const { functions } = this.#options;
    const { name } = node;
    const found = name === 'call' || Object.hasOwn(functions, name) ? (functions[name] ?? functions.print) : undefined;
    if (!found) return this.#failAt(node, `${quoteGo(name)} is not a defined function`);
    if (name === 'and' || name === 'or') return this.#shortCircuit(node, name, call);
    if (name === 'call') return this.#refuseCall(node, call);
    const parameters = this.#parameters(node, name, found, call);
    try {
      return found.call(parameters);
    } catch (error) {
      if (!(error instanceof FunctionError)) throw error;
      const whole: CommandNode = { at: node.at, arguments: [node, ...call.rest] };
      return this.#fail(node, commandTextOf(whole), `error calling ${name}: ${error.message}`);
    }
  }

  // No value of ours is a function.
  #refuseCall(node: ArgumentNode, { dot, rest, final }: CallParts): never {
    const [callee] = rest;
    if (!callee && final === NOTHING) this.#failAt(node, 'wrong number of args for call: want at least 1 got 0');
    const given = rest.map((argument) => this.#argument(argument, dot));
    const called = withoutInterface(callee ? given[0] : final.value);
    const value = called?.type.kind === 'interface' ? undefined : called;
    const whole = commandTextOf({ at: node.at, arguments: [node, ...rest] });
    const what = callee ? nodeText(callee) : formatValue(value);
    const problem = value ? `non-function ${what} of type ${typeName(value.type)}` : 'call of nil';
    return this.#fail(node, whole, `error calling call: ${problem}`);
  }

  #shortCircuit(node: ArgumentNode, name: 'and' | 'or', { dot, rest, final }: CallParts): GoValue | undefined {
    if (rest.length === 0 && final === NOTHING) {
      this.#failAt(node, `wrong number of args for ${name}: want at least 1 got 0`);
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
      this.#failAt(node, `wrong number of args for ${name}: want at least ${parameters.length - 1} got ${rest.length}`);
    }
    if (!isVariadic && given !== parameters.length) {
      this.#failAt(node, `wrong number of args for ${name}: want ${parameters.length} got ${given}`);
    }
    const typeAt = (i: number) => parameters[Math.min(i, parameters.length - 1)] as GoType;
    const values = rest.map((argument, i) => this.#typedArgument(argument, dot, typeAt(i)));
    if (final !== NOTHING) values.push(this.#checked(final.value, typeAt(rest.length)));
    return values;
  }

  #typedArgument(node: ArgumentNode, dot: GoValue | undefined, type: GoType): GoValue | undefined {
    this.#current = node;
    if (node.kind === 'nil') {
      if (type.kind === 'interface' || type.kind === 'slice') return undefined;
      this.#failAt(node, `cannot assign nil to ${typeName(type)}`);
    }
    const literal = LITERAL_NAMES[node.kind];
    if (literal === undefined || type.kind === 'interface') return this.#checked(this.#argument(node, dot), type);
    if (type.kind === 'slice') this.#failAt(node, `can't handle ${nodeText(node)} for arg of type ${typeName(type)}`);
    if (node.kind === 'number' && type.kind === 'int' && node.constant.integer !== undefined) {
      return goInt(node.constant.integer);
    }
    const value = node.kind === 'number' && type.kind !== 'float64' ? undefined : this.#plain(node, dot);
    if (value?.type.kind !== type.kind) {
      const wanted = type.kind === 'int' ? 'integer' : type.kind;
      this.#failAt(node, `expected ${wanted}; found ${nodeText(node)}`);
    }
    return value;
  }

  #argument(node: ArgumentNode, dot: GoValue | undefined): GoValue | undefined {
    this.#current = node;
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
        return this.#pipeline(node, dot);
      default:
        return this.#plain(node, dot);
    }
  }

  #checked(value: GoValue | undefined, type: GoType): GoValue | undefined {
    if (!value) {
      if (type.kind === 'interface' || type.kind === 'slice') return undefined;
      return this.#failHere(`invalid value; expected ${typeName(type)}`);
    }
    if (type.kind === 'interface') return withoutInterface(value);
    if (isAssignable(value.type, type)) return value;
    const inner = withoutInterface(value);
    if (inner && isAssignable(inner.type, type)) return inner;
    if (value.type.kind === 'pointer' && isAssignable(value.type.to, type)) {
      if (value.data === null) this.#failHere(`dereference of nil pointer of type ${typeName(type)}`);
      return value.data as GoValue;
    }
    const shown = typeName((inner ?? value).type);
    return this.#failHere(`wrong type for value; expected ${typeName(type)}; got ${shown}`);
  }
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

function commandTextOf(command: CommandNode): string {
  return commandText(command);
}

function pointedType(type: GoType): GoType {
  return type.kind === 'pointer' ? pointedType(type.to) : type;
}

function hasField(type: GoStruct, name: string): boolean {
  return type.fields.some((field) => {
    if (field.name === name) return true;
    const inner = field.isEmbedded ? pointedType(field.type) : undefined;
    return inner?.kind === 'struct' && hasField(inner, name);
  });
}
