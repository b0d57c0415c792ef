import type { BuildEvent, Builder, CacheDecision, StepDecision, StepOutcome } from '../../client/labClient.ts';

/** A step of a build, as far as it is known. */
export interface RunStep {
  readonly number: number;
  readonly source: string;
  readonly stage: number;
  readonly stageName: string;
  /** From 1; undefined for what stands in no line. */
  readonly startLine: number | undefined;
  readonly endLine: number | undefined;
  readonly outcome: StepOutcome | 'running';
  readonly decision: CacheDecision | StepDecision | undefined;
  readonly startedMs: number;
  readonly tookMs: number | undefined;
  /** diffIDs of all layers after it, base first. */
  readonly layers: readonly string[];
  /** Layers that were there before it. */
  readonly layersBefore: number;
}

/** A stage with its steps. */
export interface RunStage {
  readonly number: number;
  readonly name: string;
  readonly steps: readonly RunStep[];
}

const MAX_LOG_CHARACTERS = 400_000;
// Control sequences of terminals, and what is left of control characters.
const SEQUENCE = /\u001b\[[0-9;?]*[A-Za-z]/g;
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** One build on the machine, reduced from its events. */
export class BuildRun {
  readonly number: number;
  builder = $state<Builder>('classic');
  commandLine = $state('');
  folder = $state<string | undefined>(undefined);
  dockerfile = $state<string | undefined>(undefined);
  isTyped = $state(false);
  steps = $state.raw<readonly RunStep[]>([]);
  log = $state('');
  hasEnded = $state(false);
  isCanceled = $state(false);
  status = $state<number | undefined>(undefined);
  imageId = $state<string | undefined>(undefined);

  readonly stages = $derived.by<readonly RunStage[]>(() => {
    const stages = new Map<number, { number: number; name: string; steps: RunStep[] }>();
    for (const step of this.steps) {
      const stage = stages.get(step.stage) ?? { number: step.stage, name: step.stageName, steps: [] };
      stages.set(step.stage, stage);
      stage.steps.push(step);
    }
    return [...stages.values()].sort((a, b) => a.number - b.number);
  });
  readonly failed = $derived(this.steps.find(({ outcome }) => outcome === 'failed'));

  constructor(number: number) {
    this.number = number;
  }

  /** Events in their order; steps and log change once for all of them. */
  take(events: readonly BuildEvent[]): void {
    const steps = new Map(this.steps.map((step) => [step.number, step]));
    const text = events.flatMap((event) => (event.kind === 'log' ? [event.text] : [])).join('');
    if (this.log.length < MAX_LOG_CHARACTERS) this.log += visible(text.slice(0, MAX_LOG_CHARACTERS));
    for (const event of events) this.#take(event, steps);
    // What waited when the build ended did not come to its end.
    if (this.hasEnded)
      for (const step of steps.values())
        if (step.outcome === 'running') steps.set(step.number, { ...step, outcome: 'canceled' });
    this.steps = [...steps.values()];
  }

  #take(event: BuildEvent, steps: Map<number, RunStep>): void {
    switch (event.kind) {
      case 'asked':
        this.commandLine = event.commandLine;
        break;
      case 'began':
        this.builder = event.builder;
        this.folder = event.folder;
        this.dockerfile = event.dockerfile;
        this.isTyped = event.isTyped;
        break;
      case 'log':
        break;
      case 'step':
        takeStep(event, steps);
        break;
      case 'ended':
        this.imageId = event.imageId;
        this.hasEnded = true;
        break;
    }
  }

  /** The position of the layer that a step made, base 0: of FROM the topmost of the base. */
  layerOf(step: RunStep): number | undefined {
    const top = step.layers.length - 1;
    if (/^from\b/i.test(step.source)) return top < 0 ? undefined : top;
    return step.layers.length > step.layersBefore ? top : undefined;
  }

  /** The step that made a layer of a stack; FROM for those of the base. */
  stepOfLayer(diffIds: readonly string[], position: number): RunStep | undefined {
    const fits = ({ layers }: RunStep): boolean =>
      layers.length > position && layers.slice(0, diffIds.length).every((diffId, i) => diffId === diffIds[i]);
    return this.steps.find((step) => fits(step) && position < step.layers.length && position >= firstLayerOf(step));
  }
}

function takeStep({ atMs, event }: Extract<BuildEvent, { kind: 'step' }>, steps: Map<number, RunStep>): void {
  if (event.kind === 'started') {
    const { step: number, source, stage, stageName, lines } = event;
    const before = [...steps.values()].findLast((one) => one.stage === stage);
    steps.set(number, {
      number,
      source,
      stage,
      stageName,
      startLine: lines?.startLine,
      endLine: lines?.endLine,
      outcome: 'running',
      decision: undefined,
      startedMs: atMs,
      tookMs: undefined,
      layers: [],
      layersBefore: before?.layers.length ?? 0,
    });
    return;
  }
  const step = steps.get(event.step);
  if (!step) return;
  if (event.kind === 'decided') steps.set(event.step, { ...step, decision: event.decision });
  else steps.set(event.step, { ...step, outcome: event.outcome, layers: event.layers, tookMs: atMs - step.startedMs });
}

function firstLayerOf({ source, layersBefore }: RunStep): number {
  return /^from\b/i.test(source) ? 0 : layersBefore;
}

function visible(text: string): string {
  return text.replace(SEQUENCE, '').replace(/\r+\n/g, '\n').replace(/\r/g, '\n').replace(CONTROL, '');
}
