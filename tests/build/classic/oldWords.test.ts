import { describe, expect, it } from 'vitest';
import { readClassic } from '../../../src/build/classic/readClassic.ts';
import { VariableMap } from '../../../src/build/expand/environment.ts';
import { expandWord } from '../../../src/build/expand/lexer.ts';
import { parseJsonStrings } from '../../../src/build/go/jsonStrings.ts';

// As dockerd 20.10.24 told them.
describe('Dockerfiles in the words of 20.10', () => {
  it.each([
    ['COPY --from a /b', 'Missing a value on flag: from'],
    ['ADD --chown a /b', 'Missing a value on flag: chown'],
    ['RUN --network=none true', 'Unknown flag: network'],
    ['HEALTHCHECK --retries=-1 CMD a', '--retries must be at least 1 (not -1)'],
    ['COPY ["a"] /x', 'COPY requires at least two arguments, but only one was provided'],
  ])('%s', (line, message) => {
    expect(() => readClassic(`FROM busybox\n${line}\n`)).toThrow(`dockerfile parse error line 2: ${message}`);
  });

  it('does not look at what follows an array', () => {
    expect(parseJsonStrings('["a", "]b"] tail', 'ignored')).toEqual(['a', ']b']);
    expect(parseJsonStrings('["a"] tail', 'refused')).toBeUndefined();
    expect(parseJsonStrings('["a", "b"', 'ignored')).toBeUndefined();
    expect(parseJsonStrings('[["a"]] x', 'ignored')).toBe('mixed');
  });

  it.each([
    ['${B-x}', "missing ':' in substitution"],
    ['${B#x}', "missing ':' in substitution"],
    ['${B', "missing ':' in substitution"],
    ['${B:=x}', 'unsupported modifier (=) in substitution'],
  ])('%s', (word, message) => {
    const expand = () => expandWord(word, new VariableMap([]), { escape: '\\', colonOnly: true });
    expect(expand).toThrow(message);
  });

  it('knows the three with a colon', () => {
    const values = new VariableMap([['A', 'a']]);
    const expand = (word: string) => expandWord(word, values, { escape: '\\', colonOnly: true }).text;
    expect([expand('${A:-x}'), expand('${B:-x}'), expand('${A:+x}'), expand('${B:+x}')]).toEqual(['a', 'x', 'x', '']);
    expect(() => expand('${B:?why}')).toThrow('B: why');
  });
});
