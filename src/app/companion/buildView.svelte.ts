import { type BuildEvent, CompanionClientError } from '../../client/companion/companionClient.ts';

export interface StepView {
  readonly id: string;
  readonly name: string;
  readonly state: 'running' | 'done' | 'cached' | 'failed';
  readonly durationMs: number | undefined;
  readonly log: string;
}

/** A step's log on the page; the rest is still counted. */
const MAX_STEP_CHARACTERS = 200_000;

/** What is known of one build, reduced from its events. */
export class BuildView {
  steps = $state.raw<readonly StepView[]>([]);
  phase = $state<'sending' | 'queued' | 'running' | 'receiving' | 'done' | 'failed'>('sending');
  ahead = $state(0);
  engine = $state('');
  isLogCut = $state(false);
  failure = $state<{ readonly code: string; readonly message: string } | undefined>(undefined);
  resultBytes = $state(0);
  build = $state<string | undefined>(undefined);
  receivedBytes = $state(0);

  readonly #controller = new AbortController();

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  cancel(): void {
    this.#controller.abort();
  }

  get isUnderWay(): boolean {
    return this.phase !== 'done' && this.phase !== 'failed';
  }

  take(event: BuildEvent): void {
    switch (event.type) {
      case 'queued':
        this.phase = 'queued';
        this.build = event.build;
        this.ahead = event.ahead;
        break;
      case 'started':
        this.phase = 'running';
        this.engine = event.engine;
        this.steps = [];
        break;
      case 'step':
        this.steps = [
          ...this.steps,
          { id: event.step, name: visibleText(event.name), state: 'running', durationMs: undefined, log: '' },
        ];
        break;
      case 'step-done': {
        const state = event.error !== undefined ? 'failed' : event.cached ? 'cached' : 'done';
        this.#change(event.step, (step) => ({ ...step, state, durationMs: event.durationMs }));
        break;
      }
      case 'log':
        this.#change(event.step, (step) => ({
          ...step,
          log: step.log.length > MAX_STEP_CHARACTERS ? step.log : step.log + visibleText(event.text),
        }));
        break;
      case 'log-truncated':
        this.isLogCut = true;
        break;
      case 'done':
        this.resultBytes = event.result.sizeBytes;
        this.phase = 'receiving';
        break;
      case 'error':
        this.fail(event.code, event.message);
        break;
    }
  }

  fail(code: string, message: string): void {
    this.failure = { code, message: visibleText(message) };
    this.phase = 'failed';
    this.steps = this.steps.map((step) => (step.state === 'running' ? { ...step, state: 'failed' } : step));
  }

  /** Something was thrown, perhaps because the build was cancelled. */
  failWith(error: unknown): void {
    const code = this.signal.aborted ? 'cancelled' : error instanceof CompanionClientError ? error.code : 'page';
    // That nobody answers any more, the page says in its own words.
    const isSilent = code === 'cancelled' || code === 'lost';
    this.fail(code, isSilent ? '' : error instanceof Error ? error.message : String(error));
  }

  #change(id: string, change: (step: StepView) => StepView): void {
    this.steps = this.steps.map((step) => (step.id === id ? change(step) : step));
  }
}

/** Control and bidirectional characters by their numbers: what a build prints steers nothing. */
export function visibleText(text: string): string {
  return text
    .replace(/\r\n/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, (control) => {
      const digits = control.charCodeAt(0).toString(16);
      return digits.length > 2 ? `\\u${digits.padStart(4, '0')}` : `\\x${digits.padStart(2, '0')}`;
    });
}
