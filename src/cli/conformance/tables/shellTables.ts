import { VariableMap, splitVariable } from '../../../build/expand/environment.ts';
import { expandWord, expandWords } from '../../../build/expand/lexer.ts';
import { attempt, difference, firstDifference } from './judge.ts';

interface ProcessRow {
  readonly env: readonly string[];
  readonly escape: '\\' | '`';
  readonly word: string;
  readonly result?: string;
  readonly error?: string;
  readonly words?: readonly string[] | null;
  readonly wordsError?: string;
}

export function judgeShellProcess({ env, escape: escapeToken, word, ...recorded }: ProcessRow): string | undefined {
  const variables = new VariableMap(env.map(splitVariable));
  const one = attempt(() => expandWord(word, variables, { escape: escapeToken }).text);
  const many = attempt(() => expandWords(word, variables, { escape: escapeToken }));
  return firstDifference(
    difference(`error of ${word}`, recorded.error, one.error),
    difference(word, recorded.result, one.value),
    difference(`error of the words of ${word}`, recorded.wordsError, many.error),
    recorded.wordsError === undefined ? difference(`words of ${word}`, recorded.words ?? [], many.value) : undefined,
  );
}

/** The environment of the recorded test (lex_test.go). */
const TEST_VARIABLES = ['PWD=/home', 'SHELL=bash', 'KOREAN=한국어', 'NULL='];

interface EnvironmentRow {
  /** A all, U Unix, W Windows, where names differ by more than case. */
  readonly platform: 'A' | 'U' | 'W';
  readonly source: string;
  readonly expected: string;
}

export function judgeShellEnvironment({ platform, source, expected }: EnvironmentRow): string | undefined {
  const variables = new VariableMap(TEST_VARIABLES.map(splitVariable), { ignoreCase: platform === 'W' });
  const { value } = attempt(() => expandWord(source, variables, { escape: '\\' }).text);
  return difference(source, expected, value ?? 'error');
}

interface WordsRow {
  readonly env: readonly string[];
  readonly source: string;
  readonly expected: readonly string[];
}

export function judgeShellWords({ env, source, expected }: WordsRow): string | undefined {
  const variables = new VariableMap(env.map(splitVariable));
  const { value } = attempt(() => expandWords(source, variables, { escape: '\\' }));
  return difference(source, expected, value ?? ['error']);
}
