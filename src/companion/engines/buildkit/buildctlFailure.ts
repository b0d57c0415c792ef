import { CompanionError, type CompanionErrorCode } from '../../companionError.ts';

/** A step's command stands in its message, and may say anything. */
const STEP = /^failed to solve: process "[\s\S]*" did not complete successfully: [^"]*$/;

/** What `buildctl` printed when it failed. It has one exit status for everything: its words are all there is. */
const KINDS: readonly { readonly pattern: RegExp; readonly code: CompanionErrorCode }[] = [
  { pattern: /denied by policy|(?:network\.host|security\.insecure|device) is not allowed/, code: 'refused' },
  {
    pattern:
      /code = Unavailable|transport is closing|error reading from server|connection (?:refused|reset)|broken pipe$/,
    code: 'connectionLost',
  },
  { pattern: /no space left on device|disk quota exceeded/, code: 'limit' },
];

/** Lines without Dockerfile excerpts, which the page shows by itself, and without log stamps. */
export function buildctlFailure(lines: readonly string[]): CompanionError {
  const text = lines.join('\n').trim();
  const told = /(?:^|\n)error: ([\s\S]+)$/.exec(text)?.[1] ?? text;
  const code = STEP.test(told) ? 'failed' : (KINDS.find(({ pattern }) => pattern.test(told))?.code ?? 'failed');
  const message = told.replace(/^failed to solve: /, '');
  return new CompanionError(code, message === '' ? 'buildctl failed without a word' : message);
}
