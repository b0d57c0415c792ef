/** `express@^4`, `@scope/name@1`: name and range. */
export function specification(text: string): readonly [string, string] {
  const at = text.indexOf('@', 1);
  return at < 0 ? [text, 'latest'] : [text.slice(0, at), text.slice(at + 1)];
}

/** Of a folder, an address or a repository. */
export function isElsewhere(text: string): boolean {
  return /^(\.|\/|file:|git|https?:|[\w-]+\/)/.test(text) && !text.startsWith('@');
}
