import { VariableMap, splitVariable } from '../expand/environment.ts';
import type { BuildArgument, HealthCheck, Instruction, Mount } from '../instructions/instruction.ts';
import type { LineRange } from '../buildError.ts';
import type { StageNode } from './stageTable.ts';

/** What an image's config says to a build that starts from it. */
export interface BaseConfig {
  /** `NAME=value`. */
  readonly env: readonly string[];
  readonly workingDir: string;
  readonly user: string;
  readonly shell: readonly string[];
  readonly onBuild: readonly string[];
}

/** The config as it grows, instruction by instruction. */
export interface PlannedConfig {
  env: VariableMap;
  workingDir: string;
  user: string;
  shell: readonly string[];
  cmd: readonly string[];
  entrypoint: readonly string[];
  exposedPorts: Set<string>;
  volumes: Set<string>;
  labels: Map<string, string>;
  stopSignal: string;
  health: HealthCheck | undefined;
  onBuild: string[];
  author: string;
}

/** An instruction with its words expanded. */
export interface PlannedStep {
  readonly instruction: Instruction;
  readonly isOnBuild: boolean;
  /** The mounts of RUN, read with variables known. */
  readonly mounts: readonly Mount[];
  /** `created_by` of the image's history; undefined for ONBUILD, which leaves none. */
  readonly createdBy: string | undefined;
  readonly makesLayer: boolean;
  /** What it is carried out in. */
  readonly surroundings: StepSurroundings;
}

/** The state of a stage before a step. */
export interface StepSurroundings {
  readonly workingDir: string;
  readonly user: string;
  /** ENV and ARG together, for steps that make layers; none for others. */
  readonly variables: VariableMap;
  /** What RUN executes; none for others. */
  readonly args: readonly string[];
}

export interface PlannedStage {
  readonly node: StageNode;
  readonly config: PlannedConfig;
  readonly steps: readonly PlannedStep[];
  /** The base image's config was not at hand. */
  readonly baseUnknown: boolean;
}

export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** A stage while its instructions are gone through. */
export class StageState {
  readonly node: StageNode;
  /** Variables that words may name: ENV and ARG together. */
  readonly variables: VariableMap;
  readonly config: PlannedConfig;
  readonly steps: PlannedStep[] = [];
  readonly buildArguments: BuildArgument[];
  /** How many of them, the first, were declared in the stage that this one begins with. */
  readonly inheritedArguments: number;
  readonly baseUnknown: boolean;
  workingDirIsSet: boolean;
  /** Where an instruction that should come once stood last. */
  readonly lastLines = new Map<string, LineRange>();

  constructor(node: StageNode, base: StageState | undefined, image: BaseConfig | undefined) {
    this.node = node;
    this.variables = base?.variables.copy() ?? new VariableMap();
    this.config = base ? copyConfig(base.config) : startConfig(image);
    this.buildArguments = [...(base?.buildArguments ?? [])];
    this.inheritedArguments = this.buildArguments.length;
    this.workingDirIsSet = base?.workingDirIsSet ?? false;
    this.baseUnknown = base ? base.baseUnknown : image === undefined;
    if (this.config.env.get('PATH') === undefined) this.config.env.set('PATH', DEFAULT_PATH);
    for (const [name, value] of this.config.env.entries()) this.variables.set(name, value);
  }
}

function startConfig(image: BaseConfig | undefined): PlannedConfig {
  return {
    env: new VariableMap((image?.env ?? []).map(splitVariable)),
    workingDir: image?.workingDir ?? '',
    user: image?.user ?? '',
    shell: image?.shell ?? [],
    cmd: [],
    entrypoint: [],
    exposedPorts: new Set(),
    volumes: new Set(),
    labels: new Map(),
    stopSignal: '',
    health: undefined,
    onBuild: [],
    author: '',
  };
}

// Triggers do not carry over: they run in the stage that starts here.
function copyConfig(config: PlannedConfig): PlannedConfig {
  return {
    ...config,
    env: config.env.copy(),
    exposedPorts: new Set(config.exposedPorts),
    volumes: new Set(config.volumes),
    labels: new Map(config.labels),
    onBuild: [],
  };
}
