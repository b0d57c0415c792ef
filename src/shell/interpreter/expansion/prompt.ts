import { localTime, strftime } from '../../utilities/strftime.ts';
import { zoneOf } from '../../utilities/timeZone.ts';
import type { Shell } from '../state/shell.ts';

/** The escapes of a prompt (bash(1), "PROMPTING"), without the expansions that follow. */
export function expandPrompt(shell: Shell, text: string): string {
  return text.replace(/\\(\d{3}|D\{[^}]*\}|.)/gsu, (whole, code: string) => escapeValue(shell, code) ?? whole);
}

function escapeValue(shell: Shell, code: string): string | undefined {
  const { process, variables } = shell;
  if (/^\d{3}$/.test(code)) return String.fromCharCode(Number.parseInt(code, 8) & 0x7f);
  const clock = (format: string): string => strftime(format, localTime(process.kernel.clock.now(), zoneOf(process)));
  if (code.startsWith('D{')) return clock(code.slice(2, -1) || '%X');
  const hostname = process.namespaces.uts.hostname;
  switch (code) {
    case 'u':
      return variables.get('USER') ?? (process.credentials.uid === 0 ? 'root' : 'user');
    case 'h':
      return hostname.split('.')[0] as string;
    case 'H':
      return hostname;
    case 'w':
      return shortened(shell);
    case 'W': {
      const path = shortened(shell);
      return path === '/' || path === '~' ? path : path.slice(path.lastIndexOf('/') + 1);
    }
    case '$':
      return process.credentials.uid === 0 ? '#' : '$';
    case 's':
      return shell.name.slice(shell.name.lastIndexOf('/') + 1);
    case 'v':
      return '5.2';
    case 'V':
      return '5.2.15';
    case 'j':
      return String(shell.jobs.length);
    case 'l':
      return process.terminal ? String(process.terminal.number) : 'tty';
    case '!':
    case '#':
      return String((shell.history?.first ?? 1) + (shell.history?.lines.length ?? 0));
    case 't':
      return clock('%H:%M:%S');
    case 'T':
      return clock('%I:%M:%S');
    case '@':
      return clock('%I:%M %p');
    case 'A':
      return clock('%H:%M');
    case 'd':
      return clock('%a %b %d');
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 'a':
      return '\x07';
    case 'e':
      return '\x1b';
    case '\\':
      return '\\';
    case '[':
    case ']':
      return '';
    default:
      return undefined;
  }
}

function shortened(shell: Shell): string {
  const path = shell.variables.get('PWD') ?? shell.process.cwd;
  const home = shell.variables.get('HOME');
  if (home !== undefined && home !== '/' && home !== '') {
    if (path === home) return '~';
    if (path.startsWith(`${home}/`)) return `~${path.slice(home.length)}`;
  }
  return path;
}
