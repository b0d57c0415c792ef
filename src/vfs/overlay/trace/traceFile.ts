/** Traces of a real kernel's overlay: layers, calls with their results, and what lay on disk at the end. */
export interface Trace {
  readonly opts: string;
  readonly upper: boolean;
  /** The topmost first. */
  readonly lower: readonly (readonly TraceEntry[])[];
  /** Name, arguments and result of each call. */
  readonly ops: readonly (readonly unknown[])[];
  readonly final: TraceFinal;
}

export interface TraceFinal {
  readonly tree: readonly Listed[];
  readonly upper?: readonly Listed[];
  readonly index?: readonly Record<string, unknown>[];
  readonly remount: unknown;
  readonly frozen?: readonly {
    readonly upper: readonly Listed[];
    readonly index?: readonly Record<string, unknown>[];
  }[];
}

/** An object of a layer, parents first. */
export interface TraceEntry {
  readonly p: string;
  readonly t: string;
  readonly m: number;
  readonly u?: number;
  readonly g?: number;
  readonly mt?: readonly [number, number];
  readonly d?: TraceContent;
  readonly to?: string;
  readonly rd?: readonly [number, number];
  readonly x?: Readonly<Record<string, string>>;
  /** An earlier file of the layer that this is a hard link of. */
  readonly hl?: string;
}

/** A character a byte; pairs are a byte repeated. */
export type TraceContent = string | readonly (string | readonly [string, number])[];

/** A line of a listing, by the trace's own keys. */
export type Listed = Readonly<Record<string, unknown>>;

/** Throws RangeError for what is no trace. What lies inside is compared or fails while it is replayed. */
export function parseTrace(text: string): Trace {
  const trace: unknown = JSON.parse(text);
  if (!isRecord(trace) || trace.schema !== 1) throw new RangeError('no trace of schema 1');
  const { lower, ops, final } = trace;
  if (!Array.isArray(lower) || !lower.every(Array.isArray) || !Array.isArray(ops) || !ops.every(Array.isArray))
    throw new RangeError('a trace needs lists “lower” and “ops”');
  if (!isRecord(final) || !Array.isArray(final.tree)) throw new RangeError('a trace needs “final” with a “tree”');
  if (typeof trace.opts !== 'string' || typeof trace.upper !== 'boolean')
    throw new RangeError('a trace needs “opts” and “upper”');
  return trace as unknown as Trace;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A character a byte. */
export function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

export function latin1Text(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** Content repeated at most so often in all: traces are small. */
const CONTENT_MAX_BYTES = 16 * 1024 * 1024;

export function contentBytes(content: TraceContent): Uint8Array {
  if (typeof content === 'string') return latin1Bytes(content);
  let text = '';
  for (const part of content) {
    const [what, count] = typeof part === 'string' ? [part, 1] : part;
    if (text.length + what.length * count > CONTENT_MAX_BYTES) throw new RangeError('a content is too long');
    text += what.repeat(count);
  }
  return latin1Bytes(text);
}
