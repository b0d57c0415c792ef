import type { Process } from '../kernel/process.ts';
import { MATH } from './bcMath.ts';
import {
  add,
  BcFault,
  type BcNumber,
  compare,
  divide,
  multiply,
  negated,
  numberText,
  ofInteger,
  ONE,
  parseNumber,
  raise,
  remainder,
  rescaled,
  squareRoot,
  ZERO,
} from './bcNumber.ts';
import type { BcExpression, BcFunction, BcParameter, BcPlace, BcStatement } from './bcParser.ts';

type Values = Map<string, BcNumber>;
type BcArray = Map<number, BcNumber>;
type Flow = 'on' | 'break' | 'continue' | 'return' | 'halt';

const MAX_CALLS = 1000;
const MAX_INDEX = 16_777_215;
const MAX_BASE = 2_147_483_647;
const LINE_CHARACTERS = 70;

/** What a bc knows, and its output. */
export class BcMachine {
  readonly #process: Process;
  readonly #withMath: boolean;
  readonly #lineCharacters: number;
  readonly #variables: Values = new Map();
  readonly #arrays = new Map<string, BcArray>();
  readonly #functions = new Map<string, BcFunction>();
  readonly #readLine: () => Promise<string | undefined>;
  #scale: number;
  #inputBase = 10;
  #outputBase = 10;
  #last = ZERO;
  #returned: BcNumber = ZERO;
  #calls = 0;
  #column = 0;

  constructor(
    process: Process,
    form: { readonly math: boolean; readonly readLine: () => Promise<string | undefined> },
  ) {
    this.#process = process;
    this.#withMath = form.math;
    this.#readLine = form.readLine;
    this.#scale = form.math ? 20 : 0;
    const asked = Number(process.env.get('BC_LINE_LENGTH') ?? LINE_CHARACTERS + 1);
    this.#lineCharacters = asked === 0 ? Number.POSITIVE_INFINITY : asked >= 3 ? asked - 1 : LINE_CHARACTERS;
  }

  /** Whether it is to end. Throws BcFault. */
  async run(statements: readonly BcStatement[]): Promise<boolean> {
    this.#calls = 0;
    for (const statement of statements) if ((await this.#execute(statement)) === 'halt') return true;
    return false;
  }

  async #execute(statement: BcStatement): Promise<Flow> {
    if (this.#process.isDue) await this.#process.pause();
    switch (statement.kind) {
      case 'expression': {
        const value = await this.#value(statement.value);
        if (statement.isShown) {
          this.#last = value;
          await this.#print(`${numberText(value, this.#outputBase)}\n`);
        }
        return 'on';
      }
      case 'string':
        await this.#process.print(statement.text);
        return 'on';
      case 'print':
        for (const part of statement.parts) {
          if (typeof part === 'string') await this.#process.print(unescaped(part));
          else {
            this.#last = await this.#value(part);
            await this.#print(numberText(this.#last, this.#outputBase));
          }
        }
        return 'on';
      case 'block':
        return this.#sequence(statement.body);
      case 'if': {
        const isTrue = (await this.#value(statement.test)).digits !== 0n;
        const chosen = isTrue ? statement.then : statement.otherwise;
        return chosen ? this.#execute(chosen) : 'on';
      }
      case 'loop':
        return this.#loop(statement);
      case 'return':
        this.#returned = statement.value ? await this.#value(statement.value) : ZERO;
        return 'return';
      case 'define':
        this.#functions.set(statement.name, statement.definition);
        return 'on';
      case 'limits':
      case 'warranty':
        throw new BcFault('runtime', `${statement.kind} is not simulated`);
      default:
        return statement.kind;
    }
  }

  async #sequence(body: readonly BcStatement[]): Promise<Flow> {
    for (const statement of body) {
      const flow = await this.#execute(statement);
      if (flow !== 'on') return flow;
    }
    return 'on';
  }

  async #loop({ first, test, next, body }: Extract<BcStatement, { kind: 'loop' }>): Promise<Flow> {
    if (first) await this.#value(first);
    for (;;) {
      if (test && (await this.#value(test)).digits === 0n) return 'on';
      const flow = await this.#execute(body);
      if (flow === 'break') return 'on';
      if (flow === 'return' || flow === 'halt') return flow;
      if (next) await this.#value(next);
    }
  }

  /** Long numbers are broken with a backslash. */
  async #print(text: string): Promise<void> {
    let out = '';
    for (const character of text) {
      if (character === '\n') this.#column = 0;
      else if (++this.#column >= this.#lineCharacters) {
        out += '\\\n';
        this.#column = 1;
      }
      out += character;
    }
    await this.#process.print(out);
  }

  async #value(expression: BcExpression): Promise<BcNumber> {
    switch (expression.kind) {
      case 'number':
        return parseNumber(expression.text, this.#inputBase);
      case 'group':
        return this.#value(expression.inner);
      case 'variable':
        return this.#variable(expression.name);
      case 'element':
        return this.#array(expression.name).get(await this.#index(expression.index)) ?? ZERO;
      case 'array':
        throw new BcFault('runtime', 'an array is no number');
      case 'assign':
        return this.#assign(expression);
      case 'step': {
        const before = await this.#value(expression.target);
        const after = add(before, ofInteger(expression.by));
        await this.#store(expression.target, after);
        return expression.isBefore ? after : before;
      }
      case 'unary': {
        const value = await this.#value(expression.operand);
        return expression.operator === '-' ? negated(value) : truth(value.digits === 0n);
      }
      case 'binary':
        return this.#binary(expression);
      case 'call':
        return this.#call(expression.name, expression.operands);
    }
  }

  async #binary({ operator, left, right }: Extract<BcExpression, { kind: 'binary' }>): Promise<BcNumber> {
    const a = await this.#value(left);
    if (operator === '&&' && a.digits === 0n) return ZERO;
    if (operator === '||' && a.digits !== 0n) return ONE;
    return this.#apply(operator, a, await this.#value(right));
  }

  #apply(operator: string, a: BcNumber, b: BcNumber): BcNumber {
    switch (operator) {
      case '+':
        return add(a, b);
      case '-':
        return add(a, negated(b));
      case '*':
        return multiply(a, b, this.#scale);
      case '/':
        return divide(a, b, this.#scale);
      case '%':
        return remainder(a, b, this.#scale);
      case '^':
        return raise(a, b, this.#scale);
      case '<':
        return truth(compare(a, b) < 0);
      case '>':
        return truth(compare(a, b) > 0);
      case '<=':
        return truth(compare(a, b) <= 0);
      case '>=':
        return truth(compare(a, b) >= 0);
      case '==':
        return truth(compare(a, b) === 0);
      case '!=':
        return truth(compare(a, b) !== 0);
      default:
        // && and ||, once the left side has not decided.
        return truth(b.digits !== 0n);
    }
  }

  async #assign({ operator, target, value }: Extract<BcExpression, { kind: 'assign' }>): Promise<BcNumber> {
    const given = await this.#value(value);
    const result = operator === '' ? given : this.#apply(operator, await this.#value(target), given);
    await this.#store(target, result);
    return result;
  }

  async #store(target: BcPlace, value: BcNumber): Promise<void> {
    if (target.kind === 'element') {
      this.#array(target.name).set(await this.#index(target.index), value);
      return;
    }
    const number = Number(rescaled(value, 0).digits);
    switch (target.name) {
      case 'scale':
        this.#scale = Math.max(0, Math.min(number, MAX_BASE));
        break;
      case 'ibase':
        this.#inputBase = Math.max(2, Math.min(number, 16));
        break;
      case 'obase':
        this.#outputBase = Math.max(2, Math.min(number, MAX_BASE));
        break;
      case 'last':
        this.#last = value;
        break;
      default:
        this.#variables.set(target.name, value);
    }
  }

  #variable(name: string): BcNumber {
    switch (name) {
      case 'scale':
        return ofInteger(this.#scale);
      case 'ibase':
        return ofInteger(this.#inputBase);
      case 'obase':
        return ofInteger(this.#outputBase);
      case 'last':
        return this.#last;
      default:
        return this.#variables.get(name) ?? ZERO;
    }
  }

  #array(name: string): BcArray {
    const known = this.#arrays.get(name);
    if (known) return known;
    const array: BcArray = new Map();
    this.#arrays.set(name, array);
    return array;
  }

  async #index(expression: BcExpression): Promise<number> {
    const index = Number(rescaled(await this.#value(expression), 0).digits);
    if (index < 0 || index > MAX_INDEX) throw new BcFault('runtime', 'Array subscript out of bounds');
    return index;
  }

  async #call(name: string, operands: readonly BcExpression[]): Promise<BcNumber> {
    const defined = this.#functions.get(name);
    if (defined) return this.#callDefined(name, defined, operands);
    if (name === 'read') {
      const line = await this.#readLine();
      return line === undefined ? ZERO : parseSigned(line.trim(), this.#inputBase);
    }
    const values: BcNumber[] = [];
    for (const operand of operands) values.push(await this.#value(operand));
    const [first = ZERO] = values;
    if (name === 'length' && values.length === 1) return ofInteger(lengthOf(first));
    if (name === 'scale' && values.length === 1) return ofInteger(first.scale);
    if (name === 'sqrt' && values.length === 1) return squareRoot(first, this.#scale);
    const math = this.#withMath && Object.hasOwn(MATH, name) ? MATH[name] : undefined;
    if (!math) throw new BcFault('runtime', `Function ${name} not defined.`);
    return math(values, this.#scale);
  }

  async #callDefined(name: string, defined: BcFunction, operands: readonly BcExpression[]): Promise<BcNumber> {
    if (operands.length !== defined.parameters.length)
      throw new BcFault('runtime', `Parameter number mismatch (func=${name})`);
    if (++this.#calls > MAX_CALLS) throw new BcFault('limit', 'calls are nested too deep');
    const given: (BcNumber | BcArray)[] = [];
    for (const [i, parameter] of defined.parameters.entries()) {
      const operand = operands[i] as BcExpression;
      if (!parameter.isArray) given.push(await this.#value(operand));
      else if (operand.kind === 'array' || operand.kind === 'variable') given.push(new Map(this.#array(operand.name)));
      else throw new BcFault('runtime', 'Parameter type mismatch');
    }
    const own = [...defined.parameters, ...defined.locals];
    const saved = own.map((one) => this.#swap(one, undefined));
    for (const [i, parameter] of defined.parameters.entries()) this.#swap(parameter, given[i]);
    const base = this.#inputBase;
    this.#returned = ZERO;
    try {
      const flow = await this.#sequence(defined.body);
      if (flow === 'halt') throw new BcFault('runtime', 'halt in a function is not simulated');
      return flow === 'return' ? this.#returned : ZERO;
    } finally {
      for (const [i, one] of own.entries()) this.#swap(one, saved[i]);
      this.#inputBase = base;
      this.#calls--;
    }
  }

  /** Gives what was there. */
  #swap({ name, isArray }: BcParameter, value: BcNumber | BcArray | undefined): BcNumber | BcArray | undefined {
    const map: Map<string, BcNumber | BcArray> = isArray ? this.#arrays : this.#variables;
    const before = map.get(name);
    if (value === undefined) map.delete(name);
    else map.set(name, value);
    return before;
  }
}

function truth(isTrue: boolean): BcNumber {
  return isTrue ? ONE : ZERO;
}

function parseSigned(text: string, base: number): BcNumber {
  const match = /^(-?)([0-9A-F]*\.?[0-9A-F]*)$/.exec(text);
  if (!match) throw new BcFault('runtime', 'Invalid number read');
  const value = parseNumber(match[2] || '0', base);
  return match[1] === '-' ? negated(value) : value;
}

function lengthOf({ digits, scale }: BcNumber): number {
  const text = (digits < 0n ? -digits : digits).toString();
  return Math.max(text.length, scale, 1);
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: '\u0007',
  b: '\b',
  f: '\f',
  n: '\n',
  q: '"',
  r: '\r',
  t: '\t',
  '\\': '\\',
};

function unescaped(text: string): string {
  return text.replace(/\\(.)/gs, (whole, letter: string) => ESCAPES[letter] ?? whole);
}
