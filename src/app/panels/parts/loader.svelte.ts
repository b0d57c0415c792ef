import type { Calls, CallKind } from '../../state/calls.svelte.ts';

/** A value that a panel shows, and the call that brings it. Asking again ends the call before. */
export class Loader<T> {
  value = $state.raw<T | undefined>(undefined);
  status = $state<'idle' | 'loading' | 'ready' | 'stopped'>('idle');
  callId = $state<string | undefined>(undefined);
  readonly kind: CallKind;
  readonly #calls: Calls;
  #turn = 0;

  constructor(calls: Calls, kind: CallKind) {
    this.#calls = calls;
    this.kind = kind;
  }

  /** What was shown stays until the new value is there. */
  async load(subject: string, work: (callId: string) => Promise<T>): Promise<T | undefined> {
    const turn = ++this.#turn;
    this.cancel();
    this.status = 'loading';
    const value = await this.#calls.run(this.kind, subject, (callId) => {
      this.callId = callId;
      return work(callId);
    });
    if (turn !== this.#turn) return undefined;
    this.callId = undefined;
    this.status = value === undefined ? 'stopped' : 'ready';
    if (value !== undefined) this.value = value;
    return value;
  }

  cancel(): void {
    if (this.callId !== undefined) void this.#calls.cancel(this.callId);
    this.callId = undefined;
  }

  /** Ends what is under way; what it brings is dropped. */
  reset(): void {
    this.#turn++;
    this.cancel();
    this.value = undefined;
    this.status = 'idle';
  }
}
