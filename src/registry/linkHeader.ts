/** The target of `rel="next"` (RFC 8288), resolved against the page it came with; undefined on the last page. */
export function nextPage(header: string | null, base: string): string | undefined {
  if (header === null || header.length > MAX_HEADER_LENGTH) return undefined;
  for (const [, target = '', params = ''] of header.matchAll(/<([^<>]*)>([^<>]*)/g)) {
    if (!/;\s*rel\s*=\s*(?:"(?:[^"]*\s)?next(?:\s[^"]*)?"|next\s*(?:[;,]|$))/i.test(params)) continue;
    try {
      return new URL(target, base).href;
    } catch {
      return undefined;
    }
  }
  return undefined;
}

const MAX_HEADER_LENGTH = 8192;
