import { decodeName } from '../../../bytes/byteName.ts';
import { isDirectory } from '../../../vfs/overlay/fileMode.ts';
import { readdir, readFile, statIfThere } from '../../kernel/calls.ts';
import { makePipe } from '../../kernel/pipe.ts';
import { signalName } from '../../kernel/signals.ts';
import { complain } from '../execution/complain.ts';
import { runText } from '../execution/runText.ts';
import { expandText } from '../execution/trace.ts';
import { compilePattern } from '../expansion/pattern.ts';
import { matchingPaths } from '../expansion/pathname.ts';
import { singleQuote } from '../expansion/quote.ts';
import { SET_OPTIONS, SHELL_OPTIONS } from '../state/options.ts';
import type { CompletionRule, Shell } from '../state/shell.ts';
import { elementsOf } from '../state/variables.ts';
import { separatorsOf } from '../expansion/expandWord.ts';

/** The line that is completed; `words` begins with the command and has the word at `index`. */
export interface CompletedLine {
  readonly line: string;
  /** Characters of the line before the cursor. */
  readonly point: number;
  readonly words: readonly string[];
  readonly index: number;
}

const KEYWORDS = 'if then else elif fi case esac for select while until do done in function time { } ! [[ ]] coproc';

/** What a rule offers for a word, in its order. `line`: undefined for `compgen`. */
export async function ruleWords(
  shell: Shell,
  rule: CompletionRule,
  word: string,
  line?: CompletedLine,
): Promise<readonly string[]> {
  const { actions, values } = rule;
  const found: string[] = [];
  const offer = (names: Iterable<string>): void => {
    for (const name of names) if (name.startsWith(word)) found.push(name);
  };
  for (const action of actions) {
    if (action === 'file' || action === 'directory') found.push(...pathsOf(shell, word, action));
    else offer(await actionWords(shell, action));
  }
  const glob = values.get('G');
  if (glob !== undefined) found.push(...matchingPaths(shell, glob));
  const list = values.get('W');
  if (list !== undefined) offer(wordList(shell, await expandText(shell, list)));
  if (values.has('F')) found.push(...(await functionWords(shell, values.get('F') as string, word, line)));
  if (values.has('C')) found.push(...(await commandWords(shell, values.get('C') as string, word, line)));
  const kept = values.has('X') ? found.filter(filterOf(values.get('X') as string, word)) : found;
  return kept.map((name) => (values.get('P') ?? '') + name + (values.get('S') ?? ''));
}

/** Leaves out what a pattern matches, or with a `!` before it what it does not; `&` is the word. */
function filterOf(pattern: string, word: string): (name: string) => boolean {
  const isNegated = pattern.startsWith('!');
  const bare = (isNegated ? pattern.slice(1) : pattern).replace(/\\?&/g, (and) => (and === '&' ? word : '&'));
  const compiled = compilePattern(bare, { hasGroups: true, ignoresCase: false });
  return (name) => compiled.matches(name) === isNegated;
}

async function actionWords(shell: Shell, action: string): Promise<Iterable<string>> {
  const isEnabled = (name: string) => !shell.disabledBuiltins.has(name);
  const variables = (test: (name: string) => boolean) => shell.variables.names().filter(test);
  switch (action) {
    case 'alias':
      return [...shell.aliases.keys()].sort();
    case 'arrayvar':
      return variables((name) => {
        const found = shell.variables.find(name);
        return found?.list !== undefined || found?.map !== undefined;
      });
    case 'builtin':
    case 'helptopic':
      return shell.builtinNames();
    case 'enabled':
      return shell.builtinNames().filter(isEnabled);
    case 'disabled':
      return shell.builtinNames().filter((name) => !isEnabled(name));
    case 'command':
      return new Set([...shell.builtinNames(), ...[...shell.functions.keys()].sort(), ...programNames(shell)]);
    case 'export':
      return variables((name) => shell.variables.find(name)?.attributes.has('export') === true);
    case 'function':
      return [...shell.functions.keys()].sort();
    case 'user':
      return firstFields(shell, '/etc/passwd', /^([^:]*)/);
    case 'group':
      return firstFields(shell, '/etc/group', /^([^:]*)/);
    case 'service':
      return [...new Set(await firstFields(shell, '/etc/services', /^([^\s#]+)/))];
    case 'hostname':
      return (await firstFields(shell, '/etc/hosts', /^[^#\s]+\s+([^#]*)/)).flatMap((names) =>
        names.trim().split(/\s+/),
      );
    case 'keyword':
      return KEYWORDS.split(' ');
    case 'setopt':
      return Object.keys(SET_OPTIONS);
    case 'shopt':
      return Object.keys(SHELL_OPTIONS);
    case 'signal':
      return Array.from({ length: 31 }, (_, i) => `SIG${signalName(i + 1) ?? ''}`);
    case 'variable':
      return variables(() => true);
    case 'job':
    case 'running':
    case 'stopped':
      return jobWords(shell, action);
    // Key bindings have no names here.
    default:
      return [];
  }
}

function jobWords(shell: Shell, action: string): string[] {
  return shell.jobs.flatMap(({ processes, text }) => {
    const isStopped = processes.some((process) => process.isStopped);
    if ((action === 'running' && isStopped) || (action === 'stopped' && !isStopped)) return [];
    return [text.split(' ')[0] ?? ''];
  });
}

function pathsOf(shell: Shell, word: string, action: 'file' | 'directory'): string[] {
  return matchingPaths(shell, `${word.replace(/[\\*?[\]]/g, '\\$&')}*`).filter((path) => {
    if (action === 'file') return true;
    const found = statIfThere(shell.process, path);
    return found !== undefined && isDirectory(found.mode);
  });
}

/** Programs that PATH leads to. */
function programNames(shell: Shell): string[] {
  const names = new Set<string>();
  for (const directory of (shell.variables.get('PATH') ?? '').split(':')) {
    const found = directory === '' ? undefined : statIfThere(shell.process, directory);
    if (found && isDirectory(found.mode)) for (const { name } of readdir(shell.process, directory)) names.add(name);
  }
  return [...names].sort();
}

async function firstFields(shell: Shell, path: string, field: RegExp): Promise<string[]> {
  if (!statIfThere(shell.process, path)) return [];
  const lines = decodeName(await readFile(shell.process, path)).split('\n');
  return lines.flatMap((line) => {
    const found = line === '' ? undefined : field.exec(line)?.[1];
    return found === undefined || found === '' ? [] : [found];
  });
}

function wordList(shell: Shell, text: string): string[] {
  const separators = separatorsOf(shell);
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const character = text[at] as string;
    if (quote !== '') {
      if (character === quote) quote = '';
      else word = (word ?? '') + character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (character === '\\' && at + 1 < text.length) word = (word ?? '') + (text[++at] as string);
    else if (!separators.has(character)) word = (word ?? '') + character;
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}

/** `-F`: the function puts what it offers into COMPREPLY. */
async function functionWords(
  shell: Shell,
  name: string,
  word: string,
  line: CompletedLine | undefined,
): Promise<readonly string[]> {
  if (!shell.functions.has(name)) {
    await complain(shell, `completion: function \`${name}' not found`);
    return [];
  }
  shell.variables.unset('COMPREPLY');
  if (line) await runText(shell, lineVariables(line));
  const before = line ? (line.words[line.index - 1] ?? '') : '';
  const command = line ? (line.words[0] ?? '') : 'compgen';
  await runText(shell, `${name} ${[command, word, before].map(singleQuote).join(' ')}`);
  const reply = shell.variables.find('COMPREPLY');
  if (line) for (const one of LINE_VARIABLES) shell.variables.unset(one);
  return reply ? elementsOf(reply) : [];
}

const LINE_VARIABLES = ['COMP_WORDS', 'COMP_CWORD', 'COMP_LINE', 'COMP_POINT', 'COMP_TYPE', 'COMP_KEY'];
const TAB = 9;

function lineVariables({ line, point, words, index }: CompletedLine): string {
  return `COMP_WORDS=(${words.map(singleQuote).join(' ')}) COMP_CWORD=${index} COMP_LINE=${singleQuote(line)} COMP_POINT=${point} COMP_TYPE=${TAB} COMP_KEY=${TAB}`;
}

/** `-C`: a command prints what it offers, a line each. */
async function commandWords(
  shell: Shell,
  command: string,
  word: string,
  line: CompletedLine | undefined,
): Promise<readonly string[]> {
  const pipe = makePipe();
  const { process } = shell;
  const before = line ? (line.words[line.index - 1] ?? '') : '';
  const argument = [line ? (line.words[0] ?? '') : 'compgen', word, before].map(singleQuote).join(' ');
  const previous = process.files.get(1);
  process.files.set(1, pipe.writeEnd);
  let text = '';
  const reading = (async () => {
    for (;;) {
      const chunk = await pipe.readEnd.read(65_536);
      if (chunk.length === 0) return;
      text += decodeName(chunk);
    }
  })();
  try {
    const assignments = line ? `COMP_LINE=${singleQuote(line.line)} COMP_POINT=${line.point}\n` : '';
    await runText(shell, `(${assignments}${command} ${argument})`);
  } finally {
    if (previous) process.files.set(1, previous);
    else process.files.delete(1);
    pipe.writeEnd.close();
  }
  await process.waitFor(reading);
  pipe.readEnd.close();
  return text.split('\n').slice(0, -1);
}
