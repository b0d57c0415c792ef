import { parse } from 'unbash';
import { translateScript } from './translate.ts';
import type { Script } from './tree.ts';

const MAX_CACHED = 500;
const MAX_CACHED_CHARACTERS = 4096;
const cache = new Map<string, Script>();

/** Parses a shell's text. Short texts are kept: `eval` and traps run the same ones again. Cost: linear in the text. */
export function parseScript(text: string, firstLine = 1): Script {
  const isCached = firstLine === 1 && text.length <= MAX_CACHED_CHARACTERS;
  const known = isCached ? cache.get(text) : undefined;
  if (known) return known;
  const script = translateScript(parse(text), text, firstLine);
  if (isCached) {
    if (cache.size >= MAX_CACHED) cache.clear();
    cache.set(text, script);
  }
  return script;
}
