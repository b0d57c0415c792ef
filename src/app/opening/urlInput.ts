import type { NamedInput } from './namedInput.ts';

/** An http(s) address as something to open; undefined for anything else. */
export function urlInput(text: string): NamedInput | undefined {
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    return undefined;
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return undefined;
  const name = url.pathname.split('/').filter(Boolean).at(-1) ?? url.host;
  return { name, input: { kind: 'url', url: url.href } };
}
