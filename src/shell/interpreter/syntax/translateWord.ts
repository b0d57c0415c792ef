import { type HereDoc, type ParsedScript, parse, type Word as WordSource, type WordPart } from 'unbash';
import { ANSI_ESCAPES, unescapeText } from '../expansion/escapes.ts';
import { type OperandTranslator, translateParameter } from './translateParameter.ts';
import type { Arithmetic, Part, Script, Word } from './tree.ts';

/** Where a word stands: in assignments tildes follow colons, too; in a subscript and a quoted operand there are none;
 *  a pattern keeps its backslashes as quotes even between double quotes. */
export type WordPlace = 'word' | 'assignment' | 'subscript' | 'quotedOperand' | 'operand' | 'pattern' | 'regex';

/** How scripts within words are made. */
export class WordContext {
  readonly script: (parsed: ParsedScript, pos: number) => Script;

  constructor(script: (parsed: ParsedScript, pos: number) => Script) {
    this.script = script;
  }

  /** A word cut out of another. Its substitutions know nothing of the lines around them. */
  reparsed(text: string, place: WordPlace): Word {
    if (!/[\\'"$`]/.test(text)) return translateWord({ text, value: text, pos: 0 }, place, this);
    return translateWord(parseWord(text), place, this);
  }
}

type WordLike = Pick<WordSource, 'text' | 'value' | 'pos'> & { readonly parts?: readonly WordPart[] | undefined };

/** A word by itself, whatever characters of syntax stand in it unquoted. */
export function parseWord(text: string): WordLike {
  const parsed = parse(`x=${text}`);
  const command = parsed.commands[0]?.command;
  const assignment = command?.type === 'Command' ? command.prefix[0] : undefined;
  const value = assignment?.type === 'Assignment' ? assignment.value : undefined;
  if (value?.type === 'Word' && value.text === text && !parsed.errors) return value;
  // Blanks and operators: as between double quotes.
  return { text, value: text, pos: 0, parts: parseQuotedText(text) };
}

/** Text as between double quotes, but with quotes standing for themselves. */
export function parseQuotedText(text: string): readonly WordPart[] {
  let delimiter = 'E';
  while (text.includes(delimiter)) delimiter += 'O';
  const command = parse(`<<${delimiter}\n${text}\n${delimiter}\n`).commands[0]?.command;
  const redirect = command?.type === 'Command' ? command.prefix[0] : undefined;
  const parts = redirect?.type === 'HereDoc' ? redirect.body.parts : undefined;
  if (!parts) return [{ type: 'Literal', pos: 0, end: text.length, value: text, text }];
  const last = parts.at(-1);
  if (last?.type !== 'Literal') return parts;
  return [...parts.slice(0, -1), { ...last, value: last.value.replace(/\n$/, ''), text: last.text.replace(/\n$/, '') }];
}

/** The parts of a text that is expanded as between double quotes: a prompt, a here-document made at run time. */
export function quotedTextParts(text: string, script: WordContext['script']): readonly Part[] {
  const translator = new PartTranslator('quotedOperand', new WordContext(script));
  for (const part of parseQuotedText(text)) translator.addQuoted(part);
  return translator.parts;
}

export function translateWord(word: WordLike, place: WordPlace, context: WordContext): Word {
  const translator = new PartTranslator(place, context);
  if (word.parts) {
    for (const part of word.parts) translator.add(part, part === word.parts.at(-1));
  } else if (place === 'quotedOperand') translator.text(word.value, true);
  else translator.bare(word.text, true);
  const { parts } = translator;
  return { text: word.text, parts, literal: literalOf(parts, word.text), hasBraces: translator.hasBraces };
}

export function translateHereDocument(node: HereDoc, context: WordContext): readonly Part[] {
  const isQuoted = node.delimiter?.quoted === true;
  const translator = new PartTranslator('quotedOperand', context);
  const { text } = node.body;
  if (isQuoted || !node.body.parts) translator.text(isQuoted ? text : unescapeHere(text), true);
  else for (const part of node.body.parts) translator.addQuoted(part);
  return node.operator === '<<-' ? withoutTabs(translator.parts) : translator.parts;
}

function unescapeHere(text: string): string {
  return text.includes('\\') ? text.replace(/\\([$`\\\n])/g, (_, c) => (c === '\n' ? '' : c)) : text;
}

/** `<<-`: tabs at the beginning of lines as written are gone. */
function withoutTabs(parts: readonly Part[]): readonly Part[] {
  let isLineStart = true;
  return parts.map((part) => {
    if (part.kind !== 'text') {
      isLineStart = false;
      return part;
    }
    const text = (isLineStart ? part.text.replace(/^\t+/, '') : part.text).replace(/\n\t+/g, '\n');
    isLineStart = part.text.endsWith('\n');
    return { ...part, text };
  });
}

export function translateArithmetic(text: string, context: WordContext): Arithmetic {
  if (!/[$`\\"']/.test(text)) return { text, parts: undefined };
  const translator = new PartTranslator('quotedOperand', context);
  for (const part of parseQuotedText(text)) {
    if (part.type === 'Literal') translator.text(part.value.replaceAll('"', ''), true);
    else translator.addQuoted(part);
  }
  return { text, parts: translator.parts };
}

function literalOf(parts: readonly Part[], text: string): string | undefined {
  let literal = '';
  for (const part of parts) {
    if (part.kind === 'quoted') {
      const inner = literalOf(part.parts, text);
      if (inner === undefined) return undefined;
      literal += inner;
    } else if (part.kind !== 'text' || (!part.isQuoted && hasPattern(part.text))) return undefined;
    else literal += part.text;
  }
  return literal;
}

/** Whether a text that is not quoted could be a pattern. */
export function hasPattern(text: string): boolean {
  return /[*?[]|[@!+]\(/.test(text);
}

class PartTranslator {
  readonly parts: Part[] = [];
  hasBraces = false;
  readonly #place: WordPlace;
  readonly #context: WordContext;

  constructor(place: WordPlace, context: WordContext) {
    this.#place = place;
    this.#context = context;
  }

  get #operands(): OperandTranslator {
    const context = this.#context;
    return {
      word: (word, place) => translateWord(word, place, context),
      arithmetic: (text) => translateArithmetic(text, context),
    };
  }

  text(text: string, isQuoted: boolean): void {
    const last = this.parts.at(-1);
    if (last?.kind === 'text' && last.isQuoted === isQuoted) {
      this.parts[this.parts.length - 1] = { kind: 'text', text: last.text + text, isQuoted };
    } else if (text !== '' || isQuoted) this.parts.push({ kind: 'text', text, isQuoted });
  }

  add(part: WordPart, isLast: boolean): void {
    switch (part.type) {
      case 'Literal':
        if (this.#place === 'quotedOperand') this.text(part.value, true);
        else this.bare(part.text, isLast);
        break;
      case 'Glob':
        if (part.kind === 'bracket') this.#bracket(part.text, part.parts);
        else this.text(part.text, false);
        break;
      case 'ExtendedGlob':
        this.text(`${part.operator}(`, false);
        if (part.parts) for (const inner of part.parts) this.add(inner, false);
        else this.bare(part.pattern, false);
        this.text(')', false);
        break;
      case 'BraceExpansion':
        this.hasBraces = this.#place === 'word';
        // Its parts lack the braces. They are what a shell without brace expansion sees.
        if (!part.parts) this.bare(part.text, false);
        else {
          this.text('{', false);
          for (const inner of part.parts) this.add(inner, false);
          this.text('}', false);
        }
        break;
      default:
        this.addQuoted(part, this.#place === 'quotedOperand');
    }
  }

  #bracket(text: string, inner: readonly WordPart[]): void {
    if (inner.every(({ type }) => type === 'Literal')) {
      this.bare(text, false);
      return;
    }
    this.text('[', false);
    for (const part of inner) this.add(part, false);
    this.text(']', false);
  }

  /** Parts that are the same between double quotes and outside. */
  addQuoted(part: WordPart, isQuoted = true): void {
    switch (part.type) {
      case 'Literal':
        this.text(part.value, true);
        break;
      case 'SingleQuoted':
        this.text(part.value, true);
        break;
      case 'AnsiCQuoted':
        this.text(unescapeText(part.text.replace(/^\$'|'$/g, ''), ANSI_ESCAPES).text.replace(/\0.*$/s, ''), true);
        break;
      case 'DoubleQuoted':
      case 'LocaleString': {
        const inner = new PartTranslator('quotedOperand', this.#context);
        for (const child of part.parts) inner.addQuoted(child);
        this.parts.push({ kind: 'quoted', parts: inner.parts });
        break;
      }
      case 'SimpleExpansion':
        this.parts.push({
          kind: 'parameter',
          text: part.text,
          name: part.text.slice(1),
          prefix: undefined,
          index: undefined,
          operation: undefined,
        });
        break;
      case 'ParameterExpansion':
        this.parts.push(translateParameter(part, isQuoted, this.#operands));
        break;
      case 'CommandExpansion':
        if (part.script) this.parts.push({ kind: 'command', script: this.#context.script(part.script, part.pos) });
        break;
      case 'ArithmeticExpansion': {
        const text = part.text.startsWith('$[') ? part.text.slice(2, -1) : part.text.slice(3, -2);
        this.parts.push({ kind: 'arithmetic', expression: translateArithmetic(text, this.#context) });
        break;
      }
      case 'ProcessSubstitution':
        if (part.script) {
          const script = this.#context.script(part.script, part.pos);
          this.parts.push({ kind: 'process', direction: part.operator, script });
        }
        break;
      default:
        this.text(part.text, isQuoted);
    }
  }

  /** Text outside quotes: a backslash quotes what follows, a tilde at the right place is a home. */
  bare(text: string, isLast: boolean): void {
    if (!/[\\~]/.test(text)) {
      this.text(text, false);
      return;
    }
    let start = 0;
    const isStart = this.parts.length === 0;
    for (let i = 0; i < text.length; i++) {
      if (text[i] === '\\') {
        this.text(text.slice(start, i), false);
        if (i + 1 === text.length) this.text('\\', true);
        else if (text[i + 1] !== '\n') this.text(text[i + 1] as string, true);
        i++;
        start = i + 1;
      } else if (text[i] === '~' && this.#mayBeTilde(text, i, isStart)) {
        const end = tildeEnd(text, i + 1, this.#place === 'assignment' || looksAssigned(text, i));
        if (end === undefined || (end === text.length && !isLast)) continue;
        this.text(text.slice(start, i), false);
        this.parts.push({ kind: 'tilde', user: text.slice(i + 1, end) });
        i = end - 1;
        start = end;
      }
    }
    this.text(text.slice(start), false);
  }

  #mayBeTilde(text: string, at: number, isStart: boolean): boolean {
    if (at === 0) return isStart && this.#place !== 'subscript' && this.#place !== 'regex';
    if (this.#place === 'assignment') return text[at - 1] === ':';
    return isStart && this.#place === 'word' && looksAssigned(text, at);
  }
}

function looksAssigned(text: string, tildeAt: number): boolean {
  return /^[A-Za-z_]\w*=(?:.*:)?$/s.test(text.slice(0, tildeAt));
}

function tildeEnd(text: string, from: number, endsAtColon: boolean): number | undefined {
  for (let i = from; i < text.length; i++) {
    const character = text[i] as string;
    if (character === '/' || (character === ':' && endsAtColon)) return i;
    if (!/[\w.+-]/.test(character)) return undefined;
  }
  return text.length;
}
