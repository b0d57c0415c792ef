import { untrack } from 'svelte';
import type { ExplorerEvent, ServiceFault } from '../../client/protocol.ts';
import { faultOf } from './faultOf.ts';

/** What is being done, as the page words it: the message key is `busy.` + kind. */
export type CallKind =
  | 'open'
  | 'restore'
  | 'reopen'
  | 'keep'
  | 'store'
  | 'tree'
  | 'search'
  | 'read'
  | 'digest'
  | 'waste'
  | 'leftovers'
  | 'compare'
  | 'treemap'
  | 'verify'
  | 'save'
  | 'documents'
  | 'history'
  | 'detail';

/** Done so often and so quickly that a card for each would only be noise; they show where their result goes. */
export const QUIET_KINDS: ReadonlySet<CallKind> = new Set([
  'tree',
  'detail',
  'history',
  'read',
  'documents',
  'restore',
]);

/** The contents need the file again: that is offered where they would be shown. */
const FILE_CODES: ReadonlySet<string> = new Set(['gone', 'permission']);

/** Work under way in the worker. */
export interface BusyCall {
  readonly id: string;
  readonly kind: CallKind;
  /** What it is done to: a file name, a path. */
  readonly subject: string;
  readonly phase: string | undefined;
  readonly doneBytes: number;
  readonly totalBytes: number | undefined;
}

/** A failure on show until it is dismissed. */
export interface ShownFault {
  readonly id: string;
  readonly kind: CallKind;
  readonly subject: string;
  readonly fault: ServiceFault;
}

/** Bound of the list: an error that repeats must not fill the page. */
const MAX_FAULTS = 20;

/** Runs calls to the worker: each is listed while it runs, can be cancelled, and leaves a fault when it fails. */
export class Calls {
  busy = $state.raw<readonly BusyCall[]>([]);
  faults = $state.raw<readonly ShownFault[]>([]);
  #count = 0;
  readonly #cancel: (callId: string) => Promise<void>;

  constructor(cancel: (callId: string) => Promise<void>) {
    this.#cancel = cancel;
  }

  /** The result, or undefined when the call failed (the fault is then on show) or was cancelled. */
  async run<T>(kind: CallKind, subject: string, work: (callId: string) => Promise<T>): Promise<T | undefined> {
    const id = `c${++this.#count}-${Date.now().toString(36)}`;
    // Effects start calls too; the list is not what they depend on.
    const others = untrack(() => this.busy);
    this.busy = [...others, { id, kind, subject, phase: undefined, doneBytes: 0, totalBytes: undefined }];
    try {
      return await work(id);
    } catch (error) {
      const fault = faultOf(error);
      const isToldInPlace = QUIET_KINDS.has(kind) && FILE_CODES.has(fault.code);
      if (fault.code !== 'cancelled' && !isToldInPlace) this.report(kind, subject, fault);
      return undefined;
    } finally {
      this.busy = this.busy.filter((call) => call.id !== id);
    }
  }

  report(kind: CallKind, subject: string, fault: ServiceFault): void {
    const shown = { id: `f${++this.#count}`, kind, subject, fault };
    const others = untrack(() => this.faults).filter(
      (one) => one.kind !== kind || one.subject !== subject || one.fault.code !== fault.code,
    );
    this.faults = [...others, shown].slice(-MAX_FAULTS);
  }

  dismiss(faultId: string): void {
    this.faults = this.faults.filter((one) => one.id !== faultId);
  }

  /** A file that was missing is there again. */
  dismissMissingFile(): void {
    this.faults = this.faults.filter(({ fault }) => !FILE_CODES.has(fault.code));
  }

  async cancel(callId: string): Promise<void> {
    await this.#cancel(callId);
  }

  onEvent(event: ExplorerEvent): void {
    if (event.type !== 'progress') return;
    const { callId, phase, doneBytes, totalBytes } = event;
    this.busy = this.busy.map((call) => (call.id === callId ? { ...call, phase, doneBytes, totalBytes } : call));
  }
}
