import type { NumberConstant } from './numberConstant.ts';

/** The tree of a template. `at` is where messages say that it is. */
export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipe: PipeNode }
  | {
      readonly kind: 'if' | 'with';
      readonly pipe: PipeNode;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    }
  | {
      readonly kind: 'range';
      readonly pipe: PipeNode;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    }
  | { readonly kind: 'break' | 'continue' }
  | { readonly kind: 'template'; readonly at: number; readonly name: string; readonly pipe: PipeNode | undefined };

export interface PipeNode {
  readonly kind: 'pipe';
  readonly at: number;
  readonly variables: readonly string[];
  readonly isAssignment: boolean;
  readonly commands: readonly CommandNode[];
}

export interface CommandNode {
  readonly at: number;
  readonly arguments: readonly ArgumentNode[];
}

export type ArgumentNode =
  | { readonly kind: 'dot'; readonly at: number }
  | { readonly kind: 'nil'; readonly at: number }
  | { readonly kind: 'bool'; readonly at: number; readonly value: boolean }
  | { readonly kind: 'number'; readonly at: number; readonly text: string; readonly constant: NumberConstant }
  | { readonly kind: 'string'; readonly at: number; readonly quoted: string; readonly value: string }
  | { readonly kind: 'field'; readonly at: number; readonly names: readonly string[] }
  /** `$x.A.B`: the name with its dollar, then fields. */
  | { readonly kind: 'variable'; readonly at: number; readonly names: readonly string[] }
  | { readonly kind: 'identifier'; readonly at: number; readonly name: string }
  /** Fields of what is no field itself: `(index . 0).Name`. */
  | { readonly kind: 'chain'; readonly at: number; readonly node: ArgumentNode; readonly names: readonly string[] }
  | PipeNode;

/** A node as Go's String methods write it, for messages. */
export function nodeText(node: ArgumentNode): string {
  switch (node.kind) {
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(node.value);
    case 'number':
      return node.text;
    case 'string':
      return node.quoted;
    case 'field':
      return node.names.map((name) => `.${name}`).join('');
    case 'variable':
      return node.names.join('.');
    case 'identifier':
      return node.name;
    case 'chain': {
      const inner = node.node.kind === 'pipe' ? `(${nodeText(node.node)})` : nodeText(node.node);
      return inner + node.names.map((name) => `.${name}`).join('');
    }
    case 'pipe': {
      const declared = node.variables.join(', ');
      const commands = node.commands.map(commandText).join(' | ');
      return declared === '' ? commands : `${declared} ${node.isAssignment ? '=' : ':='} ${commands}`;
    }
  }
}

export function commandText(command: CommandNode): string {
  return command.arguments
    .map((argument) => (argument.kind === 'pipe' ? `(${nodeText(argument)})` : nodeText(argument)))
    .join(' ');
}
