import { encodeName } from '../../bytes/byteName.ts';
import { rfc3339 } from '../../engine/goTime.ts';
import type { ProgressDisplay, Vertex, VertexEnd } from './progress.ts';

const STDERR = 2;

/** `--progress rawjson`: a line of JSON for each change, shaped as buildkit's client.SolveStatus. */
export class RawJsonProgress implements ProgressDisplay {
  readonly #print: (text: string) => undefined | Promise<void>;
  readonly #nowMs: () => number;

  constructor(print: (text: string) => undefined | Promise<void>, nowMs: () => number) {
    this.#print = print;
    this.#nowMs = nowMs;
  }

  started({ digest, name, startedMs }: Vertex): undefined | Promise<void> {
    return this.#line({ vertexes: [{ digest, name, started: timeOf(startedMs) }] });
  }

  status({ digest, startedMs }: Vertex, text: string): undefined | Promise<void> {
    const now = timeOf(this.#nowMs());
    const isDone = text.endsWith(' done');
    const status = { id: isDone ? text.slice(0, -' done'.length) : text, vertex: digest, current: 0, timestamp: now };
    return this.#line({ statuses: [{ ...status, started: timeOf(startedMs), ...(isDone && { completed: now }) }] });
  }

  log({ digest, startedMs }: Vertex, line: string, atMs: number): undefined | Promise<void> {
    const data = base64Of(encodeName(`${line}\n`));
    return this.#line({ logs: [{ vertex: digest, stream: STDERR, data, timestamp: timeOf(startedMs + atMs) }] });
  }

  ended({ digest, name, startedMs }: Vertex, end: VertexEnd, tookMs: number): undefined | Promise<void> {
    const vertex = { digest, name, started: timeOf(startedMs), completed: timeOf(startedMs + tookMs) };
    const how =
      end.kind === 'cached'
        ? { cached: true }
        : end.kind === 'error'
          ? { error: end.message }
          : end.kind === 'canceled'
            ? { error: 'context canceled' }
            : {};
    return this.#line({ vertexes: [{ ...vertex, ...how }] });
  }

  finished(): undefined {
    return undefined;
  }

  #line(status: Readonly<Record<string, unknown>>): undefined | Promise<void> {
    return this.#print(`${JSON.stringify(status)}\n`);
  }
}

function timeOf(ms: number): string {
  const sec = Math.floor(ms / 1000);
  return rfc3339({ sec, nsec: Math.floor((ms - sec * 1000) * 1e6) });
}

function base64Of(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
