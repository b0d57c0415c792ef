// What each instruction does to its stage: the config, the variables, the history line, and what the linter says.
import { BuildError } from '../buildError.ts';
import type { PatternMatcher } from '../context/patternMatcher.ts';
import { expandWords, type LexOptions } from '../expand/lexer.ts';
import { formatDuration } from '../go/formatDuration.ts';
import { joinPath } from '../go/path.ts';
import { quoteList } from '../go/quote.ts';
import type {
  AddInstruction,
  BuildArgument,
  CommandLine,
  CopyInstruction,
  HealthCheck,
  InstructionBody,
  KeyValue,
} from '../instructions/instruction.ts';
import { checkSecretName } from '../lint/namingChecks.ts';
import type { Linter } from '../lint/linter.ts';
import type { SyntaxNode } from '../parse/syntaxNode.ts';
import { checkCopy, checkIgnored } from './copySource.ts';
import type { VariableMap } from '../expand/environment.ts';
import type { Dialect } from './dialect.ts';
import { exposedPorts } from './ports.ts';
import { withShell } from './runCommand.ts';
import { isSignal } from './signals.ts';
import type { StageState } from './stageState.ts';
import { NON_ENVIRONMENT_ARGUMENTS, type WordExpander } from './variableReport.ts';

/** What instructions of every stage share. */
export interface PlanContext {
  readonly lex: LexOptions;
  readonly globalArguments: VariableMap;
  readonly buildArgs: ReadonlyMap<string, string>;
  /** Of the context's ignore file. */
  readonly ignored: PatternMatcher | undefined;
  readonly dialect: Dialect;
}

export interface Outcome {
  readonly createdBy: string | undefined;
  readonly makesLayer: boolean;
  /** The instruction with what became known now. */
  readonly body: InstructionBody;
}

type Expanded = Exclude<InstructionBody, { kind: 'RUN' }>;

/** Carries out any instruction but RUN. `body` is expanded. Throws BuildError. */
export function carryOut(
  body: Expanded,
  node: SyntaxNode,
  state: StageState,
  context: PlanContext,
  linter: Linter,
  expander: WordExpander,
): Outcome {
  const { config } = state;
  const said = (createdBy: string | undefined): Outcome => ({ createdBy, makesLayer: false, body });
  switch (body.kind) {
    case 'ADD':
    case 'COPY':
      checkCopy(body, context.dialect);
      if (body.kind === 'ADD' || body.from === '') checkIgnored(body, node, context.ignored, linter);
      return { createdBy: copyHistory(body), makesLayer: true, body };
    case 'ARG': {
      const args = body.args.map((argument) => declare(argument, node, state, context, linter, expander));
      const told = context.dialect === '0.8' ? withDefaults(body.args, expander) : args;
      const shown = told.map(({ key, value }) => (value === undefined ? key : `${key}=${value}`));
      return { createdBy: `ARG ${shown.join(' ')}`, makesLayer: false, body: { ...body, args } };
    }
    case 'CMD':
    case 'ENTRYPOINT':
      return said(`${body.kind} ${quoteList(setCommand(body.kind, body.command, node, state, linter))}`);
    case 'ENV':
      setVariables(body.pairs, node, state, linter);
      return said(pairHistory('ENV', body.pairs));
    case 'LABEL':
      for (const pair of body.pairs) {
        if (pair.legacy) linter.report('LegacyKeyValueFormat', node, node.keyword);
        config.labels.set(pair.key, pair.value);
      }
      return said(pairHistory('LABEL', body.pairs));
    case 'EXPOSE': {
      const words = body.ports.flatMap((port) => expandWords(port, state.variables, context.lex));
      const ports = exposedPorts(words, node, linter);
      for (const port of ports) config.exposedPorts.add(port);
      return { createdBy: `EXPOSE [${ports.join(' ')}]`, makesLayer: false, body: { ...body, ports } };
    }
    case 'HEALTHCHECK':
      noteRepeated(node, state, linter);
      config.health = body.health;
      return said(`HEALTHCHECK ${healthHistory(body.health)}`);
    case 'MAINTAINER':
      config.author = body.maintainer;
      return said(`MAINTAINER ${body.maintainer}`);
    case 'ONBUILD':
      config.onBuild.push(body.expression);
      return said(undefined);
    case 'SHELL':
      config.shell = body.shell;
      return said(`SHELL [${body.shell.join(' ')}]`);
    case 'STOPSIGNAL':
      if (!isSignal(body.signal)) throw new BuildError('instruction', `invalid signal: ${body.signal}`);
      config.stopSignal = body.signal;
      return said(`STOPSIGNAL ${body.signal}`);
    case 'USER':
      config.user = body.user;
      return said(`USER ${body.user}`);
    case 'VOLUME':
      if (body.volumes.includes('')) {
        throw new BuildError('instruction', 'VOLUME specified can not be an empty string');
      }
      for (const volume of body.volumes) config.volumes.add(volume);
      return said(`VOLUME [${body.volumes.join(' ')}]`);
    case 'WORKDIR': {
      if (!state.workingDirIsSet && !body.path.startsWith('/')) linter.report('WorkdirRelativePath', node, body.path);
      state.workingDirIsSet = true;
      config.workingDir = resolveWorkingDir(config.workingDir, body.path);
      return { createdBy: `WORKDIR ${config.workingDir}`, makesLayer: config.workingDir !== '/', body };
    }
  }
}

/** A relative path stands in the directory so far; an absolute one is kept as it is written. */
export function resolveWorkingDir(current: string, path: string): string {
  if (path.startsWith('/')) return path;
  const parent = current === '' ? '/' : current;
  return path === '' ? parent : joinPath('/', parent, path);
}

function declare(
  argument: BuildArgument,
  node: SyntaxNode,
  state: StageState,
  { buildArgs, globalArguments }: PlanContext,
  linter: Linter,
  expander: WordExpander,
): BuildArgument {
  const { key } = argument;
  checkSecretName('ARG', key, node, linter);
  let value = buildArgs.get(key);
  if (value === undefined) {
    value = argument.value === undefined ? globalArguments.get(key) : expander.word(argument.value);
  }
  if (value !== undefined && !NON_ENVIRONMENT_ARGUMENTS.has(key)) state.variables.set(key, value);
  const declared = { ...argument, value };
  state.buildArguments.push(declared);
  return declared;
}

/** 0.8 told of the Dockerfile's own values, whatever was given. */
function withDefaults(args: readonly BuildArgument[], expander: WordExpander): readonly BuildArgument[] {
  return args.map((argument) => ({
    ...argument,
    value: argument.value === undefined ? undefined : expander.word(argument.value),
  }));
}

function setVariables(pairs: readonly KeyValue[], node: SyntaxNode, state: StageState, linter: Linter): void {
  for (const { key, value, legacy } of pairs) {
    if (legacy) linter.report('LegacyKeyValueFormat', node, node.keyword);
    checkSecretName('ENV', key, node, linter);
    state.variables.set(key, value);
    state.config.env.set(key, value);
  }
}

function setCommand(
  kind: 'CMD' | 'ENTRYPOINT',
  command: CommandLine,
  node: SyntaxNode,
  state: StageState,
  linter: Linter,
): readonly string[] {
  noteRepeated(node, state, linter);
  const { config } = state;
  if (command.shell && config.shell.length === 0) linter.report('JSONArgsRecommended', node, node.keyword);
  const args = command.shell ? withShell(config.shell, command.args) : command.args;
  if (kind === 'CMD') config.cmd = args;
  else {
    config.entrypoint = args;
    // An ENTRYPOINT voids the CMD of the base, but not one of this stage.
    if (!state.lastLines.has('cmd')) config.cmd = [];
  }
  return args;
}

// The earlier one is told: it is the one that does not count.
function noteRepeated(node: SyntaxNode, state: StageState, linter: Linter): void {
  const kind = node.keyword.toLowerCase();
  const earlier = state.lastLines.get(kind);
  if (earlier) linter.report('MultipleInstructionsDisallowed', earlier, node.keyword);
  state.lastLines.set(kind, node);
}

function pairHistory(kind: string, pairs: readonly KeyValue[]): string {
  return [kind, ...pairs.map(({ key, value }) => `${key}=${value}`)].join(' ');
}

function copyHistory(copy: AddInstruction | CopyInstruction): string {
  const words: string[] = [copy.kind];
  if (copy.kind === 'COPY' && copy.parents) words.push('--parents');
  if (copy.chown !== '') words.push(`--chown=${copy.chown}`);
  if (copy.chmod !== '') words.push(`--chmod=${copy.chmod}`);
  words.push(...copy.sources, ...copy.inline.map((file) => `<<${file.name}`), copy.destination);
  return `${words.join(' ')} # buildkit`;
}

// Go's %+v of the config's structure.
function healthHistory(health: HealthCheck): string {
  const fields: readonly (readonly [string, bigint])[] = [
    ['Interval', health.intervalNanoseconds],
    ['Timeout', health.timeoutNanoseconds],
    ['StartPeriod', health.startPeriodNanoseconds],
    ['StartInterval', health.startIntervalNanoseconds],
  ];
  const times = fields.map(([name, nanoseconds]) => `${name}:${formatDuration(nanoseconds)}`);
  return `{Test:[${health.test.join(' ')}] ${times.join(' ')} Retries:${health.retries}}`;
}
