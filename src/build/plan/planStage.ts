import { BuildError, atLines } from '../buildError.ts';
import { VariableMap } from '../expand/environment.ts';
import { quote } from '../go/quote.ts';
import { linesOf } from '../instructions/readStages.ts';
import type { Linter } from '../lint/linter.ts';
import type { Budget } from './budget.ts';
import { carryOut, type PlanContext } from './carryOut.ts';
import { expandInstruction } from './expandInstruction.ts';
import { checkMounts, readMounts, runArguments, runHistory } from './runCommand.ts';
import {
  type BaseConfig,
  type PlannedStage,
  type PlannedStep,
  StageState,
  type StepSurroundings,
} from './stageState.ts';
import type { StageCommand, StageNode } from './stageTable.ts';
import { WordExpander } from './variableReport.ts';

/** Goes through the instructions of one stage after another. */
export class StagePlanner {
  readonly #context: PlanContext;
  readonly #linter: Linter;
  readonly #budget: Budget;
  readonly #states = new Map<StageNode, StageState>();

  constructor(context: PlanContext, linter: Linter, budget: Budget) {
    this.#context = context;
    this.#linter = linter;
    this.#budget = budget;
  }

  /** Throws BuildError with the lines of the instruction. */
  plan(node: StageNode, image: BaseConfig | undefined): PlannedStage {
    const base = node.base && this.#states.get(node.base);
    const state = new StageState(node, base, image);
    this.#budget.spend([...state.variables.keys()].length + state.buildArguments.length);
    this.#states.set(node, state);
    for (const command of node.commands) state.steps.push(this.#step(command, state));
    return { node, config: state.config, steps: state.steps, baseUnknown: state.baseUnknown };
  }

  #step(command: StageCommand, state: StageState): PlannedStep {
    const { instruction, isOnBuild } = command;
    const { node, body } = instruction;
    const linter = this.#linter.withComments(node.comments);
    const expander = new WordExpander(state, node, linter, this.#context.lex, this.#budget);
    try {
      if (body.kind === 'RUN') {
        const mounts = readMounts(body, expander);
        const args = runArguments(body, state);
        checkMounts(mounts, command, state, (source) => this.#states.has(source));
        const createdBy = `${runHistory(args, state, this.#context.dialect)} # buildkit`;
        const surroundings = this.#surroundings(state, args);
        return { instruction, isOnBuild, mounts, createdBy, makesLayer: true, surroundings };
      }
      const expanded = expandInstruction(body, expander);
      if (expanded.kind === 'RUN') throw new BuildError('instruction', 'RUN is not expanded');
      if (expanded.kind === 'COPY') this.#needEarlierStage(expanded.from, command, state);
      const makes = expanded.kind === 'COPY' || expanded.kind === 'ADD' || expanded.kind === 'WORKDIR';
      const surroundings = makes ? this.#surroundings(state, []) : surroundingsOf(state, NO_VARIABLES, []);
      const outcome = carryOut(expanded, node, state, this.#context, linter, expander);
      const { createdBy, makesLayer } = outcome;
      const done = { ...instruction, body: outcome.body };
      return { instruction: done, isOnBuild, mounts: [], createdBy, makesLayer, surroundings };
    } catch (error) {
      throw atLines(error, linesOf(node));
    }
  }

  #surroundings(state: StageState, args: readonly string[]): StepSurroundings {
    const variables = state.variables.copy();
    this.#budget.spend([...variables.keys()].length);
    return surroundingsOf(state, variables, args);
  }

  #needEarlierStage(from: string, command: StageCommand, state: StageState): void {
    const [source] = command.sources;
    if (!source?.stage || this.#states.has(source)) return;
    const here = quote(state.node.shownName);
    throw new BuildError(
      'stage',
      `cannot copy from stage ${quote(from)}, it needs to be defined before current stage ${here}`,
    );
  }
}

const NO_VARIABLES = new VariableMap();

function surroundingsOf({ config }: StageState, variables: VariableMap, args: readonly string[]): StepSurroundings {
  return { workingDir: config.workingDir, user: config.user, variables, args };
}
