import { builtinNames, isSpecialBuiltin } from '../builtins/table.ts';
import { expandArithmetic } from '../expansion/expandWord.ts';
import { ShellError } from '../shellError.ts';
import { type Interpreter, Run, type Shell } from '../state/shell.ts';
import type { ArithmeticNode, FunctionNode, Node, PipelineNode, RedirectedNode, Script } from '../syntax/tree.ts';
import { andFinally, type Soon, andThen as then } from '../waiting.ts';
import { complain, complainOf } from './complain.ts';
import { runTest } from './conditional.ts';
import { runAndOr, runStatements, setStatus } from './lists.ts';
import { runArithmeticFor, runCase, runFor, runIf, runSelect, runWhile } from './loops.ts';
import { runPipeline } from './pipeline.ts';
import { processSubstitution, runSubshell, startBackground, startCoproc } from './processes.ts';
import { applyRedirects, SavedFiles } from './redirect.ts';
import { closeAll, redirectFailed, runArgv, runSimple } from './simple.ts';
import { substitute } from './substitute.ts';
import { runTimed } from './timed.ts';
import { traceLine } from './trace.ts';
import { afterFailure } from './traps.ts';

function runNode(shell: Shell, node: Node, flags: number): Soon<number> {
  switch (node.kind) {
    case 'simple':
      return checked(shell, runSimple(shell, node, flags), flags);
    case 'group':
      return runStatements(shell, node.body, flags);
    case 'if':
      return runIf(shell, node, flags);
    case 'andOr':
      return runAndOr(shell, node.first, node.rest, flags);
    case 'while':
      return runWhile(shell, node, flags);
    case 'for':
      return runFor(shell, node, flags);
    case 'arithmeticFor':
      return runArithmeticFor(shell, node, flags);
    case 'case':
      return runCase(shell, node, flags);
    case 'select':
      return runSelect(shell, node, flags);
    case 'test':
      if (shell.dialect === 'dash') return checked(shell, unknownCommand(shell, node.line, '[['), flags);
      return checked(
        shell,
        then(runTest(shell, node), (status) => setStatus(shell, status)),
        flags,
      );
    case 'arithmetic':
      if (!shell.isBash) return checked(shell, unknownCommand(shell, node.line, node.expression.text.trim()), flags);
      return checked(shell, runArithmetic(shell, node), flags);
    case 'pipeline':
      return runPipelineNode(shell, node, flags);
    case 'subshell':
      shell.line = node.line;
      shell.commandText = node.text;
      shell.shownNode = node;
      return checked(
        shell,
        then(runSubshell(shell, node, flags), (status) => setStatus(shell, status)),
        flags,
      );
    case 'function':
      return defineFunction(shell, node);
    case 'redirected':
      return runRedirected(shell, node, flags);
    case 'coproc':
      return setStatus(shell, startCoproc(shell, node));
  }
}

/** What bash has a meaning for is to another shell the name of a program. */
function unknownCommand(shell: Shell, line: number, name: string): Soon<number> {
  shell.line = line;
  return then(complain(shell, `${name}: not found`), () => setStatus(shell, 127));
}

/** What `set -e` and ERR say to a failure. */
function checked(shell: Shell, running: Soon<number>, flags: number): Soon<number> {
  if (running instanceof Promise) return running.then((status) => checked(shell, status, flags));
  if (running === 0 || (flags & Run.tested) !== 0) return running;
  if (!shell.options.has('errexit') && !shell.traps.has('ERR')) return running;
  return afterFailure(shell, running);
}

function runArithmetic(shell: Shell, node: ArithmeticNode): Soon<number> {
  shell.line = node.line;
  shell.commandText = node.text;
  shell.shownNode = undefined;
  const traced = shell.options.has('xtrace') ? traceLine(shell, `(( ${node.expression.text.trim()} ))`) : undefined;
  const failed = (error: unknown): Soon<number> => {
    if (!(error instanceof ShellError) || error.code === 'fatal') throw error;
    return then(complainOf(shell, error), () => setStatus(shell, 1));
  };
  try {
    const evaluating = then(traced, () => expandArithmetic(shell, node.expression, '(('));
    const done = (value: number | bigint): number => setStatus(shell, value === 0 || value === 0n ? 1 : 0);
    return evaluating instanceof Promise ? evaluating.then(done, failed) : done(evaluating);
  } catch (error) {
    return failed(error);
  }
}

function runPipelineNode(shell: Shell, node: PipelineNode, flags: number): Soon<number> {
  if (node.time) return runTimed(shell, node.time, () => runUntimed(shell, node, flags));
  return runUntimed(shell, node, flags);
}

function runUntimed(shell: Shell, node: PipelineNode, flags: number): Soon<number> {
  const inner = node.isNegated ? (flags | Run.tested) & ~Run.last : flags;
  const { stages } = node;
  if (stages.length === 0) return node.isNegated ? setStatus(shell, 1) : setStatus(shell, 0);
  if (stages.length === 1) {
    const running = runNode(shell, stages[0] as Node, inner);
    if (!node.isNegated) return running;
    return then(running, (status) => (shell.status = status === 0 ? 1 : 0));
  }
  const running = then(runPipeline(shell, node, inner), (status) => {
    shell.status = node.isNegated ? (status === 0 ? 1 : 0) : status;
    return shell.status;
  });
  return checked(shell, running, inner);
}

function defineFunction(shell: Shell, node: FunctionNode): Soon<number> {
  const source =
    shell.frames.at(-1)?.source ?? shell.scriptName ?? (shell.commandString !== undefined ? 'environment' : 'main');
  shell.functions.set(node.name, {
    name: node.name,
    body: node.body,
    line: node.line,
    source,
  });
  return setStatus(shell, 0);
}

function runRedirected(shell: Shell, node: RedirectedNode, flags: number): Soon<number> {
  shell.line = node.line;
  const saved = new SavedFiles(shell);
  const { capture } = shell;
  const failed = (error: unknown): Soon<number> => {
    const status = andFinally(
      () => redirectFailed(shell, error, undefined),
      () => saved.undo(),
    );
    return checked(shell, status, flags);
  };
  const run = (): Soon<number> => {
    shell.capture = undefined;
    const files = shell.substitutionFiles;
    shell.substitutionFiles = [];
    return andFinally(
      () => runNode(shell, node.node, flags & ~Run.last),
      () => {
        saved.undo();
        closeAll(shell, files);
        shell.capture = capture;
      },
    );
  };
  let applying: Soon<void>;
  try {
    applying = applyRedirects(shell, node.redirects, saved);
  } catch (error) {
    return failed(error);
  }
  return applying instanceof Promise ? applying.then(run, failed) : run();
}

export const INTERPRETER: Interpreter = {
  runList: (shell: Shell, script: Script, flags: number) => runStatements(shell, script.statements, flags),
  runNode,
  substitute,
  processSubstitution,
  startBackground,
  builtinNames: (shell) => builtinNames(shell.dialect),
  isSpecial: isSpecialBuiltin,
  runCommand: (shell, argv, flags, skipsFunctions) => runArgv(shell, argv, flags, undefined, skipsFunctions),
};
