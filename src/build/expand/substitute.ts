import { BuildError } from '../buildError.ts';
import { codePoints, fromCodePoints, parseValuePattern, type ValuePattern, ValueMatcher } from './valuePattern.ts';

/** `${x#p}` and `${x##p}`: the value without the shortest or longest beginning that matches. */
export function trimPrefix(value: string, pattern: string, options: { greedy: boolean }): string {
  const codes = codePoints(value);
  const end = new ValueMatcher(codes, compile(pattern, options)).endOfMatchAt(0);
  return end <= 0 ? value : fromCodePoints(codes.slice(end));
}

/** `${x%p}` and `${x%%p}`. Both are turned round, so that the first match from the left is the one at the end. */
export function trimSuffix(value: string, pattern: string, options: { greedy: boolean }): string {
  return reverse(trimPrefix(reverse(value), reversePattern(pattern), options));
}

/** `${x/p/r}`: the first match, the longest that starts there. */
export function replaceFirst(value: string, pattern: string, replacement: string): string {
  const codes = codePoints(value);
  const matcher = new ValueMatcher(codes, compile(pattern, { greedy: true }));
  for (let start = 0; start <= codes.length; start++) {
    const end = matcher.endOfMatchAt(start);
    if (end < 0) continue;
    return fromCodePoints(codes.slice(0, start)) + replacement + fromCodePoints(codes.slice(end));
  }
  return value;
}

/** `${x//p/r}`: every match; an empty one counts unless it touches the match before. In the replacement `$0` stands for
 *  the match (Go's regexp.ReplaceAllString). Throws BuildError `limit` beyond `maxLength`. */
export function replaceAll(value: string, pattern: string, replacement: string, maxLength: number): string {
  const codes = codePoints(value);
  const matcher = new ValueMatcher(codes, compile(pattern, { greedy: true }));
  const parts: string[] = [];
  let length = 0;
  let copied = 0;
  const add = (part: string) => {
    length += part.length;
    if (length > maxLength) throw new BuildError('limit', `an expansion is longer than ${maxLength} characters`);
    parts.push(part);
  };
  for (let at = 0; at <= codes.length;) {
    const end = matcher.endOfMatchAt(at);
    if (end < 0) {
      at++;
      continue;
    }
    add(fromCodePoints(codes.slice(copied, at)));
    if (end > copied || at === 0) add(expandTemplate(replacement, fromCodePoints(codes.slice(at, end))));
    copied = end;
    at = Math.max(end, at + 1);
  }
  add(fromCodePoints(codes.slice(copied)));
  return parts.join('');
}

// regexp.Expand: `$name` and `${name}` name groups, of which there is only 0; `$$` is a dollar sign.
function expandTemplate(template: string, match: string): string {
  if (!template.includes('$')) return template;
  return template.replace(/\$(?:\$|\{([\p{L}\p{Nd}_]+)\}|([\p{L}\p{Nd}_]+))/gu, (whole, braced, plain) => {
    if (whole === '$$') return '$';
    return /^0+$/.test(braced ?? plain) ? match : '';
  });
}

function compile(pattern: string, options: { greedy: boolean }): ValuePattern {
  try {
    return parseValuePattern(pattern, options);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    throw new BuildError(error.code, `invalid pattern (${pattern}) in substitution: ${error.message}`);
  }
}

function reverse(text: string): string {
  return [...text].reverse().join('');
}

// A backslash stays before what it quotes.
function reversePattern(pattern: string): string {
  const characters = [...pattern];
  const out: string[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at] as string;
    if (character === '\\' && at < characters.length - 1) out.push(character + (characters[++at] as string));
    else out.push(character);
  }
  return out.reverse().join('');
}
