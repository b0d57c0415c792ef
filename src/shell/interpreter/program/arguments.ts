import type { SetOption } from '../state/options.ts';
import type { Dialect } from '../state/dialect.ts';

/** How a shell was called. */
export interface Invocation {
  readonly commandString: string | undefined;
  readonly scriptFile: string | undefined;
  readonly readsStdin: boolean;
  readonly isInteractive: boolean | undefined;
  readonly isLogin: boolean;
  readonly isPosix: boolean;
  readonly readsProfile: boolean;
  readonly readsRc: boolean;
  readonly rcFile: string | undefined;
  /** Letters of `set`, with `-` or `+`. */
  readonly letters: readonly { readonly letter: string; readonly isOn: boolean }[];
  readonly named: readonly { readonly name: SetOption | string; readonly isOn: boolean }[];
  readonly shopts: readonly { readonly name: string; readonly isOn: boolean }[];
  /** `$0` and the positional parameters. */
  readonly name: string | undefined;
  readonly operands: readonly string[];
  readonly shows: 'version' | 'help' | undefined;
  /** An option that there is none of. */
  readonly unknown: string | undefined;
  readonly lacksArgument: string | undefined;
}

const LONG = new Set(['login', 'noprofile', 'norc', 'posix', 'version', 'help', 'noediting', 'restricted', 'verbose']);

export function readArguments(argv: readonly string[], dialect: Dialect): Invocation {
  const letters: { letter: string; isOn: boolean }[] = [];
  const named: { name: string; isOn: boolean }[] = [];
  const shopts: { name: string; isOn: boolean }[] = [];
  const long = new Set<string>();
  let takesCommand = false;
  let readsStdin = false;
  let isInteractive: boolean | undefined;
  let isLogin = (argv[0] ?? '').startsWith('-');
  let rcFile: string | undefined;
  let unknown: string | undefined;
  let lacksArgument: string | undefined;
  let i = 1;
  for (; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word === '--' || word === '-') {
      i++;
      break;
    }
    if (!/^[-+]./.test(word)) break;
    if (word.startsWith('--') || (dialect === 'bash' && LONG.has(word.slice(1)))) {
      const name = word.replace(/^--?/, '');
      if (name === 'rcfile' || name === 'init-file') rcFile = argv[++i];
      else if (LONG.has(name) && dialect === 'bash') long.add(name);
      else unknown ??= word;
      continue;
    }
    const isOn = word.startsWith('-');
    for (const letter of word.slice(1)) {
      if (letter === 'c' && isOn) takesCommand = true;
      else if (letter === 's' && isOn) readsStdin = true;
      else if (letter === 'i') isInteractive = isOn;
      else if (letter === 'l') isLogin = true;
      else if (letter === 'o' || (letter === 'O' && dialect === 'bash')) {
        const name = argv[++i];
        if (name === undefined) lacksArgument = `${isOn ? '-' : '+'}${letter}`;
        else (letter === 'o' ? named : shopts).push({ name, isOn });
      } else letters.push({ letter, isOn });
    }
  }
  const rest = argv.slice(i);
  const commandString = takesCommand ? rest.shift() : undefined;
  if (takesCommand && commandString === undefined) lacksArgument = '-c';
  const hasFile = !takesCommand && !readsStdin && rest.length > 0;
  const name = takesCommand || hasFile ? rest.shift() : undefined;
  return {
    commandString,
    scriptFile: hasFile ? name : undefined,
    readsStdin: !takesCommand && !hasFile,
    isInteractive,
    isLogin: isLogin || long.has('login'),
    isPosix: long.has('posix'),
    readsProfile: !long.has('noprofile'),
    readsRc: !long.has('norc'),
    rcFile,
    letters,
    named,
    shopts,
    name,
    operands: rest,
    shows: long.has('version') ? 'version' : long.has('help') ? 'help' : undefined,
    unknown,
    lacksArgument,
  };
}
