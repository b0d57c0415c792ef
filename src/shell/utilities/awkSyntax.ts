/** A place that holds a value or an array. */
export type Name =
  | { readonly kind: 'global'; readonly index: number; readonly name: string }
  | { readonly kind: 'local'; readonly index: number; readonly name: string }
  | { readonly kind: 'special'; readonly name: SpecialName };

export const SPECIAL_NAMES = [
  'NF',
  'NR',
  'FNR',
  'FS',
  'OFS',
  'ORS',
  'RS',
  'SUBSEP',
  'CONVFMT',
  'OFMT',
  'RSTART',
  'RLENGTH',
  'FILENAME',
] as const;
export type SpecialName = (typeof SPECIAL_NAMES)[number];

export type Place =
  | Name
  | { readonly kind: 'field'; readonly index: Expression; waits: boolean }
  | { readonly kind: 'element'; readonly array: Name; readonly subscripts: readonly Expression[]; waits: boolean };

/** `waits`: whether evaluating may have to wait: for input, another program, or its turn. */
export type Expression =
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'value'; readonly value: Value }
  | { readonly kind: 'regex'; readonly source: string }
  | Place
  | { readonly kind: 'group'; readonly items: readonly Expression[]; waits: boolean }
  | {
      readonly kind: 'assign';
      readonly place: Place;
      readonly operator: string;
      readonly value: Expression;
      waits: boolean;
    }
  | { readonly kind: 'step'; readonly place: Place; readonly by: 1 | -1; readonly isPrefix: boolean; waits: boolean }
  | { readonly kind: 'unary'; readonly operator: string; readonly item: Expression; waits: boolean }
  | {
      readonly kind: 'binary';
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
      waits: boolean;
    }
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression; waits: boolean }
  | {
      readonly kind: 'choice';
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression;
      waits: boolean;
    }
  | { readonly kind: 'in'; readonly subscripts: readonly Expression[]; readonly array: Name; waits: boolean }
  | { readonly kind: 'call'; readonly name: string; readonly items: readonly Expression[]; waits: boolean }
  | { readonly kind: 'user'; readonly callee: Callee; readonly items: readonly Expression[]; waits: boolean }
  | {
      readonly kind: 'getline';
      readonly source: 'main' | 'file' | 'command';
      readonly from: Expression | undefined;
      readonly into: Place | undefined;
    };

export type Statement =
  | { readonly kind: 'expression'; readonly item: Expression; waits: boolean }
  | {
      readonly kind: 'print';
      readonly items: readonly Expression[];
      readonly isFormat: boolean;
      readonly redirect: { readonly how: '>' | '>>' | '|'; readonly to: Expression } | undefined;
      waits: boolean;
    }
  | {
      readonly kind: 'if';
      readonly test: Expression;
      readonly yes: Statement;
      readonly no: Statement | undefined;
      waits: boolean;
    }
  | {
      readonly kind: 'loop';
      readonly first: Statement | undefined;
      readonly test: Expression | undefined;
      readonly step: Statement | undefined;
      readonly body: Statement;
      readonly testsLast: boolean;
    }
  | { readonly kind: 'each'; readonly name: Place; readonly array: Name; readonly body: Statement }
  | { readonly kind: 'block'; readonly items: readonly Statement[]; waits: boolean }
  | { readonly kind: 'delete'; readonly array: Name; readonly subscripts: readonly Expression[] | undefined }
  | { readonly kind: 'leave'; readonly how: 'next' | 'nextfile' | 'break' | 'continue' }
  | { readonly kind: 'exit' | 'return'; readonly item: Expression | undefined; waits: boolean };

export function isPlace(node: Expression): node is Place {
  return (
    node.kind === 'global' ||
    node.kind === 'local' ||
    node.kind === 'special' ||
    node.kind === 'field' ||
    node.kind === 'element'
  );
}

/** Whether evaluating or running it may have to wait. */
export function waits(node: Expression | Statement | undefined): boolean {
  if (!node) return false;
  if (node.kind === 'getline' || node.kind === 'loop' || node.kind === 'each') return true;
  return 'waits' in node && node.waits;
}

/** A function of the program. It is known before its body is. */
export interface Callee {
  readonly name: string;
  parameters: readonly string[];
  body: Statement | undefined;
  /** Which parameters are used as arrays. */
  readonly arrays: Set<number>;
  waits: boolean;
}

export interface Rule {
  readonly kind: 'begin' | 'end' | 'main';
  readonly pattern: Expression | undefined;
  /** The end of a range. */
  readonly until: Expression | undefined;
  /** Undefined: print the record. */
  readonly body: Statement | undefined;
  isOpen: boolean;
}

export interface AwkProgram {
  readonly rules: readonly Rule[];
  readonly functions: ReadonlyMap<string, Callee>;
  readonly globals: ReadonlyMap<string, number>;
  readonly arrayGlobals: ReadonlySet<number>;
}

/** A text that came from outside and looks like a number: it compares as one. */
export class NumericText {
  readonly text: string;
  readonly value: number;
  constructor(text: string, value: number) {
    this.text = text;
    this.value = value;
  }
}

/** Undefined: never assigned, both 0 and empty. */
export type Value = number | string | NumericText | undefined;
export type AwkArray = Map<string, Value>;

export class AwkError extends Error {
  override readonly name = 'AwkError';
  readonly line: number | undefined;
  constructor(message: string, line?: number) {
    super(message);
    this.line = line;
  }
}
