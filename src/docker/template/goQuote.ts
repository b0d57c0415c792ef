/** strconv.Unquote: a quoted or raw Go string; undefined when it is none. */
export function unquoteGo(quoted: string): string | undefined {
  if (quoted.startsWith('`')) return quoted.slice(1, -1).replaceAll('\r', '');
  return resolveEscapes(quoted.slice(1, -1), '"');
}

/** The code point of a Go character constant with its quotes. */
export function unquoteChar(quoted: string): number | undefined {
  const text = resolveEscapes(quoted.slice(1, -1), "'");
  if (text === undefined || [...text].length !== 1) return undefined;
  return text.codePointAt(0);
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};

function resolveEscapes(body: string, quote: string): string | undefined {
  let isValid = true;
  const text = body.replace(
    /\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-7]{3}|[\s\S])/g,
    (_, code: string) => {
      if (code.length > 1) {
        const value = /^\d/.test(code) ? Number.parseInt(code, 8) : Number.parseInt(code.slice(1), 16);
        if (value > 0x10ffff) isValid = false;
        return value > 0x10ffff ? '' : String.fromCodePoint(value);
      }
      if (code === quote) return quote;
      const simple = SIMPLE[code];
      if (simple === undefined) isValid = false;
      return simple ?? '';
    },
  );
  return isValid ? text : undefined;
}
