import type { Builtin } from '../execution/builtin.ts';
import { complain } from '../execution/complain.ts';
import { DEFAULT_PATH, findCommand, isExecutable, pathsOf } from '../execution/external.ts';
import { functionText } from '../execution/functionText.ts';
import { singleQuote } from '../expansion/quote.ts';
import { ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';
import { each, andThen as then } from '../waiting.ts';
import { badOption, readOptions } from './options.ts';

const KEYWORDS = new Set(
  'if then else elif fi case esac for select while until do done in function time { } ! [[ ]] coproc'.split(' '),
);
const POSIX_KEYWORDS = new Set('if then else elif fi case esac for while until do done in { } !'.split(' '));

type Kind = 'alias' | 'keyword' | 'function' | 'builtin' | 'file';

interface Meaning {
  readonly kind: Kind;
  readonly path: string;
  readonly isHashed: boolean;
}

/** What a name means, as a command; all that it could mean where `all` is asked for. */
function meaningsOf(
  shell: Shell,
  name: string,
  { all = false, skipsFunctions = false, path }: { all?: boolean; skipsFunctions?: boolean; path?: string } = {},
): Meaning[] {
  const found: Meaning[] = [];
  const add = (kind: Kind, place = '', isHashed = false): void => {
    found.push({ kind, path: place, isHashed });
  };
  if (shell.aliases.has(name) && (!shell.isBash || shell.isSet('expand_aliases'))) add('alias');
  if ((shell.isBash ? KEYWORDS : POSIX_KEYWORDS).has(name)) add('keyword');
  if (!skipsFunctions && shell.functions.has(name)) add('function');
  if (shell.hasBuiltin(name)) add('builtin');
  if (found.length > 0 && !all) return found.slice(0, 1);
  if (name.includes('/')) {
    if (isExecutable(shell, name)) add('file', name);
  } else if (all) {
    for (const place of pathsOf(shell, name, path)) if (isExecutable(shell, place)) add('file', place);
  } else {
    const hashed = shell.hashed.get(name)?.path;
    const place = hashed ?? lookUp(shell, name, path);
    if (place !== undefined) add('file', place, hashed !== undefined);
  }
  return all ? found : found.slice(0, 1);
}

function lookUp(shell: Shell, name: string, path: string | undefined): string | undefined {
  return pathsOf(shell, name, path).find((place) => isExecutable(shell, place));
}

function describeMeaning(shell: Shell, name: string, { kind, path, isHashed }: Meaning): string {
  switch (kind) {
    case 'alias':
      return shell.isBash
        ? `${name} is aliased to \`${shell.aliases.get(name)}'`
        : `${name} is an alias for ${shell.aliases.get(name)}`;
    case 'keyword':
      return `${name} is a shell keyword`;
    case 'function': {
      const body = shell.functions.get(name)?.body;
      return shell.isBash && body
        ? `${name} is a function\n${functionText(name, body)}`
        : `${name} is a ${shell.dialect === 'ash' ? '' : 'shell '}function`;
    }
    case 'builtin':
      return `${name} is a ${(shell.isSpecial(name) || (name === 'local' && !shell.isBash)) && (!shell.isBash || shell.isPosix) ? 'special ' : ''}shell builtin`;
    case 'file':
      return isHashed && shell.isBash
        ? `${name} is hashed (${path})`
        : `${name} is ${isHashed ? 'a tracked alias for ' : ''}${path}`;
  }
}

export const type: Builtin = (shell, argv) => {
  const { flags, operands } = shell.isBash
    ? readOptions(shell, argv, 'afptP')
    : { flags: new Set<string>(), operands: argv.slice(1) };
  let status = 0;
  return then(
    each(operands, (name) => {
      const found = meaningsOf(shell, name, { all: flags.has('a'), skipsFunctions: flags.has('f') });
      if (flags.has('P')) {
        const place = findCommand(shell, name);
        if (place !== undefined) return shell.print(`${place}\n`);
        status = 1;
        return undefined;
      }
      if (found.length === 0) {
        status = 1;
        if (flags.has('t') || flags.has('p')) return undefined;
        if (shell.isBash) return complain(shell, `${name}: not found`, 'type');
        status = 127;
        return shell.print(`${name}: not found\n`);
      }
      return shell.print(
        found
          .map((one) => {
            if (flags.has('t')) return `${one.kind}\n`;
            if (flags.has('p')) return one.kind === 'file' ? `${one.path}\n` : '';
            return `${describeMeaning(shell, name, one)}\n`;
          })
          .join(''),
      );
    }),
    () => status,
  );
};

export const command: Builtin = (shell, argv, { flags }) => {
  let i = 1;
  let shows: 'v' | 'V' | undefined;
  let path: string | undefined;
  for (; i < argv.length; i++) {
    const word = argv[i] as string;
    if (word === '--') {
      i++;
      break;
    }
    if (!/^-./.test(word)) break;
    for (const letter of word.slice(1)) {
      if (letter === 'p') path = DEFAULT_PATH;
      else if (letter === 'v' || letter === 'V') shows = letter;
      else throw badOption(shell, 'command', letter);
    }
  }
  const words = argv.slice(i);
  if (words.length === 0) return 0;
  if (shows === undefined) {
    const before = shell.variables.get('PATH');
    if (path === undefined || before === path) return shell.interpreter.runCommand(shell, words, flags, true);
    const previous = shell.variables.setTemporary('PATH', path);
    const depth = shell.variables.depth;
    return then(shell.interpreter.runCommand(shell, words, flags & ~2, true), (status) => {
      shell.variables.restore('PATH', previous, depth);
      return status;
    });
  }
  let status = shell.isBash ? 1 : 0;
  return then(
    each(words, (name) => {
      const [found] = meaningsOf(shell, name, path === undefined ? {} : { path });
      if (!found) {
        if (!shell.isBash) status = 127;
        if (shows === 'v') return undefined;
        return shell.isBash ? complain(shell, `${name}: not found`, 'command') : shell.print(`${name}: not found\n`);
      }
      if (shell.isBash) status = 0;
      if (shows === 'V') return shell.print(`${describeMeaning(shell, name, found)}\n`);
      if (found.kind === 'alias') return shell.print(`alias ${name}=${singleQuote(shell.aliases.get(name) ?? '')}\n`);
      return shell.print(`${found.kind === 'file' ? found.path : name}\n`);
    }),
    () => status,
  );
};

export const builtin: Builtin = (shell, argv, { flags }) => {
  const words = argv[1] === '--' ? argv.slice(2) : argv.slice(1);
  const name = words[0];
  if (name === undefined) return 0;
  if (!shell.hasBuiltin(name)) throw new ShellError('command', `${name}: not a shell builtin`);
  return shell.interpreter.runCommand(shell, words, flags, true);
};

export const hash: Builtin = (shell, argv) => {
  const { flags, values, operands } = readOptions(shell, argv, shell.isBash ? 'dltrp:' : 'rv');
  if (flags.has('r')) {
    shell.hashed.clear();
    if (operands.length === 0) return 0;
  }
  if (values.has('p')) {
    for (const name of operands) shell.hashed.set(name, { path: values.get('p') as string, hits: 0 });
    return 0;
  }
  if (operands.length === 0) {
    if (shell.hashed.size === 0) return shell.isBash ? then(shell.print('hash: hash table empty\n'), () => 0) : 0;
    const lines = [...shell.hashed].map(([name, { path, hits }]) =>
      flags.has('l')
        ? `builtin hash -p ${path} ${name}\n`
        : shell.isBash
          ? `${String(hits).padStart(4)}\t${path}\n`
          : `${path}\n`,
    );
    return then(shell.print((shell.isBash && !flags.has('l') ? 'hits\tcommand\n' : '') + lines.join('')), () => 0);
  }
  let status = 0;
  return then(
    each(operands, (name) => {
      if (flags.has('d')) {
        if (shell.hashed.delete(name)) return undefined;
      } else if (flags.has('t')) {
        const known = shell.hashed.get(name);
        if (known) return shell.print(operands.length > 1 ? `${name}\t${known.path}\n` : `${known.path}\n`);
      } else {
        const place = lookUp(shell, name, undefined);
        if (place !== undefined) {
          shell.hashed.set(name, { path: place, hits: 0 });
          return undefined;
        }
      }
      status = 1;
      return complain(shell, `${name}: not found`, 'hash');
    }),
    () => status,
  );
};

export const caller: Builtin = (shell, argv) => {
  const { frames } = shell;
  const level = argv[1] === undefined ? undefined : Number(argv[1]);
  const at = frames.length - 1 - (level ?? 0);
  const frame = frames[at];
  if (!frame) return 1;
  const source = frames[at - 1]?.source ?? shell.scriptName ?? 'NULL';
  const name = frames[at - 1]?.name ?? 'main';
  const text = level === undefined ? `${frame.callLine} ${source}\n` : `${frame.callLine} ${name} ${source}\n`;
  return then(shell.print(text), () => 0);
};
