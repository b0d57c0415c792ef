import { quoteGo } from '../commandLine/flagValue.ts';
import { unquoteChar, unquoteGo } from './goQuote.ts';
import type { Token } from './lexer.ts';
import { type ArgumentNode, type CommandNode, nodeText, type PipeNode } from './nodes.ts';
import { type NumberConstant, numberConstant } from './numberConstant.ts';
import type { TokenReader } from './tokenReader.ts';

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

/** Reads pipelines: declarations, commands and what they are given. */
export class PipelineParser {
  readonly #tokens: TokenReader;
  readonly #functionNames: ReadonlySet<string>;
  /** Those that are known here. */
  variables: string[] = ['$'];

  constructor(tokens: TokenReader, functionNames: ReadonlySet<string>) {
    this.#tokens = tokens;
    this.#functionNames = functionNames;
  }

  pipeline(context: string, end: 'rightDelimiter' | 'rightParen'): PipeNode {
    this.#tokens.skipSpace();
    const { at } = this.#tokens.peek();
    const variables: string[] = [];
    const isAssignment = this.#declarations(context, variables);
    const commands: CommandNode[] = [];
    for (;;) {
      const token = this.#tokens.nextSolid();
      if (token.kind === end) break;
      if (!STARTS_COMMAND.has(token.kind)) this.#tokens.unexpected(token, context);
      this.#tokens.unread();
      commands.push(this.#command());
    }
    if (commands.length === 0) this.#tokens.fail(`missing value for ${context}`);
    commands.slice(1).forEach((command, i) => {
      const kind = command.arguments[0]?.kind;
      if (kind !== undefined && LITERALS.has(kind))
        this.#tokens.fail(`non executable command in pipeline stage ${i + 2}`);
    });
    return { kind: 'pipe', at, variables, isAssignment, commands };
  }

  #declarations(context: string, variables: string[]): boolean {
    for (;;) {
      this.#tokens.skipSpace();
      const start = this.#tokens.place;
      const token = this.#tokens.peek();
      if (token.kind !== 'variable') return false;
      this.#tokens.next();
      const next = this.#tokens.nextSolid();
      if (next.kind === 'assign' || next.kind === 'declare') {
        variables.push(token.text);
        this.variables.push(token.text);
        return next.kind === 'assign';
      }
      if (next.kind !== 'punctuation' || next.text !== ',') {
        this.#tokens.goBack(start);
        return false;
      }
      variables.push(token.text);
      this.variables.push(token.text);
      if (context !== 'range' || variables.length >= 2) this.#tokens.fail(`too many declarations in ${context}`);
      this.#tokens.skipSpace();
      if (!['variable', 'rightDelimiter', 'rightParen'].includes(this.#tokens.peek().kind)) {
        this.#tokens.fail('range can only initialize variables');
      }
    }
  }

  #command(): CommandNode {
    const parts: ArgumentNode[] = [];
    const { at } = this.#tokens.peek();
    for (;;) {
      this.#tokens.skipSpace();
      const operand = this.#operand();
      if (operand) parts.push(operand);
      const token = this.#tokens.next();
      if (token.kind === 'space') continue;
      if (token.kind === 'rightDelimiter' || token.kind === 'rightParen') {
        this.#tokens.unread();
        break;
      }
      if (token.kind === 'pipe') break;
      this.#tokens.unexpected(token, 'operand');
    }
    if (parts.length === 0) this.#tokens.fail('empty command');
    return { at, arguments: parts };
  }

  #operand(): ArgumentNode | undefined {
    const node = this.#term();
    const at = this.#tokens.peek().at;
    const names: string[] = [];
    while (this.#tokens.peek().kind === 'field') names.push(this.#tokens.next().text.slice(1));
    if (!node || names.length === 0) return node;
    if (node.kind === 'field' || node.kind === 'variable') return { ...node, at, names: [...node.names, ...names] };
    if (LITERALS.has(node.kind)) this.#tokens.fail(`unexpected . after term ${quoteGo(nodeText(node))}`);
    return { kind: 'chain', at, node, names };
  }

  #number(text: string): NumberConstant {
    try {
      return numberConstant(text);
    } catch (error) {
      return this.#tokens.fail((error as Error).message);
    }
  }

  #term(): ArgumentNode | undefined {
    const token = this.#tokens.nextSolid();
    const { at, text } = token;
    switch (token.kind) {
      case 'identifier':
        if (!this.#functionNames.has(text)) this.#tokens.fail(`function ${quoteGo(text)} not defined`);
        return { kind: 'identifier', at, name: text };
      case 'dot':
      case 'nil':
        return { kind: token.kind, at };
      case 'variable':
        if (!this.variables.includes(text)) this.#tokens.fail(`undefined variable ${quoteGo(text)}`);
        return { kind: 'variable', at, names: [text] };
      case 'field':
        return { kind: 'field', at, names: [text.slice(1)] };
      case 'bool':
        return { kind: 'bool', at, value: text === 'true' };
      case 'number':
        return { kind: 'number', at, text, constant: this.#number(text) };
      case 'char': {
        const value = BigInt(unquoteChar(text) ?? this.#tokens.fail(`malformed character constant: ${text}`));
        return { kind: 'number', at, text, constant: { value, integer: value, overflows: false } };
      }
      case 'string':
        return { kind: 'string', at, quoted: text, value: unquoteGo(text) ?? this.#tokens.fail('invalid syntax') };
      case 'leftParen': {
        this.#tokens.enter();
        const pipe = this.pipeline('parenthesized pipeline', 'rightParen');
        this.#tokens.leave();
        return pipe;
      }
      default:
        this.#tokens.unread();
        return undefined;
    }
  }
}
