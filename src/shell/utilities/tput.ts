import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';

/** Capabilities of xterm and its kin (terminfo(5)). */
const TEXTS: Readonly<Record<string, string>> = {
  bold: '\x1b[1m',
  dim: '\x1b[2m',
  sitm: '\x1b[3m',
  smul: '\x1b[4m',
  rmul: '\x1b[24m',
  blink: '\x1b[5m',
  rev: '\x1b[7m',
  smso: '\x1b[7m',
  rmso: '\x1b[27m',
  invis: '\x1b[8m',
  sgr0: '\x1b(B\x1b[m',
  op: '\x1b[39;49m',
  clear: '\x1b[H\x1b[2J\x1b[3J',
  el: '\x1b[K',
  el1: '\x1b[1K',
  ed: '\x1b[J',
  home: '\x1b[H',
  cuu1: '\x1b[A',
  cud1: '\n',
  cuf1: '\x1b[C',
  cub1: '\b',
  civis: '\x1b[?25l',
  cnorm: '\x1b[?12l\x1b[?25h',
  smcup: '\x1b[?1049h\x1b[22;0;0t',
  rmcup: '\x1b[?1049l\x1b[23;0;0t',
  sc: '\x1b7',
  rc: '\x1b8',
  bel: '\x07',
};

/** tput(1). */
export const tput: Program = async (process) => {
  const words = process.argv.slice(1);
  if (words[0] === '-T') process.setEnv('TERM', words.splice(0, 2)[1] ?? '');
  else if (words[0]?.startsWith('-T')) process.setEnv('TERM', (words.shift() as string).slice(2));
  const [capability, ...given] = words;
  if (capability === undefined) {
    await process.write(2, 'usage: tput [-V] [-S] [-x] [-T TERM] CAPNAME\n');
    return 2;
  }
  if ((process.env.get('TERM') ?? '') === '') {
    await process.complain('No value for $TERM and no -T specified');
    return 2;
  }
  const text = textOf(process, capability, given.map(Number));
  if (text === undefined) {
    await process.complain(`unknown terminfo capability '${capability}'`);
    return 4;
  }
  await process.print(text);
  return 0;
};

function textOf(process: Process, capability: string, [a = 0, b = 0]: readonly number[]): string | undefined {
  switch (capability) {
    case 'cols':
      return `${process.terminal?.columns ?? 80}\n`;
    case 'lines':
      return `${process.terminal?.rows ?? 24}\n`;
    case 'colors':
      return process.env.get('TERM')?.includes('256') ? '256\n' : '8\n';
    case 'longname':
      return `${process.env.get('TERM')} terminal emulator`;
    case 'setaf':
    case 'setab': {
      const base = capability === 'setaf' ? 30 : 40;
      if (a < 8) return `\x1b[${base + a}m`;
      return a < 16 ? `\x1b[${base + 52 + a}m` : `\x1b[${base + 8};5;${a}m`;
    }
    case 'cup':
      return `\x1b[${a + 1};${b + 1}H`;
    case 'hpa':
      return `\x1b[${a + 1}G`;
    case 'cuu':
      return `\x1b[${a}A`;
    case 'cud':
      return `\x1b[${a}B`;
    case 'cuf':
      return `\x1b[${a}C`;
    case 'cub':
      return `\x1b[${a}D`;
    case 'init':
    case 'reset':
      return '\x1b[!p\x1b[?3;4l\x1b[4l\x1b>';
    default:
      return Object.hasOwn(TEXTS, capability) ? TEXTS[capability] : undefined;
  }
}
