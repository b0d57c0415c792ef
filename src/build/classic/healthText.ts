import { ESCAPE_LETTERS } from '../../shell/escapeLetters.ts';
import { formatDuration } from '../go/formatDuration.ts';
import { quoteList } from '../go/quote.ts';
import type { HealthCheck } from '../instructions/instruction.ts';

/** Go's %q of a pointer to the config's structure, as 20.10 has it: no start interval, the count as a character. */
export function healthText(health: HealthCheck): string {
  const times = [health.intervalNanoseconds, health.timeoutNanoseconds, health.startPeriodNanoseconds];
  const shown = times.map((time) => `"${formatDuration(time)}"`).join(' ');
  return `&{${quoteList(health.test)} ${shown} '${quotedCharacter(health.retries)}'}`;
}

/** Go's %q of a number is the character of that code. */
function quotedCharacter(code: number): string {
  const named: Readonly<Record<number, string>> = {
    ...ESCAPE_LETTERS,
    39: "\\'",
    92: '\\\\',
  };
  const name = named[code];
  if (name !== undefined) return name;
  if (code < 32 || code === 127) return `\\x${code.toString(16).padStart(2, '0')}`;
  return String.fromCodePoint(code);
}
