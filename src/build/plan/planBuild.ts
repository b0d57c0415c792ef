// From a Dockerfile's text to what a build of it would do, stage by stage, without an image or a file at hand: as
// BuildKit's frontend does it (frontend/dockerfile/dockerfile2llb), in its order, with its findings and its errors.
import { BuildError } from '../buildError.ts';
import { isReference, parseReference } from '../../image/reference.ts';
import { quote } from '../go/quote.ts';
import { readStages } from '../instructions/readStages.ts';
import { parseCheckOptions } from '../lint/checkOptions.ts';
import { type LintFinding, Linter } from '../lint/linter.ts';
import { checkKeywordCasing, checkStageNames } from '../lint/namingChecks.ts';
import { PatternMatcher } from '../context/patternMatcher.ts';
import type { LexOptions } from '../expand/lexer.ts';
import { findDirective } from '../parse/directives.ts';
import { parseDockerfile } from '../parse/parseDockerfile.ts';
import type { ParsedDockerfile } from '../parse/syntaxNode.ts';
import { Budget } from './budget.ts';
import { checkCount } from './instructionCount.ts';
import { addStage } from './buildStages.ts';
import type { PlanContext } from './carryOut.ts';
import type { Dialect } from './dialect.ts';
import { checkDefaultBases, globalArguments, predefinedArguments } from './globalArguments.ts';
import { type BuildPlatform, DEFAULT_PLATFORM } from './platform.ts';
import { StagePlanner } from './planStage.ts';
import { addTriggers, linkCommands } from './stageCommands.ts';
import { type BaseConfig, DEFAULT_PATH, type PlannedStage, type PlannedStep } from './stageState.ts';
import { checkCircles, reachableFrom, type StageNode, StageTable } from './stageTable.ts';

export interface PlanOptions {
  readonly buildArgs?: ReadonlyMap<string, string>;
  /** The stage to build; the last one unless given. */
  readonly target?: string;
  /** Plan every stage, not only those that the target needs: for linting. */
  readonly allStages?: boolean;
  readonly buildPlatform?: BuildPlatform;
  readonly targetPlatform?: BuildPlatform;
  /** The config of a base image, where it is known. */
  readonly baseConfig?: (reference: string, platform: BuildPlatform) => BaseConfig | undefined;
  /** Today's where it is not said. */
  readonly dialect?: Dialect;
  /** Names of stages in whose place something else stands: they begin with what has their name, and do nothing. */
  readonly replacedStages?: ReadonlySet<string>;
  /** Told of the stages that are needed before their instructions are gone through. */
  readonly onNeeded?: (nodes: Iterable<StageNode>) => void;
  /** Patterns of the context's ignore file. */
  readonly ignorePatterns?: readonly string[];
}

export interface BuildPlan {
  readonly parsed: ParsedDockerfile;
  /** In the order of the file; without those that the target does not need, unless all were asked for. */
  readonly stages: readonly PlannedStage[];
  readonly target: StageNode;
  readonly globalArguments: ReadonlyMap<string, string>;
}

export interface CheckedDockerfile {
  readonly findings: readonly LintFinding[];
  /** undefined when there is an error. */
  readonly plan: BuildPlan | undefined;
  readonly error: BuildError | undefined;
}

/** Each is a step with surroundings of its own. */
const MAX_INSTRUCTIONS = 200_000;
const SCRATCH = 'scratch';
const SCRATCH_CONFIG: BaseConfig = { env: [`PATH=${DEFAULT_PATH}`], workingDir: '/', user: '', shell: [], onBuild: [] };

/** Plans a build and gathers what the linter finds on the way; an error ends it, and what was found before stays. */
export function checkDockerfile(text: string, options: PlanOptions = {}): CheckedDockerfile {
  const findings: LintFinding[] = [];
  try {
    const plan = planBuild(text, options, findings);
    return { findings, plan, error: undefined };
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    return { findings, plan: undefined, error };
  }
}

/** Throws BuildError with BuildKit's words and the lines. */
export function planBuild(text: string, options: PlanOptions, findings: LintFinding[] = []): BuildPlan {
  if (text === '') throw new BuildError('syntax', 'the Dockerfile cannot be empty');
  const linter = new Linter(checkOptions(text), findings);
  const { dialect = 'current' } = options;
  const isOld = dialect === '0.8';
  const parsed = parseDockerfile(text, { hasHeredocs: !isOld });
  for (const { line } of parsed.warnings) linter.report('NoEmptyContinuation', { startLine: line, endLine: line });
  checkCount(parsed.nodes, MAX_INSTRUCTIONS);
  const { stages: written, globalArguments: declared } = readStages(parsed.nodes, linter);
  const stages = written.map((stage) =>
    options.replacedStages?.has(stage.name) ? { ...stage, base: stage.name, platform: '', instructions: [] } : stage,
  );
  if (stages.length === 0) throw new BuildError('stage', 'dockerfile contains no stages to build');
  checkStageNames(stages, linter);
  checkKeywordCasing(stages, linter);

  const budget = new Budget();
  const buildArgs = options.buildArgs ?? new Map<string, string>();
  const lex: LexOptions = { escape: parsed.escape, colonOnly: isOld };
  const build = options.buildPlatform ?? DEFAULT_PLATFORM;
  const targetPlatform = options.targetPlatform ?? build;
  const targetName = options.target || (stages.at(-1)?.name ?? '');
  const predefined = predefinedArguments(build, targetPlatform, targetName, buildArgs);
  checkDefaults(() => {
    const defaults = globalArguments(predefined, declared, new Map(), lex, budget).values;
    checkDefaultBases(stages, defaults, lex, linter);
  });
  const global = globalArguments(predefined, declared, buildArgs, lex, budget);

  const table = new StageTable();
  for (const [index, stage] of stages.entries()) addStage(stage, index, table, global, lex, linter);
  const target = table.target(options.target);
  for (const node of [...table.nodes]) linkCommands(node, table, lex);
  checkCircles(table.nodes);
  if (table.nodes.length === 1) target.shownName = '';
  const bases = new BaseImages(options, targetPlatform);
  const needed = resolve(table, target, bases, lex);
  options.onNeeded?.(needed);

  const context: PlanContext = { lex, globalArguments: global.values, buildArgs, ignored: matcherOf(options), dialect };
  const planner = new StagePlanner(context, linter, budget);
  const wanted = table.nodes.filter((node) => node.stage && (options.allStages === true || needed.has(node)));
  const planned = wanted.map((node) => planner.plan(node, bases.config(node)));
  linter.throwIfAsked();
  checkRuns(planned);
  return { parsed, stages: planned, target, globalArguments: new Map(global.values.entries()) };
}

/** What BuildKit finds out as it marshals the plan: RUN [] runs nothing. */
function checkRuns(stages: readonly PlannedStage[]): void {
  const isEmpty = ({ instruction: { body }, surroundings }: PlannedStep) =>
    body.kind === 'RUN' && surroundings.args.length === 0;
  if (stages.some(({ steps }) => steps.some(isEmpty))) throw new BuildError('marshal', 'arguments are required');
}

function checkOptions(text: string) {
  const directive = findDirective(text, 'check');
  try {
    return parseCheckOptions(directive?.value.split(' ', 1)[0] ?? '');
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    const line = directive?.line ?? 1;
    throw new BuildError(error.code, `failed to parse check options: ${error.message}`, [
      { startLine: line, endLine: line },
    ]);
  }
}

// Faults in the defaults come up again, and are told, when the arguments are worked out for the build.
function checkDefaults(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof BuildError) || error.code === 'limit') throw error;
  }
}

function matcherOf({ ignorePatterns }: PlanOptions): PatternMatcher | undefined {
  return ignorePatterns === undefined || ignorePatterns.length === 0 ? undefined : new PatternMatcher(ignorePatterns);
}

/** What is known of the images that stages start from. */
class BaseImages {
  readonly #options: PlanOptions;
  readonly #platform: BuildPlatform;
  readonly #known = new Map<StageNode, BaseConfig | undefined>();

  constructor(options: PlanOptions, platform: BuildPlatform) {
    this.#options = options;
    this.#platform = platform;
  }

  config(node: StageNode): BaseConfig | undefined {
    if (node.base) return undefined;
    if (node.baseName === SCRATCH) return SCRATCH_CONFIG;
    if (!this.#known.has(node)) {
      this.#known.set(node, this.#options.baseConfig?.(node.baseName, node.platform ?? this.#platform));
    }
    return this.#known.get(node);
  }
}

/** Checks the names of base images, and adds triggers until they bring nothing new. What the target needs is returned. */
function resolve(table: StageTable, target: StageNode, bases: BaseImages, lex: LexOptions): Set<StageNode> {
  const checked = new Set<StageNode>();
  for (;;) {
    for (const node of table.nodes) {
      if (node.base || checked.has(node)) continue;
      checked.add(node);
      checkBaseName(node);
    }
    const needed = reachableFrom(target);
    let grew = false;
    for (const node of table.nodes) {
      if (!node.stage || !needed.has(node) || node.hasTriggers) continue;
      node.hasTriggers = true;
      const triggers = [...(bases.config(node)?.onBuild ?? []), ...triggersOf(node.base)];
      if (triggers.length > 0 && addTriggers(node, triggers, table, lex)) grew = true;
    }
    if (!grew) return needed;
  }
}

function triggersOf(base: StageNode | undefined): string[] {
  return (base?.commands ?? []).flatMap(({ instruction: { body } }) =>
    body.kind === 'ONBUILD' ? [body.expression] : [],
  );
}

function checkBaseName({ baseName, lines }: StageNode): void {
  if (baseName === SCRATCH || isReference(baseName)) return;
  try {
    parseReference(baseName);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new BuildError('stage', `failed to parse stage name ${quote(baseName)}: ${why}`, [lines]);
  }
}
