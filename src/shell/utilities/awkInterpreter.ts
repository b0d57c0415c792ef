import type { Process } from '../kernel/process.ts';
import { Regex } from '../regex/regex.ts';
import { RegexError } from '../regex/regexError.ts';
import { callPlain, characterCount, lengthOf, sortArray } from './awkBuiltins.ts';
import type { AwkInputs } from './awkInputs.ts';
import { waits } from './awkParser.ts';
import { AwkRecord, splitText } from './awkRecord.ts';
import type { AwkStreams } from './awkStreams.ts';
import { substitute } from './awkSubstitute.ts';
import {
  type AwkArray,
  AwkError,
  type AwkProgram,
  type Expression,
  type Name,
  type Place,
  type SpecialName,
  type Statement,
  type Value,
} from './awkSyntax.ts';
import { compareValues, formatAwk, inputValue, isTrue, numberOf, textOf } from './awkValue.ts';

/** How a statement ended, where it did not just end. */
type Leaving = 'next' | 'nextfile' | 'break' | 'continue' | 'exit' | 'return' | undefined;

type Slot = Value | AwkArray;

const MAX_CALL_DEPTH = 4_000;
const MAX_TEXT = 1 << 27;

/** Runs a parsed program. What need not wait is evaluated without promises; the rest, loops among it, gives way now and
 *  then, so that it can be interrupted. */
export class AwkInterpreter {
  readonly streams: AwkStreams;
  readonly record: AwkRecord;
  exitStatus = 0;
  readonly #process: Process;
  readonly #program: AwkProgram;
  readonly #globals: Slot[] = [];
  readonly #specials: Record<SpecialName, Value> = {
    NF: 0,
    NR: 0,
    FNR: 0,
    FS: ' ',
    OFS: ' ',
    ORS: '\n',
    RS: '\n',
    SUBSEP: '\x1c',
    CONVFMT: '%.6g',
    OFMT: '%.6g',
    RSTART: 0,
    RLENGTH: -1,
    FILENAME: undefined,
  };
  readonly #regexes = new Map<string, Regex>();
  #frame: Slot[] = [];
  #depth = 0;
  #returned: Value;
  #inputs: AwkInputs | undefined;
  #seed: number;
  #lastSeed = 0;
  #convFmt = '%.6g';

  constructor(process: Process, program: AwkProgram, streams: AwkStreams) {
    this.#process = process;
    this.#program = program;
    this.streams = streams;
    for (const index of program.globals.values())
      this.#globals[index] = program.arrayGlobals.has(index) ? new Map() : undefined;
    const specials = this.#specials;
    this.record = new AwkRecord({
      get fieldSeparator() {
        return textOf(specials.FS, '%.6g');
      },
      get outputSeparator() {
        return textOf(specials.OFS, '%.6g');
      },
      get recordSeparator() {
        return textOf(specials.RS, '%.6g');
      },
      get convFmt() {
        return textOf(specials.CONVFMT, '%.6g');
      },
      regex: (source) => this.#regex(source),
    });
    this.#seed = process.kernel.random(4).reduce((seed, byte) => (seed << 8) | byte, 0) | 1;
  }

  set inputs(inputs: AwkInputs) {
    this.#inputs = inputs;
  }

  // Variables from outside

  assign(name: string, value: Value): void {
    if (Object.hasOwn(this.#specials, name)) {
      this.#setSpecial(name as SpecialName, value);
      return;
    }
    const index = this.#program.globals.get(name);
    if (index !== undefined && !this.#program.arrayGlobals.has(index)) this.#globals[index] = value;
  }

  array(name: string): AwkArray {
    const index = this.#program.globals.get(name);
    const slot = index === undefined ? undefined : this.#globals[index];
    return slot instanceof Map ? slot : new Map();
  }

  variable(name: string): Value {
    const index = this.#program.globals.get(name);
    const slot = index === undefined ? undefined : this.#globals[index];
    return slot instanceof Map ? undefined : slot;
  }

  special(name: SpecialName): Value {
    return name === 'NF' ? this.record.fieldCount : this.#specials[name];
  }

  setSpecial(name: SpecialName, value: Value): void {
    this.#setSpecial(name, value);
  }

  #setSpecial(name: SpecialName, value: Value): void {
    if (name === 'NF') this.record.setFieldCount(Math.trunc(numberOf(value)));
    else if (name === 'FS' || name === 'RS') this.record.settle();
    this.#specials[name] = value;
    if (name === 'CONVFMT') this.#convFmt = this.#text(value);
  }

  #text(value: Value): string {
    return typeof value === 'string' ? value : textOf(value, this.#convFmt);
  }

  #regex(source: string): Regex {
    let regex = this.#regexes.get(source);
    if (!regex) {
      if (this.#regexes.size > 500) this.#regexes.clear();
      try {
        regex = new Regex(source, { syntax: 'extended', escapes: 'awk', leadingRepeat: 'literal' });
      } catch (error) {
        if (error instanceof RegexError)
          throw new AwkError(`regular expression compile failed (${error.message})\n${source}`);
        throw error;
      }
      this.#regexes.set(source, regex);
    }
    return regex;
  }

  #regexOf(node: Expression): Regex {
    if (node.kind === 'regex') return this.#regex(node.source);
    return this.#regex(this.#text(this.#evaluate(node)));
  }

  // Rules

  /** Runs a rule's body, or prints the record. */
  async run(body: Statement | undefined): Promise<Leaving> {
    if (!body) {
      this.streams.standard.put(this.record.text + this.#text(this.#specials.ORS));
      return undefined;
    }
    return waits(body) ? this.#executeWaiting(body) : this.#execute(body);
  }

  async matches(pattern: Expression): Promise<boolean> {
    return isTrue(waits(pattern) ? await this.#evaluateWaiting(pattern) : this.#evaluate(pattern));
  }

  // Statements that need not wait

  #execute(statement: Statement): Leaving {
    switch (statement.kind) {
      case 'expression':
        this.#evaluate(statement.item);
        return undefined;
      case 'print':
        void this.streams.standard.put(this.#printed(statement, (item) => this.#evaluate(item)));
        return undefined;
      case 'if':
        if (isTrue(this.#evaluate(statement.test))) return this.#execute(statement.yes);
        return statement.no ? this.#execute(statement.no) : undefined;
      case 'block':
        for (const item of statement.items) {
          const leaving = this.#execute(item);
          if (leaving) return leaving;
        }
        return undefined;
      case 'delete':
        this.#delete(statement);
        return undefined;
      case 'leave':
        return statement.how;
      case 'exit':
        if (statement.item) this.exitStatus = Math.trunc(numberOf(this.#evaluate(statement.item)));
        return 'exit';
      case 'return':
        this.#returned = statement.item ? this.#evaluate(statement.item) : undefined;
        return 'return';
      default:
        throw new AwkError('internal: a loop that cannot wait');
    }
  }

  #printed(statement: Statement & { kind: 'print' }, evaluate: (item: Expression) => Value): string {
    const { items, isFormat } = statement;
    if (isFormat) {
      const [format, ...rest] = items;
      if (!format) throw new AwkError('not enough arguments passed to printf');
      const text = this.#text(evaluate(format));
      return formatAwk(text, rest.map(evaluate), this.#convFmt);
    }
    const end = this.#text(this.#specials.ORS);
    if (items.length === 0) return this.record.text + end;
    const format = this.#text(this.#specials.OFMT);
    return items.map((item) => textOf(evaluate(item), format)).join(this.#text(this.#specials.OFS)) + end;
  }

  #delete({ array, subscripts }: Statement & { kind: 'delete' }): void {
    const map = this.#array(array);
    if (subscripts) map.delete(this.#subscript(subscripts));
    else map.clear();
  }

  // Statements that wait

  async #executeWaiting(statement: Statement): Promise<Leaving> {
    switch (statement.kind) {
      case 'expression':
        await this.#evaluateWaiting(statement.item);
        return undefined;
      case 'print':
        await this.#printWaiting(statement);
        return undefined;
      case 'if': {
        const test = waits(statement.test)
          ? await this.#evaluateWaiting(statement.test)
          : this.#evaluate(statement.test);
        const chosen = isTrue(test) ? statement.yes : statement.no;
        if (!chosen) return undefined;
        return waits(chosen) ? this.#executeWaiting(chosen) : this.#execute(chosen);
      }
      case 'block':
        for (const item of statement.items) {
          const leaving = waits(item) ? await this.#executeWaiting(item) : this.#execute(item);
          if (leaving) return leaving;
        }
        return undefined;
      case 'loop':
        return this.#loop(statement);
      case 'each':
        return this.#each(statement);
      case 'exit':
        if (statement.item) this.exitStatus = Math.trunc(numberOf(await this.#evaluateWaiting(statement.item)));
        return 'exit';
      case 'return':
        this.#returned = statement.item ? await this.#evaluateWaiting(statement.item) : undefined;
        return 'return';
      default:
        return this.#execute(statement);
    }
  }

  async #printWaiting(statement: Statement & { kind: 'print' }): Promise<void> {
    const values = new Map<Expression, Value>();
    for (const item of statement.items) values.set(item, await this.#evaluateWaiting(item));
    const text = this.#printed(statement, (item) => values.get(item));
    const { redirect } = statement;
    if (!redirect) {
      await this.streams.standard.put(text);
      return;
    }
    const name = this.#text(await this.#evaluateWaiting(redirect.to));
    const output = await this.streams.output(redirect.how, name);
    await output.put(text);
    if (name === '/dev/stderr') await output.flush();
  }

  async #turn(): Promise<void> {
    if (this.#process.isDue) await this.#process.pause();
  }

  async #loop(statement: Statement & { kind: 'loop' }): Promise<Leaving> {
    const { first, test, step, body, testsLast } = statement;
    const isTested = async () => isTrue(await this.#evaluateWaiting(test as Expression));
    const testWaits = waits(test);
    const bodyWaits = waits(body);
    if (first) await this.#executeWaiting(first);
    for (let isFirst = true; ; isFirst = false) {
      if (test && !(isFirst && testsLast)) {
        if (testWaits ? !(await isTested()) : !isTrue(this.#evaluate(test))) return undefined;
      }
      const leaving = bodyWaits ? await this.#executeWaiting(body) : this.#execute(body);
      if (leaving === 'break') return undefined;
      if (leaving && leaving !== 'continue') return leaving;
      if (step) {
        if (waits(step)) await this.#executeWaiting(step);
        else this.#execute(step);
      }
      if (this.#process.isDue) {
        await this.#turn();
        await this.streams.standard.flush();
      }
    }
  }

  async #each({ name, array, body }: Statement & { kind: 'each' }): Promise<Leaving> {
    const map = this.#array(array);
    for (const key of [...map.keys()]) {
      if (!map.has(key)) continue;
      this.#store(name, inputValue(key));
      const leaving = waits(body) ? await this.#executeWaiting(body) : this.#execute(body);
      if (leaving === 'break') return undefined;
      if (leaving && leaving !== 'continue') return leaving;
      if (this.#process.isDue) await this.#turn();
    }
    return undefined;
  }

  // Places

  #slot(name: Name): Slot {
    if (name.kind === 'global') return this.#globals[name.index];
    if (name.kind === 'local') return this.#frame[name.index];
    return name.name === 'NF' ? this.record.fieldCount : this.#specials[name.name];
  }

  #array(name: Name): AwkArray {
    const slot = this.#slot(name);
    if (slot instanceof Map) return slot;
    if (slot !== undefined || name.kind === 'special')
      throw new AwkError(`type error in use of ${name.name} as an array`);
    const map: AwkArray = new Map();
    if (name.kind === 'global') this.#globals[name.index] = map;
    else this.#frame[name.index] = map;
    return map;
  }

  #subscript(subscripts: readonly Expression[]): string {
    const [first] = subscripts;
    if (subscripts.length === 1 && first) {
      const value = this.#evaluate(first);
      return typeof value === 'string' ? value : subscriptText(value, this.#convFmt);
    }
    return subscripts
      .map((item) => subscriptText(this.#evaluate(item), this.#convFmt))
      .join(this.#text(this.#specials.SUBSEP));
  }

  #load(place: Place): Value {
    switch (place.kind) {
      case 'field':
        return this.record.field(Math.trunc(numberOf(this.#evaluate(place.index))));
      case 'element': {
        const map = this.#array(place.array);
        const key = this.#subscript(place.subscripts);
        // To ask for an element makes it.
        if (!map.has(key)) map.set(key, undefined);
        return map.get(key);
      }
      default: {
        const slot = this.#slot(place);
        if (slot instanceof Map) throw new AwkError(`attempt to use array ${place.name} in a scalar context`);
        return slot;
      }
    }
  }

  #store(place: Place, value: Value): void {
    switch (place.kind) {
      case 'field':
        this.record.setField(Math.trunc(numberOf(this.#evaluate(place.index))), value);
        break;
      case 'element':
        this.#array(place.array).set(this.#subscript(place.subscripts), value);
        break;
      case 'special':
        this.#setSpecial(place.name, value);
        break;
      case 'global':
        if (this.#globals[place.index] instanceof Map)
          throw new AwkError(`attempt to use array ${place.name} in a scalar context`);
        this.#globals[place.index] = value;
        break;
      case 'local':
        this.#frame[place.index] = value;
        break;
    }
  }

  // Expressions that need not wait

  #evaluate(node: Expression): Value {
    switch (node.kind) {
      case 'number':
      case 'text':
      case 'value':
        return node.value;
      case 'regex':
        return this.#regex(node.source).test(this.record.text) ? 1 : 0;
      case 'global':
      case 'local':
      case 'special':
      case 'field':
      case 'element':
        return this.#load(node);
      case 'group':
        return this.#group(node.items);
      case 'assign':
        return this.#assign(node);
      case 'step': {
        const place = this.#fixedPlace(node.place);
        const before = numberOf(this.#load(place));
        this.#store(place, before + node.by);
        return node.isPrefix ? before + node.by : before;
      }
      case 'unary': {
        const value = this.#evaluate(node.item);
        if (node.operator === '!') return isTrue(value) ? 0 : 1;
        return node.operator === '-' ? -numberOf(value) : numberOf(value);
      }
      case 'binary':
        return this.#binary(node);
      case 'and':
        return isTrue(this.#evaluate(node.left)) && isTrue(this.#evaluate(node.right)) ? 1 : 0;
      case 'or':
        return isTrue(this.#evaluate(node.left)) || isTrue(this.#evaluate(node.right)) ? 1 : 0;
      case 'choice':
        return this.#evaluate(isTrue(this.#evaluate(node.test)) ? node.yes : node.no);
      case 'in':
        return this.#array(node.array).has(this.#subscript(node.subscripts)) ? 1 : 0;
      case 'call':
        return this.#call(node.name, node.items);
      default:
        throw new AwkError('internal: an expression that cannot wait');
    }
  }

  #group(items: readonly Expression[]): Value {
    const [first] = items;
    if (items.length === 1 && first) return this.#evaluate(first);
    return items.map((item) => this.#text(this.#evaluate(item))).join(this.#text(this.#specials.SUBSEP));
  }

  #assign(node: Expression & { kind: 'assign' }): Value {
    const { operator } = node;
    const place = this.#fixedPlace(node.place);
    const right = this.#evaluate(node.value);
    const result =
      operator === '=' ? right : arithmetic(operator[0] as string, numberOf(this.#load(place)), numberOf(right));
    this.#store(place, result);
    return result;
  }

  /** The place with its subscript evaluated: once, and before what is assigned. */
  #fixedPlace(place: Place): Place {
    if (place.kind === 'element') {
      const [first] = place.subscripts;
      const isFixed = place.subscripts.length === 1 && (first?.kind === 'text' || first?.kind === 'value');
      if (isFixed) return place;
      return { ...place, subscripts: [{ kind: 'value', value: this.#subscript(place.subscripts) }] };
    }
    if (place.kind === 'field' && place.index.kind !== 'number') {
      return { ...place, index: { kind: 'value', value: numberOf(this.#evaluate(place.index)) } };
    }
    return place;
  }

  #binary(node: Expression & { kind: 'binary' }): Value {
    const { operator } = node;
    if (operator === '~' || operator === '!~') {
      const text = this.#text(this.#evaluate(node.left));
      return this.#regexOf(node.right).test(text) === (operator === '~') ? 1 : 0;
    }
    const left = this.#evaluate(node.left);
    const right = this.#evaluate(node.right);
    switch (operator) {
      case 'concat': {
        const text = this.#text(left) + this.#text(right);
        if (text.length > MAX_TEXT) throw new AwkError('out of memory');
        return text;
      }
      case '<':
        return compareValues(left, right, this.#convFmt) < 0 ? 1 : 0;
      case '<=':
        return compareValues(left, right, this.#convFmt) <= 0 ? 1 : 0;
      case '>':
        return compareValues(left, right, this.#convFmt) > 0 ? 1 : 0;
      case '>=':
        return compareValues(left, right, this.#convFmt) >= 0 ? 1 : 0;
      case '==':
        return compareValues(left, right, this.#convFmt) === 0 ? 1 : 0;
      case '!=':
        return compareValues(left, right, this.#convFmt) !== 0 ? 1 : 0;
      default:
        return arithmetic(operator, numberOf(left), numberOf(right));
    }
  }

  // Functions

  #call(name: string, items: readonly Expression[]): Value {
    const [first, second, third] = items;
    switch (name) {
      case 'length':
        return this.#length(first);
      case 'split': {
        const text = this.#text(first && this.#evaluate(first));
        return this.#split(text, second, third);
      }
      case 'sub':
      case 'gsub':
        return this.#substitute(items, name === 'gsub' ? 'all' : 1);
      case 'gensub':
        return this.#gensub(items);
      case 'match':
        return this.#match(items);
      case 'sprintf': {
        if (!first) throw new AwkError('not enough arguments passed to sprintf');
        const format = this.#text(this.#evaluate(first));
        return formatAwk(
          format,
          items.slice(1).map((item) => this.#evaluate(item)),
          this.#convFmt,
        );
      }
      case 'rand':
        return this.#random();
      case 'srand': {
        const before = this.#lastSeed;
        this.#lastSeed = first ? numberOf(this.#evaluate(first)) : this.#process.kernel.clock.now().sec;
        this.#seed = (Math.imul(Math.trunc(this.#lastSeed) + 1, 0x9e3779b1) ^ 0x5bd1e995) | 1;
        return before;
      }
      case 'asort':
      case 'asorti': {
        const from = this.#arrayArgument(first, name);
        const to = second ? this.#arrayArgument(second, name) : from;
        return sortArray(new Map(from), to, name === 'asort' ? 'values' : 'keys', this.#convFmt);
      }
      default: {
        const values = items.map((item) => this.#evaluate(item));
        return callPlain(
          name,
          {
            count: values.length,
            number: (index) => numberOf(values[index]),
            text: (index) => this.#text(values[index]),
          },
          this.#process,
        );
      }
    }
  }

  #arrayArgument(node: Expression | undefined, name: string): AwkArray {
    if (!node || (node.kind !== 'global' && node.kind !== 'local'))
      throw new AwkError(`${name}: argument is not an array`);
    return this.#array(node);
  }

  #length(node: Expression | undefined): number {
    if (!node) return lengthOf(this.record.text);
    if (node.kind === 'global' || node.kind === 'local') {
      const slot = this.#slot(node);
      if (slot instanceof Map) return slot.size;
    }
    return lengthOf(this.#text(this.#evaluate(node)));
  }

  #split(text: string, array: Expression | undefined, separator: Expression | undefined): number {
    const map = this.#arrayArgument(array, 'split');
    const source =
      separator?.kind === 'regex'
        ? separator.source
        : this.#text(separator ? this.#evaluate(separator) : this.#specials.FS);
    const isPattern = separator?.kind === 'regex' && source.length === 1;
    const parts = splitText(text, isPattern ? `(${source})` : source, (pattern) => this.#regex(pattern));
    map.clear();
    for (const [i, part] of parts.entries()) map.set(String(i + 1), inputValue(part));
    return parts.length;
  }

  #substitute(items: readonly Expression[], which: 'all' | 1): number {
    const [pattern, replacement, target] = items;
    if (!pattern || !replacement) throw new AwkError('not enough arguments to sub');
    const regex = this.#regexOf(pattern);
    const by = this.#text(this.#evaluate(replacement));
    const place: Place = target && isPlaceNode(target) ? target : WHOLE_RECORD;
    const before = target && !isPlaceNode(target) ? this.#evaluate(target) : this.#load(place);
    const result = substitute(this.#text(before), regex, by, { which, hasGroups: false });
    if (result.count > 0 && (!target || isPlaceNode(target))) this.#store(place, result.text);
    return result.count;
  }

  #gensub(items: readonly Expression[]): string {
    const [pattern, replacement, how, target] = items;
    if (!pattern || !replacement || !how) throw new AwkError('not enough arguments to gensub');
    const regex = this.#regexOf(pattern);
    const by = this.#text(this.#evaluate(replacement));
    const mode = this.#evaluate(how);
    const which = /^[gG]/.test(this.#text(mode)) ? 'all' : Math.max(1, Math.trunc(numberOf(mode)));
    const text = target ? this.#text(this.#evaluate(target)) : this.record.text;
    return substitute(text, regex, by, { which, hasGroups: true }).text;
  }

  #match(items: readonly Expression[]): number {
    const [subject, pattern, array] = items;
    if (!subject || !pattern) throw new AwkError('not enough arguments to match');
    const text = this.#text(this.#evaluate(subject));
    const slots = array ? this.#regexOf(pattern).exec(text) : undefined;
    const span = array
      ? slots && { start: slots[0] as number, end: slots[1] as number }
      : this.#regexOf(pattern).find(text);
    const start = span ? characterCount(text, span.start) + 1 : 0;
    this.#specials.RSTART = start;
    this.#specials.RLENGTH = span ? lengthOf(text.slice(span.start, span.end)) : -1;
    if (array) {
      const map = this.#arrayArgument(array, 'match');
      map.clear();
      for (let i = 0; slots && i * 2 < slots.length; i++) {
        const from = slots[i * 2] as number;
        if (from >= 0) map.set(String(i), inputValue(text.slice(from, slots[i * 2 + 1])));
      }
    }
    return start;
  }

  #random(): number {
    this.#seed ^= this.#seed << 13;
    this.#seed ^= this.#seed >>> 17;
    this.#seed ^= this.#seed << 5;
    return (this.#seed >>> 0) / 2 ** 32;
  }

  // Expressions that wait

  async #evaluateWaiting(node: Expression): Promise<Value> {
    if (!waits(node)) return this.#evaluate(node);
    switch (node.kind) {
      case 'getline':
        return this.#getline(node);
      case 'user':
        return this.#callUser(node);
      case 'and':
        return isTrue(await this.#evaluateWaiting(node.left)) && isTrue(await this.#evaluateWaiting(node.right))
          ? 1
          : 0;
      case 'or':
        return isTrue(await this.#evaluateWaiting(node.left)) || isTrue(await this.#evaluateWaiting(node.right))
          ? 1
          : 0;
      case 'choice':
        return this.#evaluateWaiting(isTrue(await this.#evaluateWaiting(node.test)) ? node.yes : node.no);
      case 'assign':
        return this.#evaluate({
          ...node,
          waits: false,
          place: await this.#settledPlace(node.place),
          value: await this.#settled(node.value),
        });
      case 'step':
        return this.#evaluate({ ...node, waits: false, place: await this.#settledPlace(node.place) });
      case 'unary':
        return this.#evaluate({ ...node, waits: false, item: await this.#settled(node.item) });
      case 'binary':
        return this.#evaluate({
          ...node,
          waits: false,
          left: await this.#settled(node.left),
          right: await this.#settled(node.right),
        });
      case 'group':
        return this.#evaluate({ ...node, waits: false, items: await this.#settledAll(node.items) });
      case 'in':
        return this.#evaluate({ ...node, waits: false, subscripts: await this.#settledAll(node.subscripts) });
      case 'field':
      case 'element':
        return this.#evaluate(await this.#settledPlace(node));
      case 'call':
        return this.#callWaiting(node);
      default:
        return this.#evaluate(node);
    }
  }

  async #settled(node: Expression): Promise<Expression> {
    if (!waits(node)) return node;
    return { kind: 'value', value: await this.#evaluateWaiting(node) };
  }

  async #settledAll(nodes: readonly Expression[]): Promise<Expression[]> {
    const settled: Expression[] = [];
    for (const node of nodes) settled.push(await this.#settled(node));
    return settled;
  }

  async #settledPlace(place: Place): Promise<Place> {
    if (place.kind === 'field') return { ...place, waits: false, index: await this.#settled(place.index) };
    if (place.kind === 'element')
      return { ...place, waits: false, subscripts: await this.#settledAll(place.subscripts) };
    return place;
  }

  async #callWaiting({ name, items }: Expression & { kind: 'call' }): Promise<Value> {
    const settled = await this.#settledAll(items);
    const text = () => this.#text(settled[0] && this.#evaluate(settled[0]));
    switch (name) {
      case 'system':
        return this.streams.system(text());
      case 'close':
        return this.streams.close(text());
      case 'fflush':
        await this.streams.flush();
        return 0;
      default:
        return this.#call(name, settled);
    }
  }

  async #getline({ source, from, into }: Expression & { kind: 'getline' }): Promise<Value> {
    let text: string | undefined;
    if (source === 'main') {
      text = await this.#inputs?.next();
      if (text === undefined) return 0;
    } else {
      const name = this.#text(await this.#evaluateWaiting(from as Expression));
      const reader = await this.streams.input(source, name);
      if (!reader) return -1;
      try {
        text = await reader.next(this.#text(this.#specials.RS));
      } catch (error) {
        if (error instanceof AwkError) throw error;
        if (this.#process.signal.aborted) throw error;
        return -1;
      }
      if (text === undefined) return 0;
      if (source === 'command') this.#specials.NR = numberOf(this.#specials.NR) + 1;
    }
    if (into) this.#store(await this.#settledPlace(into), inputValue(text));
    else this.record.set(text);
    return 1;
  }

  async #callUser({ callee, items }: Expression & { kind: 'user' }): Promise<Value> {
    if (items.length > callee.parameters.length) throw new AwkError(`too many arguments in call to ${callee.name}`);
    if (++this.#depth > MAX_CALL_DEPTH) throw new AwkError('function calls are nested too deeply');
    const frame: Slot[] = [];
    for (const [i, item] of items.entries()) {
      const isName = item.kind === 'global' || item.kind === 'local';
      if (isName && (callee.arrays.has(i) || this.#slot(item) instanceof Map)) frame.push(this.#array(item));
      else frame.push(await this.#evaluateWaiting(item));
    }
    const before = this.#frame;
    this.#frame = frame;
    this.#returned = undefined;
    try {
      const body = callee.body as Statement;
      if (this.#process.isDue) await this.#turn();
      const leaving = waits(body) ? await this.#executeWaiting(body) : this.#execute(body);
      if (leaving === 'exit' || leaving === 'next' || leaving === 'nextfile') throw new Unwinding(leaving);
      return this.#returned;
    } finally {
      this.#frame = before;
      this.#depth--;
      this.#returned = undefined;
    }
  }
}

/** `exit` and `next` within a function: leaves all that calls it. */
export class Unwinding extends Error {
  override readonly name = 'Unwinding';
  readonly how: 'exit' | 'next' | 'nextfile';
  constructor(how: 'exit' | 'next' | 'nextfile') {
    super(how);
    this.how = how;
  }
}

const WHOLE_RECORD: Place = { kind: 'field', index: { kind: 'number', value: 0 }, waits: false };

function isPlaceNode(node: Expression): node is Place {
  return (
    node.kind === 'global' ||
    node.kind === 'local' ||
    node.kind === 'special' ||
    node.kind === 'field' ||
    node.kind === 'element'
  );
}

function subscriptText(value: Value, convFmt: string): string {
  return textOf(value, convFmt);
}

function arithmetic(operator: string, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      if (right === 0) throw new AwkError('division by zero');
      return left / right;
    case '%':
      if (right === 0) throw new AwkError('division by zero in %');
      return left % right;
    default:
      return left ** right;
  }
}
