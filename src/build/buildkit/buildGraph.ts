// The vertices that a plan comes to, and their names, as BuildKit marshals them (client/llb/state.go, marshal, and
// dockerfile2llb, prefixCommand): vertices of equal definitions are one, which has the name that came last.
import { fullForm, parseReference } from '../../image/reference.ts';
import type { BuildPlan } from '../plan/planBuild.ts';
import type { PlannedStage, PlannedStep } from '../plan/stageState.ts';
import type { StageCommand, StageNode } from '../plan/stageTable.ts';
import { shownReference } from './baseImages.ts';
import type { BuildkitVintage } from './buildkitOptions.ts';
import { shownStep } from './stepText.ts';

export interface GraphVertex {
  /** Equal for vertices that do the same. */
  readonly id: number;
  /** As progress shows it. */
  readonly name: string;
}

/** What the graph asks of whoever knows images and the client's files. */
export interface GraphForm {
  readonly vintage: BuildkitVintage;
  /** Whether a node begins with an image that has layers. */
  readonly hasLayers: (node: StageNode) => boolean;
  readonly platformOf: (node: StageNode) => string;
}

const SCRATCH = 'scratch';
/** What `scratch`, and an image without layers, stand for. */
const NOTHING = 0;

type Draft = { -readonly [K in keyof GraphVertex]: GraphVertex[K] };

/** A name that a vertex is given, or a stage that is gone through first. */
type Turn =
  | { readonly kind: 'name'; readonly vertex: Draft; readonly name: string }
  | { readonly kind: 'stage'; readonly node: StageNode };

/** Cost: linear in the steps and in the variables that their commands are given. */
export class BuildGraph {
  readonly #plan: BuildPlan;
  readonly #form: GraphForm;
  readonly #vertices = new Map<string, Draft>();
  readonly #images = new Map<StageNode, Draft>();
  readonly #steps = new Map<PlannedStep, Draft>();
  readonly #lastOf = new Map<StageNode, number>();

  constructor(plan: BuildPlan, form: GraphForm) {
    this.#plan = plan;
    this.#form = form;
    for (const stage of plan.stages) this.#define(stage);
    this.#nameAll();
  }

  /** Of the image that a node begins with; undefined where it begins with none. */
  image(node: StageNode): GraphVertex | undefined {
    return this.#images.get(node);
  }

  /** Undefined for a step that changes no files. */
  step(step: PlannedStep): GraphVertex | undefined {
    return this.#steps.get(step);
  }

  // Definitions

  #define({ node, steps }: PlannedStage): void {
    let last = this.#baseId(node);
    for (const [index, step] of steps.entries()) {
      if (!step.makesLayer) continue;
      const vertex = this.#vertex([last, ...this.#operation(step, node.commands[index]), this.#form.platformOf(node)]);
      this.#steps.set(step, vertex);
      last = vertex.id;
    }
    this.#lastOf.set(node, last);
  }

  #baseId(node: StageNode): number {
    if (node.base) return this.#lastOf.get(node.base) ?? NOTHING;
    if (node.baseName === SCRATCH) return NOTHING;
    if (!this.#form.hasLayers(node)) return node.stage ? NOTHING : this.#vertex(['files', node.baseName]).id;
    const vertex = this.#vertex(['image', shownReference(node.baseName), this.#form.platformOf(node)]);
    this.#images.set(node, vertex);
    return vertex.id;
  }

  #operation({ instruction: { body }, surroundings, mounts }: PlannedStep, command: StageCommand | undefined) {
    const sources = (command?.sources ?? []).map((source) => (source ? this.#sourceId(source) : NOTHING));
    const { workingDir, user, variables, args } = surroundings;
    if (body.kind === 'RUN') {
      const { network, security, files } = body;
      return ['run', args, [...variables.entries()], workingDir, user, mounts, sources, network, security, files];
    }
    if (body.kind === 'WORKDIR') return ['mkdir', workingDir, body.path, user];
    return [body.kind === 'COPY' ? { ...body, from: '' } : body, workingDir, sources];
  }

  #sourceId(node: StageNode): number {
    const known = this.#lastOf.get(node);
    if (known !== undefined) return known;
    const id = this.#baseId(node);
    this.#lastOf.set(node, id);
    return id;
  }

  #vertex(definition: readonly unknown[]): Draft {
    const key = JSON.stringify(definition);
    const known = this.#vertices.get(key);
    if (known) return known;
    const vertex = { id: this.#vertices.size + 1, name: '' };
    this.#vertices.set(key, vertex);
    return vertex;
  }

  // Names

  #nameAll(): void {
    const stages = new Map(this.#plan.stages.map((stage) => [stage.node, stage]));
    const seen = new Set<StageNode>([this.#plan.target]);
    const open = [this.#turns(this.#plan.target, stages)];
    for (let turns = open.at(-1); turns; turns = open.at(-1)) {
      const next = turns.next();
      if (next.done === true) open.pop();
      else if (next.value.kind === 'name') next.value.vertex.name = next.value.name;
      else if (!seen.has(next.value.node)) {
        seen.add(next.value.node);
        open.push(this.#turns(next.value.node, stages));
      }
    }
  }

  /** What a node stands on, then its steps, each after what it reads. */
  *#turns(node: StageNode, stages: ReadonlyMap<StageNode, PlannedStage>): Generator<Turn> {
    if (node.base) yield { kind: 'stage', node: node.base };
    const image = this.#images.get(node);
    const stage = stages.get(node);
    if (!stage) {
      if (image) yield { kind: 'name', vertex: image, name: `FROM ${shownReference(node.baseName)}` };
      return;
    }
    const prefix = new StepPrefix(stage, this.#form.vintage);
    if (image) {
      const name = prefix.before(`FROM ${fullForm(parseReference(node.baseName))}`);
      yield { kind: 'name', vertex: image, name };
    }
    for (const [index, step] of stage.steps.entries()) {
      const vertex = this.#steps.get(step);
      if (!vertex) continue;
      for (const source of node.commands[index]?.sources ?? []) if (source) yield { kind: 'stage', node: source };
      const text = shownStep(step, this.#lex);
      const isMarked = step.isOnBuild && this.#form.vintage !== '0.8';
      yield { kind: 'name', vertex, name: prefix.before(isMarked ? `ONBUILD ${text}` : text) };
    }
  }

  get #lex() {
    return { escape: this.#plan.parsed.escape, colonOnly: this.#form.vintage === '0.8' };
  }
}

/** `[stage 1/3] `. What is counted is what is written: WORKDIR / among it, which is no vertex. */
class StepPrefix {
  readonly #stageName: string;
  readonly #total: number;
  #index = 0;

  constructor({ node, steps }: PlannedStage, vintage: BuildkitVintage) {
    this.#stageName = node.shownName === '' ? '' : `${node.shownName} `;
    const written = steps.filter(({ isOnBuild, makesLayer, instruction }) =>
      isOnBuild ? vintage !== '0.8' : makesLayer || instruction.body.kind === 'WORKDIR',
    );
    this.#total = written.length + (node.base || node.baseName === SCRATCH ? 0 : 1);
  }

  before(text: string): string {
    if (this.#total === 0) return text;
    const number = String(++this.#index).padStart(String(this.#total).length);
    return `[${this.#stageName}${number}/${this.#total}] ${text}`;
  }
}
