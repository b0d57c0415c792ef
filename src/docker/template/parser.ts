import { quoteGo } from '../commandLine/flagValue.ts';
import { unquoteChar, unquoteGo } from './goQuote.ts';
import { lexTemplate, type Token } from './lexer.ts';
import { type NumberConstant, numberConstant } from './numberConstant.ts';
import { type ArgumentNode, type CommandNode, nodeText, type PipeNode, type TemplateNode } from './nodes.ts';
import { TemplateError } from './templateError.ts';

export interface ParsedTemplate {
  /** As messages name it; most have none. */
  readonly name: string;
  readonly text: string;
  readonly main: readonly TemplateNode[];
  readonly named: ReadonlyMap<string, readonly TemplateNode[]>;
}

/** Blocks and parentheses within each other. */
const MAX_DEPTH = 200;

/** Reads a template. Throws TemplateError in Go's words: `template: :1: unclosed action`. */
export function parseTemplate(text: string, functionNames: ReadonlySet<string>, name = ''): ParsedTemplate {
  const parser = new Parser(lexTemplate(text), functionNames, name);
  return { name, text, ...parser.parseAll() };
}

type BlockEnd = 'end' | 'else' | 'eof' | 'define';

class Parser {
  readonly #tokens: readonly Token[];
  readonly #functionNames: ReadonlySet<string>;
  readonly #name: string;
  readonly #named = new Map<string, readonly TemplateNode[]>();
  #at = 0;
  #variables: string[] = ['$'];
  #actionLine = 0;
  #rangeDepth = 0;
  #depth = 0;
  /** Of the name that was read last. */
  #nameAt = 0;

  constructor(tokens: readonly Token[], functionNames: ReadonlySet<string>, name: string) {
    this.#tokens = tokens;
    this.#name = name;
    this.#functionNames = functionNames;
  }

  parseAll(): { main: readonly TemplateNode[]; named: ReadonlyMap<string, readonly TemplateNode[]> } {
    const main: TemplateNode[] = [];
    for (;;) {
      const { nodes, end } = this.#list('define');
      main.push(...nodes);
      if (end === 'eof') break;
      if (end !== 'define') this.#fail(`unexpected {{${end}}}`);
      this.#define();
    }
    this.#add(this.#name, main);
    return { main, named: this.#named };
  }

  // Tokens

  #peek(): Token {
    return this.#tokens[Math.min(this.#at, this.#tokens.length - 1)] as Token;
  }

  #next(): Token {
    const token = this.#peek();
    if (this.#at < this.#tokens.length) this.#at++;
    return token;
  }

  #skipSpace(): void {
    while (this.#peek().kind === 'space') this.#at++;
  }

  #nextSolid(): Token {
    this.#skipSpace();
    return this.#next();
  }

  #fail(message: string): never {
    const line = this.#tokens[Math.min(Math.max(this.#at - 1, 0), this.#tokens.length - 1)]?.line ?? 1;
    throw new TemplateError(`template: ${this.#name}:${line}: ${message}`);
  }

  #unexpected(token: Token, context: string): never {
    if (token.kind === 'error') {
      let extra = '';
      if (this.#actionLine !== 0 && this.#actionLine !== token.line) {
        extra = ` in action started at ${this.#name}:${this.#actionLine}`;
        if (token.text.endsWith(' action')) extra = extra.slice(' in action'.length);
      }
      this.#fail(token.text + extra);
    }
    this.#fail(`unexpected ${tokenText(token)} in ${context}`);
  }

  // Lists and actions

  /** Up to what ends a list; at the top, also up to a definition, which stands nowhere else. */
  #list(alsoEnds?: 'define'): { nodes: TemplateNode[]; end: BlockEnd; chained?: string | undefined } {
    const nodes: TemplateNode[] = [];
    for (;;) {
      const token = this.#next();
      if (token.kind === 'eof') return { nodes, end: 'eof' };
      if (token.kind === 'text') {
        nodes.push({ kind: 'text', text: token.text });
        continue;
      }
      if (token.kind !== 'leftDelimiter') this.#unexpected(token, 'input');
      this.#actionLine = token.line;
      this.#skipSpace();
      const keyword = this.#peek();
      if (keyword.kind === 'keyword' && (keyword.text === 'end' || keyword.text === 'else')) {
        this.#next();
        if (keyword.text === 'end') this.#expectClose('end');
        else return { nodes, end: 'else', chained: this.#chainedKeyword() };
        return { nodes, end: keyword.text };
      }
      if (alsoEnds !== undefined && keyword.kind === 'keyword' && keyword.text === alsoEnds) {
        this.#next();
        return { nodes, end: alsoEnds };
      }
      nodes.push(this.#action());
      this.#actionLine = 0;
    }
  }

  // A definition that holds nothing but blanks gives way to another one.
  #add(name: string, nodes: readonly TemplateNode[]): void {
    const known = this.#named.get(name);
    if (!known || isBlank(known)) this.#named.set(name, nodes);
    else if (!isBlank(nodes)) this.#fail(`template: multiple definition of template ${quoteGo(name)}`);
  }

  // What may follow an else: the end of the action, or another block's keyword, which stays.
  #chainedKeyword(): string | undefined {
    this.#skipSpace();
    const { kind, text } = this.#peek();
    if (kind === 'keyword' && (text === 'if' || text === 'with')) return text;
    this.#expectClose('else');
    return undefined;
  }

  #expectClose(context: string): void {
    const token = this.#nextSolid();
    if (token.kind !== 'rightDelimiter') this.#unexpected(token, context);
  }

  #action(): TemplateNode {
    const token = this.#peek();
    if (token.kind !== 'keyword') {
      const pipe = this.#pipeline('command', 'rightDelimiter');
      return { kind: 'action', pipe };
    }
    this.#next();
    switch (token.text) {
      case 'if':
      case 'with':
        return this.#control(token.text);
      case 'range':
        return this.#control('range');
      case 'break':
      case 'continue':
        if (this.#rangeDepth === 0) this.#fail(`{{${token.text}}} outside {{range}}`);
        this.#expectClose(`{{${token.text}}}`);
        return { kind: token.text };
      case 'block':
        return this.#block();
      case 'template':
        return this.#template();
      default:
        return this.#unexpected(token, 'command');
    }
  }

  #control(kind: 'if' | 'with' | 'range'): TemplateNode {
    if (++this.#depth > MAX_DEPTH) this.#fail('max expression depth exceeded');
    const variables = this.#variables.length;
    const pipe = this.#pipeline(kind, 'rightDelimiter');
    if (kind === 'range') this.#rangeDepth++;
    const body = this.#list();
    if (kind === 'range') this.#rangeDepth--;
    let otherwise: readonly TemplateNode[] = [];
    let { end } = body;
    if (end === 'else') {
      // `{{else if}}` and `{{else with}}` are an `if` within the else, that ends with it.
      if (body.chained !== undefined) {
        const keyword = this.#next();
        if (body.chained !== kind) this.#unexpected(keyword, 'input');
        otherwise = [this.#control(kind)];
        end = 'end';
      } else {
        const rest = this.#list();
        otherwise = rest.nodes;
        ({ end } = rest);
        if (end === 'else') this.#fail('expected end; found {{else}}');
      }
    }
    if (end === 'eof') this.#fail('unexpected EOF');
    this.#variables.length = variables;
    this.#depth--;
    return { kind, pipe, body: body.nodes, otherwise };
  }

  #define(): void {
    const name = this.#quotedName('define clause');
    this.#expectClose('define clause');
    const outer = this.#variables;
    this.#variables = ['$'];
    const { nodes, end } = this.#list();
    if (end !== 'end') this.#fail(end === 'eof' ? 'unexpected EOF' : `unexpected {{${end}}} in define clause`);
    this.#variables = outer;
    this.#add(name, nodes);
  }

  #block(): TemplateNode {
    const name = this.#quotedName('block clause');
    const at = this.#nameAt;
    const pipe = this.#pipeline('block clause', 'rightDelimiter');
    const outer = this.#variables;
    this.#variables = ['$'];
    const { nodes, end } = this.#list();
    if (end !== 'end') this.#fail(end === 'eof' ? 'unexpected EOF' : `unexpected {{${end}}} in block clause`);
    this.#variables = outer;
    this.#add(name, nodes);
    return { kind: 'template', at, name, pipe };
  }

  #template(): TemplateNode {
    const name = this.#quotedName('template clause');
    const at = this.#nameAt;
    this.#skipSpace();
    if (this.#peek().kind === 'rightDelimiter') {
      this.#next();
      return { kind: 'template', at, name, pipe: undefined };
    }
    return { kind: 'template', at, name, pipe: this.#pipeline('template clause', 'rightDelimiter') };
  }

  #quotedName(context: string): string {
    const token = this.#nextSolid();
    if (token.kind !== 'string') this.#unexpected(token, context);
    this.#nameAt = token.at;
    return unquoteGo(token.text) ?? this.#fail('invalid syntax');
  }

  // Pipelines

  #pipeline(context: string, end: 'rightDelimiter' | 'rightParen'): PipeNode {
    this.#skipSpace();
    const { at } = this.#peek();
    const variables: string[] = [];
    const isAssignment = this.#declarations(context, variables);
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.#nextSolid();
      if (token.kind === end) break;
      if (!STARTS_COMMAND.has(token.kind)) this.#unexpected(token, context);
      this.#at--;
      commands.push(this.#command());
    }
    if (commands.length === 0) this.#fail(`missing value for ${context}`);
    commands.slice(1).forEach((command, i) => {
      const kind = command.arguments[0]?.kind;
      if (kind !== undefined && LITERALS.has(kind)) this.#fail(`non executable command in pipeline stage ${i + 2}`);
    });
    return { kind: 'pipe', at, variables, isAssignment, commands };
  }

  #declarations(context: string, variables: string[]): boolean {
    for (;;) {
      this.#skipSpace();
      const start = this.#at;
      const token = this.#peek();
      if (token.kind !== 'variable') return false;
      this.#next();
      const next = this.#nextSolid();
      if (next.kind === 'assign' || next.kind === 'declare') {
        variables.push(token.text);
        this.#variables.push(token.text);
        return next.kind === 'assign';
      }
      if (next.kind !== 'punctuation' || next.text !== ',') {
        this.#at = start;
        return false;
      }
      variables.push(token.text);
      this.#variables.push(token.text);
      if (context !== 'range' || variables.length >= 2) this.#fail(`too many declarations in ${context}`);
      this.#skipSpace();
      if (!['variable', 'rightDelimiter', 'rightParen'].includes(this.#peek().kind)) {
        this.#fail('range can only initialize variables');
      }
    }
  }

  #command(): CommandNode {
    const parts: ArgumentNode[] = [];
    const { at } = this.#peek();
    for (;;) {
      this.#skipSpace();
      const operand = this.#operand();
      if (operand) parts.push(operand);
      const token = this.#next();
      if (token.kind === 'space') continue;
      if (token.kind === 'rightDelimiter' || token.kind === 'rightParen') {
        this.#at--;
        break;
      }
      if (token.kind === 'pipe') break;
      this.#unexpected(token, 'operand');
    }
    if (parts.length === 0) this.#fail('empty command');
    return { at, arguments: parts };
  }

  #operand(): ArgumentNode | undefined {
    const node = this.#term();
    const at = this.#peek().at;
    const names: string[] = [];
    while (this.#peek().kind === 'field') names.push(this.#next().text.slice(1));
    if (!node || names.length === 0) return node;
    if (node.kind === 'field' || node.kind === 'variable') return { ...node, at, names: [...node.names, ...names] };
    if (LITERALS.has(node.kind)) this.#fail(`unexpected . after term ${quoteGo(nodeText(node))}`);
    return { kind: 'chain', at, node, names };
  }

  #number(text: string): NumberConstant {
    try {
      return numberConstant(text);
    } catch (error) {
      return this.#fail((error as Error).message);
    }
  }

  #term(): ArgumentNode | undefined {
    const token = this.#nextSolid();
    const { at, text } = token;
    switch (token.kind) {
      case 'identifier':
        if (!this.#functionNames.has(text)) this.#fail(`function ${quoteGo(text)} not defined`);
        return { kind: 'identifier', at, name: text };
      case 'dot':
      case 'nil':
        return { kind: token.kind, at };
      case 'variable':
        if (!this.#variables.includes(text)) this.#fail(`undefined variable ${quoteGo(text)}`);
        return { kind: 'variable', at, names: [text] };
      case 'field':
        return { kind: 'field', at, names: [text.slice(1)] };
      case 'bool':
        return { kind: 'bool', at, value: text === 'true' };
      case 'number':
        return { kind: 'number', at, text, constant: this.#number(text) };
      case 'char': {
        const value = BigInt(unquoteChar(text) ?? this.#fail(`malformed character constant: ${text}`));
        return { kind: 'number', at, text, constant: { value, integer: value, overflows: false } };
      }
      case 'string':
        return { kind: 'string', at, quoted: text, value: unquoteGo(text) ?? this.#fail('invalid syntax') };
      case 'leftParen': {
        if (++this.#depth > MAX_DEPTH) this.#fail('max expression depth exceeded');
        const pipe = this.#pipeline('parenthesized pipeline', 'rightParen');
        this.#depth--;
        return pipe;
      }
      default:
        this.#at--;
        return undefined;
    }
  }
}

const STARTS_COMMAND = new Set<Token['kind']>([
  'bool',
  'char',
  'dot',
  'field',
  'identifier',
  'number',
  'nil',
  'string',
  'variable',
  'leftParen',
]);
const LITERALS = new Set<ArgumentNode['kind']>(['bool', 'dot', 'nil', 'number', 'string']);

function isBlank(nodes: readonly TemplateNode[]): boolean {
  return nodes.every((node) => node.kind === 'text' && /^[\s\u0085]*$/.test(node.text));
}

function tokenText(token: Token): string {
  switch (token.kind) {
    case 'eof':
      return 'EOF';
    case 'keyword':
    case 'dot':
    case 'nil':
      return `<${token.text}>`;
    default:
      return token.text.length > 10 ? `${quoteGo(token.text.slice(0, 10))}...` : quoteGo(token.text);
  }
}
