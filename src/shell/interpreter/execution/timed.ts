import type { Shell } from '../state/shell.ts';
import { writeError } from './complain.ts';
import type { Soon } from '../waiting.ts';

/** `time`: how long it took, after TIMEFORMAT. What it took of the processor is not simulated: zero. */
export async function runTimed(shell: Shell, style: 'bash' | 'posix', run: () => Soon<number>): Promise<number> {
  const before = shell.process.kernel.clock.now();
  const status = await run();
  const after = shell.process.kernel.clock.now();
  const seconds = after.sec - before.sec + (after.nsec - before.nsec) / 1e9;
  const given = shell.variables.get('TIMEFORMAT');
  const format = style === 'posix' ? 'real %2R\nuser %2U\nsys %2S' : (given ?? '\nreal\t%3lR\nuser\t%3lU\nsys\t%3lS');
  if (format !== '') await writeError(shell, `${formatTimes(format, seconds)}\n`);
  return status;
}

function formatTimes(format: string, real: number): string {
  return format.replace(
    /%(?:(\d?)(l?)([RUS])|([P%]))/g,
    (_, digits: string, isLong: string, which: string, other: string) => {
      if (other === '%') return '%';
      if (other === 'P') return '0.00';
      const seconds = which === 'R' ? Math.max(0, real) : 0;
      const places = digits === '' ? 3 : Math.min(Number(digits), 3);
      if (isLong === '') return seconds.toFixed(places);
      const minutes = Math.floor(seconds / 60);
      return `${minutes}m${(seconds - minutes * 60).toFixed(places)}s`;
    },
  );
}
