/** Values of JSON. Objects are maps, so that no name means anything to the platform. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export type JsonObject = ReadonlyMap<string, Json>;

/** A filter of jq, as it is written. */
export type Filter =
  | { readonly kind: 'identity' | 'recurse' }
  | { readonly kind: 'literal'; readonly value: Json }
  /** Texts and filters in turn; `format` as of `@base64 "…"`. */
  | { readonly kind: 'text'; readonly parts: readonly (string | Filter)[]; readonly format: string | undefined }
  | { readonly kind: 'format'; readonly name: string }
  | { readonly kind: 'index'; readonly from: Filter; readonly key: Filter }
  | {
      readonly kind: 'slice';
      readonly from: Filter;
      readonly low: Filter | undefined;
      readonly high: Filter | undefined;
    }
  | { readonly kind: 'each' | 'try' | 'negate'; readonly from: Filter; readonly handler?: Filter | undefined }
  | { readonly kind: 'pipe' | 'comma' | 'and' | 'or' | 'alternative'; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'binary'; readonly operator: string; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'update'; readonly operator: string; readonly left: Filter; readonly right: Filter }
  | { readonly kind: 'array'; readonly item: Filter | undefined }
  | { readonly kind: 'object'; readonly entries: readonly { readonly key: Filter; readonly value: Filter }[] }
  | { readonly kind: 'if'; readonly test: Filter; readonly yes: Filter; readonly no: Filter | undefined }
  | { readonly kind: 'bind'; readonly from: Filter; readonly name: string; readonly body: Filter }
  | { readonly kind: 'variable'; readonly name: string }
  | {
      readonly kind: 'reduce';
      readonly from: Filter;
      readonly name: string;
      readonly start: Filter;
      readonly update: Filter;
    }
  | { readonly kind: 'call'; readonly name: string; readonly items: readonly Filter[] }
  | {
      readonly kind: 'define';
      readonly name: string;
      readonly parameters: readonly string[];
      readonly body: Filter;
      readonly rest: Filter;
    };

/** A program that is none, or a value that a filter does not take. */
export class JqError extends Error {
  override readonly name = 'JqError';
  readonly stage: 'compile' | 'run';
  readonly value: Json | undefined;
  constructor(stage: 'compile' | 'run', message: string, value?: Json) {
    super(message);
    this.stage = stage;
    this.value = value;
  }
}

export interface Definition {
  readonly parameters: readonly string[];
  readonly body: Filter;
  scope: Scope;
}

export interface Closure {
  readonly filter: Filter;
  readonly scope: Scope;
}

export interface Scope {
  readonly parent: Scope | undefined;
  readonly variables: ReadonlyMap<string, Json>;
  readonly functions: ReadonlyMap<string, Definition | Closure>;
}

/** What functions that take filters run them with. */
export interface JqRunner {
  run(filter: Filter, value: Json, scope: Scope): Generator<Json>;
  recurse(value: Json): Generator<Json>;
  paths(filter: Filter, value: Json, scope: Scope): Generator<readonly Json[]>;
}
