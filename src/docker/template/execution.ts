import { quoteGo } from '../commandLine/flagValue.ts';
import type { GoValue } from './goValue.ts';
import { type ArgumentNode, nodeText } from './nodes.ts';
import type { ParsedTemplate } from './parser.ts';
import { TemplateError } from './templateError.ts';

/** What may be written and done before a template is given up. */
const MAX_OUTPUT = 64 * 1024 * 1024;
export const MAX_STEPS = 5_000_000;

interface Variable {
  readonly name: string;
  value: GoValue | undefined;
}

/** How far a template is executed: what it wrote, the variables that are known, and the place that errors name. */
export class Execution {
  readonly #template: ParsedTemplate;
  readonly #chunks: string[] = [];
  #length = 0;
  #steps = 0;
  /** The innermost last. */
  variables: Variable[];
  /** Of the template that is executed: its own, or of one that it calls. */
  name: string;
  /** What was looked at last: where some errors say that they are. */
  current: ArgumentNode | undefined;

  constructor(template: ParsedTemplate, data: GoValue | undefined) {
    this.#template = template;
    this.name = template.name;
    this.variables = [{ name: '$', value: data }];
  }

  output(): string {
    return this.#chunks.join('');
  }

  write(text: string): undefined {
    this.#length += text.length;
    if (this.#length > MAX_OUTPUT) throw new TemplateError('template: :1: output is too long');
    this.#chunks.push(text);
  }

  fail(node: { readonly at: number }, shown: string, message: string): never {
    const before = this.#template.text.slice(0, node.at);
    const lineStart = before.lastIndexOf('\n') + 1;
    const line = before.split('\n').length;
    // Columns count bytes.
    const where = `${line}:${new TextEncoder().encode(before.slice(lineStart)).length}`;
    throw new TemplateError(
      `template: ${this.#template.name}:${where}: executing ${quoteGo(this.name)} at <${shown}>: ${message}`,
    );
  }

  failAt(node: ArgumentNode, message: string): never {
    return this.fail(node, nodeText(node), message);
  }

  failHere(message: string): never {
    return this.failAt(this.current as ArgumentNode, message);
  }

  /** Throws TemplateError after too many. */
  countStep(): void {
    if (++this.#steps > MAX_STEPS) throw new TemplateError('template: :1: execution takes too long');
  }

  assign(name: string, value: GoValue | undefined): undefined {
    const variable = this.variables.findLast((one) => one.name === name);
    if (!variable) this.failHere(`undefined variable: ${name}`);
    variable.value = value;
  }

  /** Gives the variable at that place a value. */
  bind(place: number, value: GoValue | undefined): void {
    (this.variables[place] as Variable).value = value;
  }
}
