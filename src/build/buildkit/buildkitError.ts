import type { LineRange } from '../buildError.ts';

/** A build that failed, in BuildKit's words. */
export class BuildkitError extends Error {
  override readonly name = 'BuildkitError';
  /** The vertex that failed; undefined where none did. */
  readonly vertexName: string | undefined;
  /** Lines of the Dockerfile that are to blame. */
  readonly lines: readonly LineRange[];
  constructor(message: string, place: { readonly vertexName?: string; readonly lines?: readonly LineRange[] } = {}) {
    super(message);
    this.vertexName = place.vertexName;
    this.lines = place.lines ?? [];
  }
}

const CONTEXT_LINES = 2;
const RULE = '-'.repeat(20);

/** The lines of a Dockerfile around those to blame, as buildx shows them below an error. */
export function excerpt(fileName: string, text: string, [range]: readonly LineRange[]): string {
  if (!range) return '';
  const lines = text.split('\n');
  const first = Math.max(1, range.startLine - CONTEXT_LINES);
  const last = Math.min(lines.length, range.endLine + CONTEXT_LINES);
  const shown = lines.slice(first - 1, last).map((line, i) => {
    const number = first + i;
    const mark = number >= range.startLine && number <= range.endLine ? '>>>' : '   ';
    return `${String(number).padStart(4)} | ${mark} ${line.replace(/\r$/, '')}`;
  });
  return [`${fileName}:${range.startLine}`, RULE, ...shown, RULE, ''].join('\n');
}
