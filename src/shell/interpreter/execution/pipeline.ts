import type { OpenFile } from '../../kernel/openFile.ts';
import { makePipe } from '../../kernel/pipe.ts';
import type { Process } from '../../kernel/process.ts';
import { Run, type Shell } from '../state/shell.ts';
import type { Node, PipelineNode } from '../syntax/tree.ts';
import { type Soon, andThen as then } from '../waiting.ts';
import { literalName, planStage, startPlanned } from './directStage.ts';
import { groupForChild, waitForAll } from './foreground.ts';
import { fork, refused } from './fork.ts';

/** A stage that was started; of one that is over and was no process, its status. */
type Started = Process | number;

/** `a | b | c`: all at once, each a process. */
export function runPipeline(shell: Shell, node: PipelineNode, flags: number): Soon<number> {
  const starting = new Starting(shell, node, flags);
  const done = (): Soon<number> =>
    then(waitForStages(shell, starting.started, node.text), (statuses) => {
      if (starting.lastStatus !== undefined) statuses.push(starting.lastStatus);
      shell.pipeStatuses = statuses;
      return statusOfPipeline(shell, statuses);
    });
  const failed = (error: unknown): Promise<number> => {
    starting.input?.close();
    return refused(shell, error);
  };
  try {
    const started = starting.from(0);
    return started instanceof Promise ? started.catch(failed).then((status) => status ?? done()) : done();
  } catch (error) {
    return failed(error);
  }
}

/** With `pipefail` that of the last stage that failed. */
function statusOfPipeline(shell: Shell, statuses: readonly number[]): number {
  const failed = shell.options.has('pipefail') ? statuses.findLast((status) => status !== 0) : undefined;
  return failed ?? (statuses.at(-1) as number);
}

/** The statuses of all stages, when they are over. */
function waitForStages(shell: Shell, started: readonly Started[], text: string): Soon<number[]> {
  const processes = started.filter((stage) => typeof stage !== 'number');
  if (processes.length === 0) return started as number[];
  return then(waitForAll(shell, processes, text), (statuses) => {
    if (processes.length === started.length) return statuses;
    let next = 0;
    return started.map((stage) => (typeof stage === 'number' ? stage : (statuses[next++] as number)));
  });
}

/** The stages of a pipeline, as they are started one after the other. */
class Starting {
  readonly started: Started[] = [];
  /** What the next stage reads. */
  input: OpenFile | undefined;
  /** Of a last stage that ran in the shell itself. */
  lastStatus: number | undefined;
  readonly #shell: Shell;
  readonly #node: PipelineNode;
  readonly #flags: number;
  readonly #usesShell: boolean;

  constructor(shell: Shell, node: PipelineNode, flags: number) {
    this.#shell = shell;
    this.#node = node;
    this.#flags = flags;
    this.#usesShell = shell.isBash && shell.isSet('lastpipe') && !shell.options.has('monitor');
  }

  /** Starts the stages from that one on; waits only where a program must be loaded. */
  from(first: number): Soon<undefined> {
    const { stages } = this.#node;
    for (let i = first; i < stages.length; i++) {
      if (i === stages.length - 1 && this.#usesShell && this.input) return this.#runLastHere(stages[i] as Node);
      const starting = this.#start(i);
      if (starting instanceof Promise)
        return starting.then((stage) => {
          this.started.push(stage);
          return this.from(i + 1);
        });
      this.started.push(starting);
    }
    return undefined;
  }

  #start(i: number): Soon<Started> {
    const { stages, sendsErrors } = this.#node;
    const { input } = this;
    const pipe = i < stages.length - 1 ? makePipe() : undefined;
    const files = new Map(this.#shell.process.files);
    if (input) files.set(0, input);
    if (pipe) files.set(1, pipe.writeEnd);
    if (pipe && sendsErrors[i]) files.set(2, pipe.writeEnd);
    this.input = pipe?.readEnd;
    const closed = (): void => {
      input?.close();
      pipe?.writeEnd.close();
    };
    let starting: Soon<Started>;
    try {
      starting = this.#startWith(i, files, pipe?.writeEnd);
    } catch (error) {
      closed();
      throw error;
    }
    if (starting instanceof Promise) return starting.finally(closed);
    closed();
    return starting;
  }

  #startWith(i: number, files: Map<number, OpenFile>, output: OpenFile | undefined): Soon<Started> {
    const shell = this.#shell;
    const stage = this.#node.stages[i] as Node;
    const leader = this.started.find((started) => typeof started !== 'number');
    const group = groupForChild(shell, leader);
    const forked = (): Process =>
      fork(shell, (inner) => runStage(inner, stage, (this.#flags & Run.tested) | Run.last), { files, group });
    const planned = planStage(shell, stage, this.#node.sendsErrors[i] ? undefined : output);
    return planned ? startPlanned(shell, planned, files, group, forked) : forked();
  }

  /** `lastpipe`: the last stage in the shell itself. */
  async #runLastHere(stage: Node): Promise<undefined> {
    const shell = this.#shell;
    const { files } = shell.process;
    const before = files.get(0);
    files.set(0, this.input as OpenFile);
    this.input = undefined;
    try {
      this.lastStatus = await shell.interpreter.runNode(shell, stage, this.#flags & ~Run.last);
    } finally {
      files.get(0)?.close();
      if (before) files.set(0, before);
      else files.delete(0);
    }
    return undefined;
  }
}

/** A command by itself counts as no subshell where its words are expanded; a function's body does. */
function runStage(inner: Shell, stage: Node, flags: number): Soon<number> {
  const name = stage.kind === 'simple' ? literalName(stage) : undefined;
  if (name !== undefined && !inner.functions.has(name)) inner.subshellDepth--;
  return inner.interpreter.runNode(inner, stage, flags);
}
