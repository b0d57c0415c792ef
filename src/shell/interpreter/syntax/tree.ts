// The tree that is executed. It is made once from the parser's (translate.ts), with words cut into what each expands to.

/** A word as it was written, in parts. */
export interface Word {
  readonly text: string;
  readonly parts: readonly Part[];
  /** What it always expands to; undefined where that depends on anything. */
  readonly literal: string | undefined;
  /** Whether the text has braces to be expanded first. */
  readonly hasBraces: boolean;
}

export type Part = TextPart | QuotedPart | TildePart | ParameterPart | CommandPart | ArithmeticPart | ProcessPart;

export interface TextPart {
  readonly kind: 'text';
  readonly text: string;
  /** Nothing in it is a pattern, or split. */
  readonly isQuoted: boolean;
}

/** Between double quotes. */
export interface QuotedPart {
  readonly kind: 'quoted';
  readonly parts: readonly Part[];
}

/** `~`, `~user`, `~+`, `~-`: what follows the tilde. */
export interface TildePart {
  readonly kind: 'tilde';
  readonly user: string;
}

export type Subscript = '@' | '*' | Word;

export interface ParameterPart {
  readonly kind: 'parameter';
  /** As written, for messages. */
  readonly text: string;
  readonly name: string;
  readonly prefix: '!' | '#' | undefined;
  readonly index: Subscript | undefined;
  readonly operation: Operation | undefined;
}

export type Operation =
  | {
      readonly kind: 'default' | 'assign' | 'alternative' | 'error';
      /** With a colon: an empty value counts as none. */
      readonly isEmptyUnset: boolean;
      readonly operand: Word;
    }
  | {
      readonly kind: 'remove';
      readonly side: 'prefix' | 'suffix';
      readonly isLongest: boolean;
      readonly pattern: Word;
    }
  | {
      readonly kind: 'replace';
      readonly where: 'first' | 'all' | 'prefix' | 'suffix';
      readonly pattern: Word;
      readonly replacement: Word;
    }
  | { readonly kind: 'slice'; readonly offset: Arithmetic; readonly length: Arithmetic | undefined }
  | {
      readonly kind: 'case';
      readonly change: 'upper' | 'lower' | 'toggle';
      readonly isAll: boolean;
      readonly pattern: Word | undefined;
    }
  | { readonly kind: 'transform'; readonly operator: string }
  | { readonly kind: 'names'; readonly joins: boolean }
  | { readonly kind: 'bad' };

export interface CommandPart {
  readonly kind: 'command';
  readonly script: Script;
}

export interface ArithmeticPart {
  readonly kind: 'arithmetic';
  readonly expression: Arithmetic;
}

export interface ProcessPart {
  readonly kind: 'process';
  readonly direction: '<' | '>';
  readonly script: Script;
}

/** An arithmetic expression: text when nothing in it is to be expanded first, else the parts that give the text. */
export interface Arithmetic {
  readonly text: string;
  readonly parts: readonly Part[] | undefined;
}

export interface Assignment {
  readonly kind: 'assignment';
  readonly name: string;
  readonly index: Word | undefined;
  readonly appends: boolean;
  readonly value: Word | readonly ArrayElement[];
  /** As written. */
  readonly text: string;
}

export interface ArrayElement {
  readonly index: Word | undefined;
  readonly appends: boolean;
  readonly value: Word;
}

export type Redirect =
  | {
      readonly kind: 'file';
      readonly operator: '>' | '>>' | '<' | '<>' | '>|' | '&>' | '&>>' | '<&' | '>&';
      readonly fd: number | string | undefined;
      readonly target: Word;
    }
  | {
      readonly kind: 'text';
      readonly fd: number | string | undefined;
      /** A here-string's word, or a here-document's parts. */
      readonly word: Word | undefined;
      readonly parts: readonly Part[] | undefined;
      /** A here-document as written: its delimiter and body. */
      readonly delimiter: string;
      readonly body: string;
    };

/** A list of statements with what is wrong behind them. */
export interface Script {
  readonly text: string;
  readonly statements: readonly Statement[];
  readonly fault: SyntaxFault | undefined;
}

export interface SyntaxFault {
  readonly kind: 'token' | 'end' | 'quote' | 'words';
  /** The token that nobody expected, the quote that was not closed, or the shell's own words. */
  readonly token: string;
  readonly line: number;
  /** The line as written. */
  readonly lineText: string;
  readonly pos: number;
  /** The last statement is only half there. */
  readonly breaksLast: boolean;
  /** What should have come instead, where only one thing could. */
  readonly expected: string | undefined;
  /** More text could mend it. */
  readonly isIncomplete: boolean;
}

export interface Statement {
  readonly node: Node;
  readonly isBackground: boolean;
  readonly pos: number;
  readonly end: number;
  /** As written, without what ends it. */
  readonly text: string;
}

export type Node =
  | SimpleCommand
  | PipelineNode
  | AndOrNode
  | IfNode
  | ForNode
  | ArithmeticForNode
  | SelectNode
  | WhileNode
  | CaseNode
  | GroupNode
  | SubshellNode
  | FunctionNode
  | TestNode
  | ArithmeticNode
  | CoprocNode
  | RedirectedNode;

export type List = readonly Statement[];

export interface SimpleCommand {
  readonly kind: 'simple';
  readonly line: number;
  readonly text: string;
  readonly assignments: readonly Assignment[];
  readonly words: readonly (Word | Assignment)[];
  readonly redirects: readonly Redirect[];
  /** The fields, when all words are literals. */
  readonly argv: readonly string[] | undefined;
}

export interface PipelineNode {
  readonly kind: 'pipeline';
  readonly stages: readonly Node[];
  /** Whether stage i sends its errors into the pipe, too. */
  readonly sendsErrors: readonly boolean[];
  readonly isNegated: boolean;
  readonly time: 'bash' | 'posix' | undefined;
  readonly text: string;
}

export interface AndOrNode {
  readonly kind: 'andOr';
  readonly first: Node;
  readonly rest: readonly { readonly operator: '&&' | '||'; readonly node: Node }[];
}

export interface IfNode {
  readonly kind: 'if';
  readonly branches: readonly { readonly condition: List; readonly body: List }[];
  readonly otherwise: List | undefined;
}

export interface ForNode {
  readonly kind: 'for';
  readonly line: number;
  readonly name: string;
  /** Undefined: the positional parameters. */
  readonly words: readonly Word[] | undefined;
  readonly body: List;
}

export interface ArithmeticForNode {
  readonly kind: 'arithmeticFor';
  readonly line: number;
  readonly start: Arithmetic | undefined;
  readonly test: Arithmetic | undefined;
  readonly step: Arithmetic | undefined;
  readonly body: List;
}

export interface SelectNode {
  readonly kind: 'select';
  readonly line: number;
  readonly name: string;
  readonly words: readonly Word[] | undefined;
  readonly body: List;
}

export interface WhileNode {
  readonly kind: 'while';
  readonly isUntil: boolean;
  readonly condition: List;
  readonly body: List;
}

export interface CaseNode {
  readonly kind: 'case';
  readonly line: number;
  readonly word: Word;
  readonly items: readonly {
    readonly patterns: readonly Word[];
    readonly body: List;
    readonly ending: ';;' | ';&' | ';;&';
  }[];
}

export interface GroupNode {
  readonly kind: 'group';
  readonly body: List;
}

export interface SubshellNode {
  readonly kind: 'subshell';
  readonly line: number;
  readonly body: List;
  readonly text: string;
}

export interface FunctionNode {
  readonly kind: 'function';
  readonly line: number;
  readonly name: string;
  readonly body: Node;
  readonly text: string;
}

export interface TestNode {
  readonly kind: 'test';
  readonly line: number;
  readonly expression: Test;
  readonly text: string;
}

export type Test =
  | { readonly kind: 'unary'; readonly operator: string; readonly operand: Word }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Word; readonly right: Word }
  | { readonly kind: 'logical'; readonly operator: '&&' | '||'; readonly operands: readonly Test[] }
  | { readonly kind: 'not'; readonly operand: Test };

export interface ArithmeticNode {
  readonly kind: 'arithmetic';
  readonly line: number;
  readonly expression: Arithmetic;
  readonly text: string;
}

export interface CoprocNode {
  readonly kind: 'coproc';
  readonly name: string;
  readonly body: Node;
  readonly text: string;
}

export interface RedirectedNode {
  readonly kind: 'redirected';
  readonly line: number;
  readonly node: Node;
  readonly redirects: readonly Redirect[];
}
