import type {
  Assignment as AssignmentSource,
  AndOr,
  ArithmeticExpression,
  ArithmeticFor,
  Case,
  Command,
  CommandArgument,
  CompoundList,
  Coproc,
  Function as FunctionSource,
  If,
  ParsedScript,
  Pipeline,
  Redirection,
  Statement as StatementSource,
  TestExpression,
} from 'unbash';
import { faultOf, parenthesisFault } from './fault.ts';
import { LineTable } from './lineTable.ts';
import { translateArithmetic, translateHereDocument, translateWord, WordContext } from './translateWord.ts';
import type {
  ArrayElement,
  Assignment,
  CaseNode,
  List,
  Node,
  Redirect,
  Script,
  SimpleCommand,
  Statement,
  SyntaxFault,
  Test,
  Word,
} from './tree.ts';

type SourceNode = StatementSource['command'] | CompoundList;

/** The tree to be executed of what the parser made of a text. `firstLine` is the number of the text's first line. */
export function translateScript(parsed: ParsedScript, text: string, firstLine: number): Script {
  const lines = new LineTable(text, firstLine);
  return new Translator(text, lines).script(parsed);
}

class Translator {
  readonly #text: string;
  readonly #lines: LineTable;
  readonly #words: WordContext;
  /** The first fault in a substitution's script: the shell finds it while it reads the word. */
  #innerFault: SyntaxFault | undefined;

  constructor(text: string, lines: LineTable) {
    this.#text = text;
    this.#lines = lines;
    this.#words = new WordContext((parsed, pos) => this.#nested(parsed, pos));
  }

  script(parsed: ParsedScript): Script {
    const statements = parsed.commands.map((statement) => this.#statement(statement));
    const own = faultOf(parsed, this.#text, this.#lines);
    const inner = this.#innerFault;
    const fault = own && inner ? (inner.pos < own.pos ? inner : own) : (own ?? inner);
    return { text: this.#text, statements, fault };
  }

  #nested(parsed: ParsedScript, pos: number): Script {
    const { source } = parsed;
    if (source !== undefined) {
      const script = translateScript(parsed, source, this.#lines.lineAt(pos));
      return script;
    }
    const outer = this.#innerFault;
    const script = this.script(parsed);
    this.#innerFault = outer ?? (script.fault && { ...script.fault, isIncomplete: false });
    return { ...script, text: this.#text.slice(parsed.pos, parsed.end) };
  }

  #line(node: { readonly pos: number }): number {
    return this.#lines.lineAt(node.pos);
  }

  #slice(node: { readonly pos: number; readonly end: number }): string {
    return this.#text.slice(node.pos, node.end);
  }

  #list(list: CompoundList): List {
    return list.commands.map((statement) => this.#statement(statement));
  }

  #statement(statement: StatementSource): Statement {
    const text = this.#slice(statement.command);
    return {
      node: this.#node(statement.command),
      isBackground: statement.background === true,
      pos: statement.pos,
      end: statement.end,
      text,
    };
  }

  #word(word: Parameters<typeof translateWord>[0]): Word {
    return translateWord(word, 'word', this.#words);
  }

  #node(node: SourceNode): Node {
    switch (node.type) {
      case 'Command':
        return this.#simple(node);
      case 'Pipeline':
        return this.#pipeline(node);
      case 'AndOr':
        return this.#andOr(node);
      case 'If':
        return this.#if(node);
      case 'For': {
        const words = node.wordlist?.map((word) => this.#word(word));
        return { kind: 'for', line: this.#line(node), name: node.name.text, words, body: this.#list(node.body) };
      }
      case 'ArithmeticFor':
        return this.#arithmeticFor(node);
      case 'Select': {
        const words = node.wordlist?.map((word) => this.#word(word));
        return { kind: 'select', line: this.#line(node), name: node.name.text, words, body: this.#list(node.body) };
      }
      case 'While': {
        const isUntil = node.kind === 'until';
        return { kind: 'while', isUntil, condition: this.#list(node.clause), body: this.#list(node.body) };
      }
      case 'Subshell':
        return { kind: 'subshell', line: this.#line(node), body: this.#list(node.body), text: this.#slice(node) };
      case 'BraceGroup':
        return { kind: 'group', body: this.#list(node.body) };
      case 'CompoundList':
        return { kind: 'group', body: this.#list(node) };
      case 'Case':
        return this.#case(node);
      case 'TestCommand':
        return {
          kind: 'test',
          line: this.#line(node),
          expression: this.#test(node.expression),
          text: this.#slice(node),
        };
      case 'ArithmeticCommand': {
        const expression = translateArithmetic(node.body, this.#words);
        return { kind: 'arithmetic', line: this.#line(node), expression, text: this.#slice(node) };
      }
      case 'Redirected': {
        const redirects = node.redirects.map((redirect) => this.#redirect(redirect));
        return { kind: 'redirected', line: this.#line(node), node: this.#node(node.command), redirects };
      }
      case 'Function':
        return this.#function(node);
      case 'Coproc':
        return this.#coproc(node);
    }
  }

  #simple(node: Command): SimpleCommand {
    const assignments: Assignment[] = [];
    const redirects: Redirect[] = [];
    const words: (Word | Assignment)[] = [];
    for (const item of node.prefix) {
      if (item.type === 'Assignment') assignments.push(this.#assignment(item));
      else redirects.push(this.#redirect(item));
    }
    if (node.name) {
      words.push(this.#word(node.name));
      this.#innerFault ??= parenthesisFault(this.#text, node.name.end, this.#lines);
    }
    for (const item of node.suffix) {
      if (item.type === 'Word' || item.type === 'Assignment') words.push(this.#argument(item));
      else redirects.push(this.#redirect(item));
    }
    const literals = words.map((word) => ('kind' in word || word.hasBraces ? undefined : word.literal));
    const argv = literals.every((literal) => literal !== undefined) ? (literals as string[]) : undefined;
    return { kind: 'simple', line: this.#line(node), text: this.#slice(node), assignments, words, redirects, argv };
  }

  #argument(node: CommandArgument): Word | Assignment {
    return node.type === 'Word' ? this.#word(node) : this.#assignment(node);
  }

  #assignment(node: AssignmentSource): Assignment {
    const { value } = node;
    return {
      kind: 'assignment',
      name: node.name,
      index: node.index && translateWord(node.index, 'subscript', this.#words),
      appends: node.append === true,
      value:
        value.type === 'Word'
          ? translateWord(value, 'assignment', this.#words)
          : value.elements.map((element) => this.#element(element)),
      text: node.text,
    };
  }

  #element(element: Parameters<typeof translateWord>[0]): ArrayElement {
    const subscript = subscriptEnd(element.text);
    if (subscript < 0) return { index: undefined, appends: false, value: this.#word(element) };
    const appends = element.text[subscript] === '+';
    const text = element.text.slice(subscript + (appends ? 2 : 1));
    return {
      index: this.#words.reparsed(element.text.slice(1, subscript - 1), 'subscript'),
      appends,
      value: this.#words.reparsed(text, 'assignment'),
    };
  }

  #redirect(node: Redirection): Redirect {
    const { descriptor } = node;
    const fd = descriptor && (descriptor.type === 'FileDescriptor' ? descriptor.value : descriptor.name);
    if (node.type === 'Redirect') {
      const target = node.target ? this.#word(node.target) : { text: '', parts: [], literal: '', hasBraces: false };
      return { kind: 'file', operator: node.operator, fd, target };
    }
    if (node.type === 'HereString') {
      const word = node.target && translateWord(node.target, 'word', this.#words);
      return { kind: 'text', fd, word, parts: undefined, delimiter: '', body: '' };
    }
    const delimiter = node.delimiter?.text ?? '';
    const parts = translateHereDocument(node, this.#words);
    return { kind: 'text', fd, word: undefined, parts, delimiter, body: node.body.text };
  }

  #pipeline(node: Pipeline): Node {
    const time = node.prefixes.find((prefix) => prefix.type === 'Time');
    const negations = node.prefixes.filter((prefix) => prefix.type === 'Negation').length;
    return {
      kind: 'pipeline',
      stages: node.commands.map((command) => this.#node(command)),
      sendsErrors: node.operators.map((operator) => operator === '|&'),
      isNegated: negations % 2 === 1,
      time: time?.type !== 'Time' ? undefined : time.posix ? 'posix' : 'bash',
      text: this.#slice(node),
    };
  }

  #andOr(node: AndOr): Node {
    const [first, ...rest] = node.commands.map((command) => this.#node(command));
    return {
      kind: 'andOr',
      first: first as Node,
      rest: rest.map((command, i) => ({ operator: node.operators[i] as '&&' | '||', node: command })),
    };
  }

  #if(node: If): Node {
    const branches = [{ condition: this.#list(node.clause), body: this.#list(node.then) }];
    for (const elif of node.elif) branches.push({ condition: this.#list(elif.clause), body: this.#list(elif.then) });
    return { kind: 'if', branches, otherwise: node.else && this.#list(node.else) };
  }

  #arithmeticFor(node: ArithmeticFor): Node {
    const expression = (part: ArithmeticExpression | undefined) =>
      part && translateArithmetic(this.#slice(part), this.#words);
    return {
      kind: 'arithmeticFor',
      line: this.#line(node),
      start: expression(node.initialize),
      test: expression(node.test),
      step: expression(node.update),
      body: this.#list(node.body),
    };
  }

  #case(node: Case): CaseNode {
    return {
      kind: 'case',
      line: this.#line(node),
      word: translateWord(node.word, 'word', this.#words),
      items: node.items.map((item) => ({
        patterns: item.pattern.map((pattern) => translateWord(pattern, 'word', this.#words)),
        body: this.#list(item.body),
        ending: item.terminator ?? ';;',
      })),
    };
  }

  #function(node: FunctionSource): Node {
    const body = this.#node(node.body);
    return { kind: 'function', line: this.#line(node), name: node.name.value, body, text: this.#slice(node) };
  }

  #coproc(node: Coproc): Node {
    const name = node.name?.text ?? 'COPROC';
    return { kind: 'coproc', name, body: this.#node(node.body), text: this.#slice(node) };
  }

  #test(node: TestExpression): Test {
    switch (node.type) {
      case 'TestUnary':
        return { kind: 'unary', operator: node.operator, operand: translateWord(node.operand, 'word', this.#words) };
      case 'TestBinary': {
        const left = translateWord(node.left, 'word', this.#words);
        const right = translateWord(node.right, node.operator === '=~' ? 'regex' : 'word', this.#words);
        return { kind: 'binary', operator: node.operator, left, right };
      }
      case 'TestLogical':
        return {
          kind: 'logical',
          operator: node.operator,
          operands: node.operands.map((operand) => this.#test(operand)),
        };
      case 'TestNot': {
        const operand = this.#test(node.operand);
        return node.negations.length % 2 === 1 ? { kind: 'not', operand } : operand;
      }
      case 'TestGroup':
        return this.#test(node.expression);
    }
  }
}

/** Where `=` or `+=` stands behind the subscript of `[...]=value`; -1 where it is none. */
function subscriptEnd(text: string): number {
  if (text[0] !== '[') return -1;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i] as string;
    if (character === '\\') i++;
    else if (character === "'" || character === '"') {
      const close = text.indexOf(character, i + 1);
      if (close < 0) return -1;
      i = close;
    } else if (character === '[') depth++;
    else if (character === ']' && --depth === 0) {
      return text[i + 1] === '=' || text.startsWith('+=', i + 1) ? i + 1 : -1;
    }
  }
  return -1;
}
