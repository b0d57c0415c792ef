/** Control characters and bytes that are no text need `$'…'`. */
function needsEscapes(text: string): boolean {
  return /[\x00-\x1f\x7f\udc80-\udcff]/u.test(text);
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\x07': '\\a',
  '\b': '\\b',
  '\x1b': '\\E',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  "'": "\\'",
};

/** `$'…'`. */
export function ansiQuote(text: string): string {
  const inner = text.replace(/[\x00-\x1f\x7f'\\\udc80-\udcff]/gu, (character) => {
    const known = ESCAPES[character];
    if (known !== undefined) return known;
    const code = character.charCodeAt(0);
    return `\\${(code >= 0xdc80 ? code - 0xdc00 : code).toString(8).padStart(3, '0')}`;
  });
  return `$'${inner}'`;
}

/** In single quotes, whatever it is. */
export function singleQuote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** `${x@Q}`. */
export function transformQuote(text: string): string {
  return needsEscapes(text) ? ansiQuote(text) : singleQuote(text);
}

/** `printf %q`: backslashes. */
export function backslashQuote(text: string): string {
  if (text === '') return "''";
  if (needsEscapes(text)) return ansiQuote(text);
  return text.replace(/[ !"$&'()*,;<>?[\\\]^`{|}]|^[~#]|(?<=[:=])~/g, '\\$&');
}

/** As `set -x` shows words and `set` lists values: quoted only where that is needed. */
export function displayQuote(text: string): string {
  if (text === '') return "''";
  if (needsEscapes(text)) return ansiQuote(text);
  return /[\s!"$&'()*;<>?[\\\]^`{|}]|^[~#]|[:=]~/.test(text) ? singleQuote(text) : text;
}

const ASH_KEYWORDS = new Set('! { } case do done elif else esac fi for function if in then until while [['.split(' '));

/** As busybox's `set -x` shows words: nothing for an empty one. */
export function ashQuote(text: string): string {
  if (!ASH_KEYWORDS.has(text) && /^[+,\-./0-9:@A-Z\]^_a-z]*$/.test(text)) return text;
  return text.replace(/([^']*)('*)/g, (whole, plain: string, quotes: string) =>
    whole === '' ? '' : `'${plain}'${quotes === '' ? '' : `"${quotes}"`}`,
  );
}

/** As `declare -p` shows values. */
export function doubleQuote(text: string): string {
  return needsEscapes(text) ? ansiQuote(text) : `"${text.replace(/[\\"$`]/g, '\\$&')}"`;
}

/** The key of an associative array in `declare -p`. */
export function keyQuote(key: string): string {
  if (needsEscapes(key)) return ansiQuote(key);
  return /^[\w./:=+,%-]+$/.test(key) ? key : doubleQuote(key);
}
