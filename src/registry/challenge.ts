/** One way in that a server offers (RFC 9110, 11.6.1). */
export interface Challenge {
  /** Lower case. */
  readonly scheme: string;
  /** Keys in lower case. */
  readonly params: ReadonlyMap<string, string>;
}

/** A header longer than this is no challenge of a registry. */
const MAX_HEADER_LENGTH = 8192;

const TOKEN = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const PARAM =
  /[ \t]*([!#$%&'*+\-.^_`|~0-9A-Za-z]+)[ \t]*=[ \t]*(?:"((?:[^"\\]|\\.)*)"|([!#$%&'*+\-.^_`|~0-9A-Za-z:/]+))/y;

/** Parses WWW-Authenticate: several challenges in one header, each `Scheme key=value, key="value"` or
 *  `Scheme token68`. Reading ends quietly where the header is no longer one. */
export function parseChallenges(header: string): Challenge[] {
  const text = header.slice(0, MAX_HEADER_LENGTH);
  const challenges: Challenge[] = [];
  let at = skip(text, 0, /[\s,]*/y);
  while (at < text.length) {
    const scheme = match(TOKEN, text, at);
    if (!scheme) break;
    at += scheme[0].length;
    const params = new Map<string, string>();
    for (;;) {
      const start = params.size === 0 ? at : skip(text, at, /[\s,]*/y);
      const param = match(PARAM, text, start);
      if (!param) break;
      params.set((param[1] ?? '').toLowerCase(), param[3] ?? (param[2] ?? '').replace(/\\(.)/g, '$1'));
      at = start + param[0].length;
    }
    if (params.size === 0) at = skip(text, at, / +[A-Za-z0-9\-._~+/]+=*(?=[ \t]*(?:,|$))/y);
    challenges.push({ scheme: scheme[0].toLowerCase(), params });
    const next = skip(text, at, /[\s,]*/y);
    if (next === at) break;
    at = next;
  }
  return challenges;
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function skip(text: string, at: number, pattern: RegExp): number {
  return at + (match(pattern, text, at)?.[0].length ?? 0);
}
