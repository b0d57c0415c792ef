import { quoteGo } from '../commandLine/flagValue.ts';
import { unquoteGo } from './goQuote.ts';
import { lexTemplate } from './lexer.ts';
import type { TemplateNode } from './nodes.ts';
import { PipelineParser } from './pipelineParser.ts';
import { TokenReader } from './tokenReader.ts';

export interface ParsedTemplate {
  /** As messages name it; most have none. */
  readonly name: string;
  readonly text: string;
  readonly main: readonly TemplateNode[];
  readonly named: ReadonlyMap<string, readonly TemplateNode[]>;
}

/** Reads a template. Throws TemplateError in Go's words: `template: :1: unclosed action`. */
export function parseTemplate(text: string, functionNames: ReadonlySet<string>, name = ''): ParsedTemplate {
  const parser = new Parser(new TokenReader(lexTemplate(text), name), functionNames, name);
  return { name, text, ...parser.parseAll() };
}

type BlockEnd = 'end' | 'else' | 'eof' | 'define';

class Parser {
  readonly #tokens: TokenReader;
  readonly #pipelines: PipelineParser;
  readonly #name: string;
  readonly #named = new Map<string, readonly TemplateNode[]>();
  #rangeDepth = 0;
  /** Of the name that was read last. */
  #nameAt = 0;

  constructor(tokens: TokenReader, functionNames: ReadonlySet<string>, name: string) {
    this.#tokens = tokens;
    this.#pipelines = new PipelineParser(tokens, functionNames);
    this.#name = name;
  }

  parseAll(): { main: readonly TemplateNode[]; named: ReadonlyMap<string, readonly TemplateNode[]> } {
    const main: TemplateNode[] = [];
    for (;;) {
      const { nodes, end } = this.#list('define');
      main.push(...nodes);
      if (end === 'eof') break;
      if (end !== 'define') this.#tokens.fail(`unexpected {{${end}}}`);
      this.#define();
    }
    this.#add(this.#name, main);
    return { main, named: this.#named };
  }

  /** Up to what ends a list; at the top, also up to a definition, which stands nowhere else. */
  #list(alsoEnds?: 'define'): { nodes: TemplateNode[]; end: BlockEnd; chained?: string | undefined } {
    const nodes: TemplateNode[] = [];
    for (;;) {
      const token = this.#tokens.next();
      if (token.kind === 'eof') return { nodes, end: 'eof' };
      if (token.kind === 'text') {
        nodes.push({ kind: 'text', text: token.text });
        continue;
      }
      if (token.kind !== 'leftDelimiter') this.#tokens.unexpected(token, 'input');
      this.#tokens.actionLine = token.line;
      this.#tokens.skipSpace();
      const keyword = this.#tokens.peek();
      if (keyword.kind === 'keyword' && (keyword.text === 'end' || keyword.text === 'else')) {
        this.#tokens.next();
        if (keyword.text === 'end') this.#tokens.expectClose('end');
        else return { nodes, end: 'else', chained: this.#chainedKeyword() };
        return { nodes, end: keyword.text };
      }
      if (alsoEnds !== undefined && keyword.kind === 'keyword' && keyword.text === alsoEnds) {
        this.#tokens.next();
        return { nodes, end: alsoEnds };
      }
      nodes.push(this.#action());
      this.#tokens.actionLine = 0;
    }
  }

  // A definition that holds nothing but blanks gives way to another one.
  #add(name: string, nodes: readonly TemplateNode[]): void {
    const known = this.#named.get(name);
    if (!known || isBlank(known)) this.#named.set(name, nodes);
    else if (!isBlank(nodes)) this.#tokens.fail(`template: multiple definition of template ${quoteGo(name)}`);
  }

  // What may follow an else: the end of the action, or another block's keyword, which stays.
  #chainedKeyword(): string | undefined {
    this.#tokens.skipSpace();
    const { kind, text } = this.#tokens.peek();
    if (kind === 'keyword' && (text === 'if' || text === 'with')) return text;
    this.#tokens.expectClose('else');
    return undefined;
  }

  #action(): TemplateNode {
    const token = this.#tokens.peek();
    if (token.kind !== 'keyword') {
      const pipe = this.#pipelines.pipeline('command', 'rightDelimiter');
      return { kind: 'action', pipe };
    }
    this.#tokens.next();
    switch (token.text) {
      case 'if':
      case 'with':
        return this.#control(token.text);
      case 'range':
        return this.#control('range');
      case 'break':
      case 'continue':
        if (this.#rangeDepth === 0) this.#tokens.fail(`{{${token.text}}} outside {{range}}`);
        this.#tokens.expectClose(`{{${token.text}}}`);
        return { kind: token.text };
      case 'block':
        return this.#block();
      case 'template':
        return this.#template();
      default:
        return this.#tokens.unexpected(token, 'command');
    }
  }

  #control(kind: 'if' | 'with' | 'range'): TemplateNode {
    this.#tokens.enter();
    const variables = this.#pipelines.variables.length;
    const pipe = this.#pipelines.pipeline(kind, 'rightDelimiter');
    if (kind === 'range') this.#rangeDepth++;
    const body = this.#list();
    if (kind === 'range') this.#rangeDepth--;
    let otherwise: readonly TemplateNode[] = [];
    let { end } = body;
    if (end === 'else') {
      // `{{else if}}` and `{{else with}}` are an `if` within the else, that ends with it.
      if (body.chained !== undefined) {
        const keyword = this.#tokens.next();
        if (body.chained !== kind) this.#tokens.unexpected(keyword, 'input');
        otherwise = [this.#control(kind)];
        end = 'end';
      } else {
        const rest = this.#list();
        otherwise = rest.nodes;
        ({ end } = rest);
        if (end === 'else') this.#tokens.fail('expected end; found {{else}}');
      }
    }
    if (end === 'eof') this.#tokens.fail('unexpected EOF');
    this.#pipelines.variables.length = variables;
    this.#tokens.leave();
    return { kind, pipe, body: body.nodes, otherwise };
  }

  #define(): void {
    const name = this.#quotedName('define clause');
    this.#tokens.expectClose('define clause');
    this.#definition(name, 'define clause');
  }

  #block(): TemplateNode {
    const name = this.#quotedName('block clause');
    const at = this.#nameAt;
    const pipe = this.#pipelines.pipeline('block clause', 'rightDelimiter');
    this.#definition(name, 'block clause');
    return { kind: 'template', at, name, pipe };
  }

  /** Up to its end: a template of its own, that knows no variables of what is around it. */
  #definition(name: string, context: string): void {
    const outer = this.#pipelines.variables;
    this.#pipelines.variables = ['$'];
    const { nodes, end } = this.#list();
    if (end !== 'end') this.#tokens.fail(end === 'eof' ? 'unexpected EOF' : `unexpected {{${end}}} in ${context}`);
    this.#pipelines.variables = outer;
    this.#add(name, nodes);
  }

  #template(): TemplateNode {
    const name = this.#quotedName('template clause');
    const at = this.#nameAt;
    this.#tokens.skipSpace();
    if (this.#tokens.peek().kind === 'rightDelimiter') {
      this.#tokens.next();
      return { kind: 'template', at, name, pipe: undefined };
    }
    return { kind: 'template', at, name, pipe: this.#pipelines.pipeline('template clause', 'rightDelimiter') };
  }

  #quotedName(context: string): string {
    const token = this.#tokens.nextSolid();
    if (token.kind !== 'string') this.#tokens.unexpected(token, context);
    this.#nameAt = token.at;
    return unquoteGo(token.text) ?? this.#tokens.fail('invalid syntax');
  }
}

function isBlank(nodes: readonly TemplateNode[]): boolean {
  return nodes.every((node) => node.kind === 'text' && /^[\s\u0085]*$/.test(node.text));
}
