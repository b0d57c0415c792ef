import { quoteGo } from '../commandLine/flagValue.ts';
import { Evaluation, type ExecuteOptions } from './evaluation.ts';
import { Execution, MAX_STEPS } from './execution.ts';
import { formatValue } from './goFormat.ts';
import { asElement, behind, goInt, type GoValue, isTrue, items, sortedMembers, STRING } from './goValue.ts';
import { nodeText, type PipeNode, type TemplateNode } from './nodes.ts';
import type { ParsedTemplate } from './parser.ts';

/** Templates that call each other. */
const MAX_CALLS = 500;

/** Executes a template on a value. Throws TemplateError in Go's words; `partial` is told what came before it. */
export function executeTemplate(
  template: ParsedTemplate,
  data: GoValue | undefined,
  options: ExecuteOptions,
  partial?: (text: string) => void,
): string {
  const run = new Execution(template, data);
  try {
    new Walk(template, run, new Evaluation(run, options)).walk(template.main, data);
    return run.output();
  } catch (error) {
    partial?.(run.output());
    throw error;
  }
}

type Flow = 'next' | 'break' | 'continue';

/** Goes through the nodes of a template and writes what they give. */
class Walk {
  readonly #template: ParsedTemplate;
  readonly #run: Execution;
  readonly #evaluation: Evaluation;
  #calls = 0;

  constructor(template: ParsedTemplate, run: Execution, evaluation: Evaluation) {
    this.#template = template;
    this.#run = run;
    this.#evaluation = evaluation;
  }

  walk(nodes: readonly TemplateNode[], dot: GoValue | undefined): Flow {
    for (const node of nodes) {
      this.#run.countStep();
      const flow = this.#step(node, dot);
      if (flow !== 'next') return flow;
    }
    return 'next';
  }

  #step(node: TemplateNode, dot: GoValue | undefined): Flow {
    switch (node.kind) {
      case 'text':
        this.#run.write(node.text);
        return 'next';
      case 'action': {
        const value = this.#evaluation.pipeline(node.pipe, dot);
        if (node.pipe.variables.length === 0) this.#print(value);
        return 'next';
      }
      case 'if':
      case 'with': {
        const mark = this.#run.variables.length;
        const value = this.#evaluation.pipeline(node.pipe, dot);
        const flow = isTrue(value)
          ? this.walk(node.body, node.kind === 'with' ? value : dot)
          : this.walk(node.otherwise, dot);
        this.#run.variables.length = mark;
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
    if (!value) return this.#run.write('<no value>');
    let shown: GoValue | undefined = value;
    // A pointer is printed as what it points to.
    if (shown.type.kind === 'pointer') shown = behind(shown);
    if (shown?.type.kind === 'interface' && shown.data === null) shown = undefined;
    this.#run.write(shown ? formatValue(shown) : value.type.kind === 'pointer' ? '<nil>' : '<no value>');
  }

  #range(node: Extract<TemplateNode, { kind: 'range' }>, dot: GoValue | undefined): Flow {
    const mark = this.#run.variables.length;
    const given = this.#evaluation.pipeline(node.pipe, dot);
    const value = behind(given);
    if (given && !value) this.#run.failHere(`range can't iterate over ${formatValue(given)}`);
    const inner = this.#run.variables.length;
    const { variables, isAssignment } = node.pipe;
    const rows = this.#rows(node.pipe, value);
    for (const [key, element] of rows) {
      const bound: (GoValue | undefined)[] = variables.length > 1 ? [key, element] : [element];
      variables.forEach((name, i) => {
        if (isAssignment) this.#run.assign(name, bound[i]);
        else this.#run.bind(inner - variables.length + i, bound[i]);
      });
      const flow = this.walk(node.body, element);
      this.#run.variables.length = inner;
      if (flow === 'break') break;
    }
    const flow = rows.length === 0 ? this.walk(node.otherwise, dot) : 'next';
    this.#run.variables.length = mark;
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
          this.#run.failHere(`can't use ${formatValue(value)} to iterate over more than one variable`);
        }
        const count = Math.min(Math.max(Number(value.data), 0), MAX_STEPS);
        return Array.from({ length: count }, (_, i) => [undefined, { type: value.type, data: BigInt(i) }] as const);
      }
      default:
        return this.#run.failHere(`range can't iterate over ${formatValue(value)}`);
    }
  }

  #callTemplate(node: Extract<TemplateNode, { kind: 'template' }>, dot: GoValue | undefined): undefined {
    const shown = `{{template ${quoteGo(node.name)}${node.pipe ? ` ${nodeText(node.pipe)}` : ''}}}`;
    const body = this.#template.named.get(node.name);
    if (!body) this.#run.fail(node, shown, `template ${quoteGo(node.name)} not defined`);
    if (++this.#calls > MAX_CALLS) this.#run.fail(node, shown, `exceeded maximum template depth (${MAX_CALLS})`);
    const data = node.pipe && this.#evaluation.pipeline(node.pipe, dot);
    const outer = this.#run.variables;
    const outerName = this.#run.name;
    this.#run.variables = [{ name: '$', value: data }];
    this.#run.name = node.name;
    this.walk(body, data);
    this.#run.variables = outer;
    this.#run.name = outerName;
    this.#calls--;
  }
}
