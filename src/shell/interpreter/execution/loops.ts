import { expandArithmetic, expandPattern, expandString, expandWords } from '../expansion/expandWord.ts';
import { compilePattern } from '../expansion/pattern.ts';
import { Jump } from '../shellError.ts';
import { Run, type Shell } from '../state/shell.ts';
import type { ArithmeticForNode, CaseNode, ForNode, IfNode, List, SelectNode, WhileNode } from '../syntax/tree.ts';
import type { Soon } from '../waiting.ts';
import { complain, writeError } from './complain.ts';
import { giveWay, runStatements } from './lists.ts';
import { traceLine } from './trace.ts';

export function runIf(shell: Shell, node: IfNode, flags: number, from = 0): Soon<number> {
  const { branches } = node;
  for (let i = from; i < branches.length; i++) {
    const { condition, body } = branches[i] as IfNode['branches'][number];
    const tested = runStatements(shell, condition, (flags | Run.tested) & ~Run.last);
    if (tested instanceof Promise) {
      return tested.then((status) =>
        status === 0 ? runStatements(shell, body, flags) : runIf(shell, node, flags, i + 1),
      );
    }
    if (tested === 0) return runStatements(shell, body, flags);
  }
  if (node.otherwise) return runStatements(shell, node.otherwise, flags);
  shell.status = 0;
  return 0;
}

/** What a `break` or `continue` for a loop outside says to this one: undefined to go on. */
function afterJump(shell: Shell, error: unknown): 'break' | 'continue' {
  if (!(error instanceof Jump) || (error.kind !== 'break' && error.kind !== 'continue')) throw error;
  if (error.value > 1 && shell.loopDepth > 1) throw new Jump(error.kind, error.value - 1);
  shell.status = 0;
  return error.kind;
}

/** One turn of a loop's body. Undefined: the loop is left. */
function turn(shell: Shell, body: List, flags: number): Soon<number | undefined> {
  let running: Soon<number>;
  try {
    running = runStatements(shell, body, flags & ~Run.last);
  } catch (error) {
    return afterJump(shell, error) === 'break' ? undefined : 0;
  }
  if (!(running instanceof Promise)) return running;
  return running.catch((error: unknown) => (afterJump(shell, error) === 'break' ? undefined : 0));
}

/** Runs a loop one level deeper, whatever ends it. */
async function inLoop(shell: Shell, run: () => Promise<number>): Promise<number> {
  shell.loopDepth++;
  try {
    const status = await run();
    shell.status = status;
    return status;
  } finally {
    shell.loopDepth--;
  }
}

export function runWhile(shell: Shell, node: WhileNode, flags: number): Promise<number> {
  return inLoop(shell, async () => {
    let status = 0;
    for (;;) {
      const testing = testLoop(shell, node, flags);
      const goesOn = testing instanceof Promise ? await testing : testing;
      if (goesOn === 'break') return 0;
      if (goesOn === 'end') return status;
      if (goesOn === 'go') {
        const running = turn(shell, node.body, flags);
        const result = running instanceof Promise ? await running : running;
        if (result === undefined) return 0;
        status = result;
      }
      const waiting = giveWay(shell);
      if (waiting) await waiting;
    }
  });
}

function testLoop(shell: Shell, node: WhileNode, flags: number): Soon<'go' | 'end' | 'break' | 'again'> {
  const decide = (status: number): 'go' | 'end' => ((status === 0) === node.isUntil ? 'end' : 'go');
  const jumped = (error: unknown): 'break' | 'again' => (afterJump(shell, error) === 'break' ? 'break' : 'again');
  try {
    const running = runStatements(shell, node.condition, (flags | Run.tested) & ~Run.last);
    return running instanceof Promise ? running.then(decide, jumped) : decide(running);
  } catch (error) {
    return jumped(error);
  }
}

export function runFor(shell: Shell, node: ForNode, flags: number): Promise<number> {
  if (!/^[A-Za-z_]\w*$/.test(node.name)) {
    shell.line = node.line;
    const words = shell.isBash ? `\`${node.name}': not a valid identifier` : 'Syntax error: Bad for loop variable';
    return Promise.resolve(complain(shell, words)).then(() => (shell.status = shell.isBash ? 1 : 2));
  }
  return inLoop(shell, async () => {
    shell.line = node.line;
    const values = node.words ? await expandWords(shell, node.words) : shell.positional;
    let status = 0;
    for (const value of values) {
      if (shell.options.has('xtrace')) await traceLine(shell, traceFor(shell, node, values, value));
      shell.variables.set(node.name, value);
      const running = turn(shell, node.body, flags);
      const result = running instanceof Promise ? await running : running;
      if (result === undefined) return 0;
      status = result;
      const waiting = giveWay(shell);
      if (waiting) await waiting;
    }
    return status;
  });
}

function traceFor(shell: Shell, node: ForNode, _values: readonly string[], value: string): string {
  if (!shell.isBash) return '';
  void value;
  const words = node.words ? node.words.map(({ text }) => text).join(' ') : '"$@"';
  return `for ${node.name} in ${words}`;
}

export function runArithmeticFor(shell: Shell, node: ArithmeticForNode, flags: number): Promise<number> {
  const step = async (expression: ArithmeticForNode['test']): Promise<boolean> => {
    if (!expression) return true;
    shell.line = node.line;
    if (shell.options.has('xtrace')) await traceLine(shell, `(( ${expression.text.trim()} ))`);
    const evaluating = expandArithmetic(shell, expression, '((');
    const value = evaluating instanceof Promise ? await evaluating : evaluating;
    return value !== 0 && value !== 0n;
  };
  return inLoop(shell, async () => {
    await step(node.start);
    let status = 0;
    while (await step(node.test)) {
      const running = turn(shell, node.body, flags);
      const result = running instanceof Promise ? await running : running;
      if (result === undefined) return 0;
      status = result;
      await step(node.step);
      const waiting = giveWay(shell);
      if (waiting) await waiting;
    }
    return status;
  });
}

export async function runCase(shell: Shell, node: CaseNode, flags: number): Promise<number> {
  shell.line = node.line;
  const text = await expandString(shell, node.word);
  if (shell.options.has('xtrace') && shell.isBash) await traceLine(shell, `case ${node.word.text} in`);
  const options = {
    hasGroups: shell.isBash,
    ignoresCase: shell.isBash && shell.isSet('nocasematch'),
  };
  let status = 0;
  let falls = false;
  for (const item of node.items) {
    let isMatch = falls;
    for (const pattern of item.patterns) {
      if (isMatch) break;
      const source =
        pattern.literal === undefined || options.ignoresCase ? await expandPattern(shell, pattern) : undefined;
      isMatch = source === undefined ? pattern.literal === text : compilePattern(source, options).matches(text);
    }
    if (!isMatch) continue;
    status =
      item.body.length === 0
        ? 0
        : await runStatements(shell, item.body, item.ending === ';;' ? flags : flags & ~Run.last);
    if (item.ending === ';;') break;
    falls = item.ending === ';&';
  }
  shell.status = status;
  return status;
}

export function runSelect(shell: Shell, node: SelectNode, flags: number): Promise<number> {
  return inLoop(shell, async () => {
    const values = node.words ? await expandWords(shell, node.words) : shell.positional;
    if (values.length === 0) return 0;
    let showsMenu = true;
    for (;;) {
      if (showsMenu) await writeError(shell, menu(values, shell));
      showsMenu = false;
      await writeError(shell, shell.variables.get('PS3') ?? '#? ');
      const code = await shell.interpreter.runCommand(shell, ['read', '-r', 'REPLY'], 0, true);
      if (code !== 0) {
        await shell.print('\n');
        return 1;
      }
      const reply = shell.variables.get('REPLY') ?? '';
      if (reply.trim() === '') {
        showsMenu = true;
        continue;
      }
      const chosen = /^\s*\d+\s*$/.test(reply) ? values[Number(reply) - 1] : undefined;
      shell.variables.set(node.name, chosen ?? '');
      const running = turn(shell, node.body, flags);
      const result = running instanceof Promise ? await running : running;
      if (result === undefined) return 0;
      await giveWay(shell);
      if ((shell.variables.get('REPLY') ?? '') === '') showsMenu = true;
    }
  });
}

/** The numbered words, in columns as wide as the terminal takes. */
function menu(values: readonly string[], shell: Shell): string {
  const columns = Number(shell.variables.get('COLUMNS') ?? 80) || 80;
  const digits = String(values.length).length;
  const longest = Math.max(...values.map((value) => value.length)) + digits + 2;
  const width = longest + 2;
  const perLine = Math.max(1, Math.floor(columns / width));
  let rows = Math.ceil(values.length / perLine);
  const across = Math.ceil(values.length / rows);
  if (across === 1 || values.length <= perLine) rows = values.length <= perLine ? values.length : rows;
  let text = '';
  for (let row = 0; row < rows; row++) {
    const line: string[] = [];
    for (let i = row; i < values.length; i += rows) line.push(`${String(i + 1).padStart(digits)}) ${values[i]}`);
    text += `${line.map((cell, i) => (i === line.length - 1 ? cell : cell.padEnd(width))).join('')}\n`;
  }
  return text;
}
