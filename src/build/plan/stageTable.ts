import { BuildError, type LineRange } from '../buildError.ts';
import type { Instruction, Stage } from '../instructions/instruction.ts';
import { linesOf } from '../instructions/readStages.ts';
import { suggestion } from '../suggest.ts';
import type { BuildPlatform } from './platform.ts';

/** A command of a stage, and the stages or images it reads from. */
export interface StageCommand {
  readonly instruction: Instruction;
  /** COPY: one or none; RUN: one for each `--mount`, undefined for those that name none. */
  readonly sources: readonly (StageNode | undefined)[];
  readonly isOnBuild: boolean;
}

/** A stage, or an image that `COPY --from` or a mount names. */
export interface StageNode {
  /** undefined for an image that is only copied from. */
  readonly stage: Stage | undefined;
  /** Of the stage in the file, from 0; -1 for an image that is only copied from. */
  readonly number: number;
  /** As progress shows it: its name, or `stage-N`; empty when it is the only one. */
  shownName: string;
  /** Expanded. */
  readonly baseName: string;
  readonly base: StageNode | undefined;
  readonly platform: BuildPlatform | undefined;
  readonly lines: LineRange;
  readonly dependencies: Set<StageNode>;
  commands: StageCommand[];
  hasTriggers: boolean;
}

/** The stages of a Dockerfile by number and by name. */
export class StageTable {
  readonly nodes: StageNode[] = [];
  readonly #byName = new Map<string, StageNode>();

  /** The base is the stage of that name defined last before this one. */
  baseOf(baseName: string): StageNode | undefined {
    return this.#byName.get(baseName);
  }

  add(node: StageNode): void {
    this.nodes.push(node);
    if (node.stage && node.stage.name !== '') this.#byName.set(node.stage.name, node);
  }

  byName(name: string): StageNode | undefined {
    return this.#byName.get(name.toLowerCase());
  }

  /** Throws BuildError `stage`. */
  byIndex(index: number): StageNode {
    const node = this.nodes[index];
    if (!node) throw new BuildError('stage', `invalid stage index ${index}`);
    return node;
  }

  /** The stage to build: the last one unless a name is given. Throws BuildError `stage`. */
  target(name: string | undefined): StageNode {
    if (name === undefined || name === '') return this.nodes.at(-1) as StageNode;
    const node = this.byName(name);
    if (node) return node;
    const names = this.nodes.map((each) => each.shownName);
    throw new BuildError('stage', `target stage ${JSON.stringify(name)} could not be found${suggestion(name, names)}`);
  }
}

/** An image that is only copied from, or mounted. */
export function imageNode(baseName: string, lines: LineRange): StageNode {
  return {
    stage: undefined,
    number: -1,
    shownName: '',
    baseName,
    base: undefined,
    platform: undefined,
    lines,
    dependencies: new Set(),
    commands: [],
    hasTriggers: false,
  };
}

export function stageNode(
  stage: Stage,
  index: number,
  baseName: string,
  base: StageNode | undefined,
  platform: BuildPlatform | undefined,
): StageNode {
  return {
    ...imageNode(baseName, linesOf(stage.node)),
    stage,
    number: index,
    shownName: stage.name === '' ? `stage-${index}` : stage.name,
    base,
    platform,
  };
}

/** Throws BuildError `stage` when stages copy from each other in a circle. Keeps its own stack: a file may have 100,000. */
export function checkCircles(nodes: readonly StageNode[]): void {
  const done = new Set<StageNode>();
  for (const root of nodes) {
    if (done.has(root)) continue;
    const open = new Set<StageNode>([root]);
    const path = [{ node: root, rest: root.dependencies.values() }];
    done.add(root);
    for (let here = path.at(-1); here; here = path.at(-1)) {
      const next = here.rest.next();
      if (next.done === true) {
        open.delete(here.node);
        path.pop();
        continue;
      }
      const node = next.value;
      if (open.has(node)) {
        const lines = path.map((step, i) => linesOfLink(step.node, path[i + 1]?.node ?? node));
        throw new BuildError('stage', `circular dependency detected on stage: ${root.shownName}`, lines);
      }
      if (done.has(node)) continue;
      done.add(node);
      open.add(node);
      path.push({ node, rest: node.dependencies.values() });
    }
  }
}

// Where a stage names another one that it reads from: the last of its commands that does.
function linesOfLink(from: StageNode, to: StageNode): LineRange {
  const command = from.commands.findLast(({ sources }) => sources.includes(to));
  return command ? linesOf(command.instruction.node) : from.lines;
}

/** The stages that building `target` needs, itself included. */
export function reachableFrom(target: StageNode): Set<StageNode> {
  const found = new Set<StageNode>();
  const open = [target];
  for (let node = open.pop(); node; node = open.pop()) {
    if (found.has(node)) continue;
    found.add(node);
    if (node.base) open.push(node.base);
    open.push(...node.dependencies);
  }
  return found;
}
