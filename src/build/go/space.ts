// White space as Go's `unicode.IsSpace` counts it: JavaScript's own adds U+FEFF and leaves U+0085 out.

const RARE_SPACES = new Set([0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000]);

export function isSpace(code: number): boolean {
  if (code <= 0x20) return code === 0x20 || (code >= 9 && code <= 13);
  return code >= 0x85 && (RARE_SPACES.has(code) || (code >= 0x2000 && code <= 0x200a));
}

/** Go's `strings.TrimSpace`. */
export function trimSpace(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--;
  const start = spaceEnd(text, 0, end);
  return start === 0 && end === text.length ? text : text.slice(start, end);
}

export function trimSpaceStart(text: string): string {
  const start = spaceEnd(text, 0, text.length);
  return start === 0 ? text : text.slice(start);
}

/** The first index from `from` on that holds no space. */
export function spaceEnd(text: string, from: number, to: number): number {
  let at = from;
  while (at < to && isSpace(text.charCodeAt(at))) at++;
  return at;
}

/** Tab, vertical tab, form feed, carriage return, blank: what separates words of an instruction. */
export function isBlank(code: number): boolean {
  return code === 0x20 || code === 9 || code === 11 || code === 12 || code === 13;
}

/** Splits at runs of blanks, at most into `limit` parts, as `regexp.Split` does: text that begins with blanks gives an
 *  empty first part. */
export function splitBlanks(text: string, limit: number): string[] {
  const parts: string[] = [];
  let start = 0;
  for (let at = 0; at < text.length && parts.length < limit - 1;) {
    if (!isBlank(text.charCodeAt(at))) {
      at++;
      continue;
    }
    parts.push(text.slice(start, at));
    while (at < text.length && isBlank(text.charCodeAt(at))) at++;
    start = at;
  }
  parts.push(text.slice(start));
  return parts;
}
