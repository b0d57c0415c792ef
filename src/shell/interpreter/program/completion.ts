import { isDirectory } from '../../../vfs/overlay/fileMode.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import { mayAccess, readdir, statIfThere } from '../../kernel/calls.ts';
import type { Kernel } from '../../kernel/kernel.ts';
import type { Process } from '../../kernel/process.ts';
import type { Completion } from '../../lineEditor/lineEditor.ts';
import { type CompletedLine, ruleWords } from '../builtins/completionWords.ts';
import type { CompletionRule, Shell } from '../state/shell.ts';

/** Words that could stand as the last of a command's: `words` begins with the command and ends with what is typed of
 *  the word. Undefined: names of files. */
export type ArgumentCompleter = (
  process: Process,
  words: readonly string[],
) => readonly string[] | undefined | Promise<readonly string[] | undefined>;

const completers = new WeakMap<Kernel, Map<string, ArgumentCompleter>>();

/** Who completes the arguments of commands on a machine, by the command's name. */
export function completersOf(kernel: Kernel): Map<string, ArgumentCompleter> {
  let known = completers.get(kernel);
  if (!known) {
    known = new Map();
    completers.set(kernel, known);
  }
  return known;
}

/** Candidates at most. */
const MAX_CANDIDATES = 2000;
const COMMAND_STARTS = /(?:^|[|;&(){}!]|\b(?:then|do|else|time|sudo|exec|command|xargs)\s)\s*$/;

/** Completes the word before the cursor: commands, variables, arguments of known commands, names of files. */
export async function completeWord(shell: Shell, text: string, at: number): Promise<Completion> {
  const before = Array.from(text).slice(0, at).join('');
  const { word, raw } = lastWord(before);
  const lead = before.slice(0, before.length - raw.length);
  const replaced = Array.from(raw).length;
  const variable = /^(.*\$\{?)(\w*)$/s.exec(raw);
  if (variable) {
    const [, start = '', prefix = ''] = variable;
    const close = start.endsWith('{') ? '}' : '';
    const names = shell.variables.names().filter((name) => name.startsWith(prefix));
    return plain(
      replaced,
      names.map((name) => start + name + close),
    );
  }
  const isCommand = COMMAND_STARTS.test(lead) && !/[<>]\s*$/.test(lead);
  if (isCommand && !word.includes('/')) return plain(replaced, commandNames(shell, word));
  const words = commandWords(lead);
  const command = words[0] ?? '';
  const bare = command.slice(command.lastIndexOf('/') + 1);
  const rule = shell.completions.get(command) ?? shell.completions.get(bare) ?? shell.completions.get('-D');
  if (rule && !/[<>]\s*$/.test(lead)) {
    const line = { line: text, point: before.length, words: [...words, word], index: words.length };
    const completed = await completedBy(shell, rule, { word, replaced, line });
    if (completed) return completed;
  }
  const completer = completersOf(shell.process.kernel).get(command.slice(command.lastIndexOf('/') + 1));
  const offered = completer && !/[<>]\s*$/.test(lead) ? await completer(shell.process, [...words, word]) : undefined;
  if (offered) return plain(replaced, offered.filter((one) => one.startsWith(word)).sort());
  return fileNames(
    shell,
    word,
    replaced,
    isCommand || command === 'cd' || command === 'pushd' || command === 'rmdir',
    isCommand,
  );
}

/** What a rule offers; undefined where it leaves it to what is usual. */
async function completedBy(
  shell: Shell,
  rule: CompletionRule,
  { word, replaced, line }: { readonly word: string; readonly replaced: number; readonly line: CompletedLine },
): Promise<Completion | undefined> {
  const options = new Set(rule.options);
  shell.runningCompletion = options;
  let words: readonly string[];
  try {
    words = await ruleWords(shell, rule, word, line);
  } finally {
    shell.runningCompletion = undefined;
  }
  if (words.length === 0 && (options.has('default') || options.has('bashdefault'))) return undefined;
  if (words.length === 0 && options.has('dirnames')) return fileNames(shell, word, replaced, true, false);
  const isPaths = options.has('filenames') || rule.actions.has('file') || rule.actions.has('directory');
  const candidates = [...new Set(words)].slice(0, MAX_CANDIDATES).map((one) => {
    const found = isPaths ? statIfThere(shell.process, one) : undefined;
    const isFolder = found !== undefined && isDirectory(found.mode);
    const suffix = isFolder ? (one.endsWith('/') ? '' : '/') : options.has('nospace') ? '' : ' ';
    return { text: isPaths && !options.has('noquote') ? quoted(one) : one, suffix, shown: one };
  });
  return { replaced, candidates };
}

function plain(replaced: number, names: readonly string[]): Completion {
  const candidates = [...new Set(names)].slice(0, MAX_CANDIDATES).map((text) => ({ text, suffix: ' ', shown: text }));
  return { replaced, candidates };
}

/** The word that ends there, as typed and without its quotes. */
function lastWord(before: string): { readonly word: string; readonly raw: string } {
  const raw = /(?:\\.|"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s\\"'|&;()<>=:])*$/s.exec(before)?.[0] ?? '';
  return { raw, word: raw.replace(/\\(.)|["']/gs, '$1') };
}

/** The words of the command that the text ends in. */
function commandWords(text: string): string[] {
  const command = /[^|;&()]*$/.exec(text)?.[0] ?? '';
  return command
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '' && !/^\w+=/.test(word));
}

function commandNames(shell: Shell, prefix: string): string[] {
  const names = new Set<string>();
  const add = (name: string): void => {
    if (name.startsWith(prefix)) names.add(name);
  };
  for (const name of [...shell.builtinNames(), ...shell.functions.keys(), ...shell.aliases.keys()]) add(name);
  for (const directory of (shell.variables.get('PATH') ?? '').split(':')) {
    try {
      for (const { name } of readdir(shell.process, directory || '.')) {
        if (name.startsWith(prefix) && mayAccess(shell.process, `${directory}/${name}`, 1)) names.add(name);
      }
    } catch (error) {
      if (!(error instanceof VfsError)) throw error;
    }
  }
  return [...names].sort();
}

function fileNames(
  shell: Shell,
  word: string,
  replaced: number,
  wantsDirectories: boolean,
  wantsPrograms: boolean,
): Completion {
  const slash = word.lastIndexOf('/');
  const lead = word.slice(0, slash + 1);
  const prefix = word.slice(slash + 1);
  const home = shell.variables.get('HOME') ?? '/';
  const directory = lead === '' ? '.' : lead.replace(/^~(?=\/)/, home);
  const candidates: { text: string; suffix: string; shown: string }[] = [];
  try {
    for (const { name } of readdir(shell.process, directory)) {
      if (!name.startsWith(prefix) || (name.startsWith('.') && !prefix.startsWith('.'))) continue;
      const path = directory === '.' ? name : `${directory}${name}`;
      const found = statIfThere(shell.process, path);
      const isDir = found !== undefined && isDirectory(found.mode);
      if (wantsDirectories && !isDir && !(wantsPrograms && mayAccess(shell.process, path, 1))) continue;
      candidates.push({ text: lead + quoted(name), suffix: isDir ? '/' : ' ', shown: isDir ? `${name}/` : name });
      if (candidates.length >= MAX_CANDIDATES) break;
    }
  } catch (error) {
    if (!(error instanceof VfsError)) throw error;
  }
  return { replaced, candidates: candidates.sort((a, b) => (a.text < b.text ? -1 : 1)) };
}

function quoted(name: string): string {
  return name.replace(/[\s\\"'$&;|<>()*?[\]!`#~]/g, '\\$&');
}
