import { BuildError } from '../buildError.ts';
import { checkFilePattern } from '../go/filePattern.ts';
import { RegularExpression } from '../go/regularExpression.ts';

/** How a pattern is compared: most need no regular expression. */
export type MatchType = 'exact' | 'prefix' | 'suffix' | 'regexp';

export interface CompiledPattern {
  readonly type: MatchType;
  /** What moby's matcher makes of the pattern; only for the type `regexp`. */
  readonly regexp: string | undefined;
}

/** One line of an ignore file, cleaned, without its `!` (moby patternmatcher). */
export class IgnorePattern {
  readonly text: string;
  /** `!`: what matches is taken in again. */
  readonly isException: boolean;
  /** Parts between slashes. */
  readonly depth: number;
  #test: ((path: string) => boolean) | undefined;

  /** Throws BuildError `pattern` for a malformed pattern. */
  constructor(text: string, { isException }: { isException: boolean }) {
    checkFilePattern(text);
    this.text = text;
    this.isException = isException;
    this.depth = text.split('/').length;
  }

  /** Throws BuildError `pattern` when the pattern makes no regular expression. */
  matches(path: string): boolean {
    this.#test ??= this.#compile();
    return this.#test(path);
  }

  #compile(): (path: string) => boolean {
    const { text } = this;
    const { type, regexp } = compilePattern(text);
    switch (type) {
      case 'exact':
        return (path) => path === text;
      case 'prefix': {
        const prefix = text.slice(0, -2);
        return (path) => path.startsWith(prefix);
      }
      case 'suffix': {
        const suffix = text.slice(2);
        return (path) => path.endsWith(suffix) || (suffix.startsWith('/') && path === suffix.slice(1));
      }
      case 'regexp': {
        if (regexp === undefined) throw new BuildError('pattern', 'a pattern without its expression');
        const expression = new RegularExpression(regexp);
        return (path) => expression.test(path);
      }
    }
  }
}

/** Characters that lose their meaning for regular expressions. moby means `|`, `{` and `}` too, but its table of eight bytes
 *  holds no character from U+0040 on: they stay what they are there, alternatives and repetitions. */
const ESCAPED = '.+()$';

/** Which way a pattern is compared, and the regular expression for it. */
export function compilePattern(pattern: string): CompiledPattern {
  const characters = [...(pattern.startsWith('\ufeff') ? pattern.slice(1) : pattern)];
  let type: MatchType = 'exact';
  let regexp = '^';
  for (let at = 0, item = 0; at < characters.length; item++) {
    const character = characters[at++] as string;
    if (character === '*' && characters[at] === '*') {
      at++;
      if (characters[at] === '/') at++;
      if (at < characters.length) {
        regexp += '(.*/)?';
        type = 'regexp';
      } else if (type === 'exact') type = 'prefix';
      else {
        regexp += '.*';
        type = 'regexp';
      }
      if (item === 0) type = 'suffix';
    } else if (character === '*' || character === '?') {
      regexp += character === '*' ? '[^/]*' : '[^/]';
      type = 'regexp';
    } else if (ESCAPED.includes(character)) regexp += `\\${character}`;
    else if (character === '\\') {
      regexp += '\\';
      if (at < characters.length) {
        regexp += characters[at++];
        type = 'regexp';
      }
    } else {
      regexp += character;
      if (character === '[' || character === ']') type = 'regexp';
    }
  }
  return { type, regexp: type === 'regexp' ? `${regexp}$` : undefined };
}
