import { type CompanionClient, CompanionClientError } from '../../client/companion/companionClient.ts';
import { newCallId } from '../../client/explorerClient.ts';
import type { PulledImage, PullRequest, ServiceFault } from '../../client/protocol.ts';
import { openBlob } from '../companion/runBuild.ts';
import type { ExplorerState } from '../state/explorer.svelte.ts';
import { faultOf } from '../state/faultOf.ts';

export type PullPhase = 'idle' | 'asking' | 'direct' | 'companion' | 'done' | 'refused' | 'failed';

/** Where a page gets no further by itself; somebody else may. */
const UNREADABLE: ReadonlySet<string> = new Set(['crossOrigin', 'hidden', 'network']);

/** One image on its way from its registry into the explorer: asked for by the page itself and, where that is refused,
 *  through a companion. */
export class RegistryPull {
  phase = $state<PullPhase>('idle');
  doneBytes = $state(0);
  totalBytes = $state<number | undefined>(undefined);
  fault = $state.raw<ServiceFault | undefined>(undefined);
  /** What the companion said was wrong: it has words of its own. */
  told = $state<string | undefined>(undefined);
  /** What it is about, as it was when it began. */
  request = $state.raw<PullRequest | undefined>(undefined);
  readonly isUnderWay = $derived(this.phase === 'asking' || this.phase === 'direct' || this.phase === 'companion');

  readonly #explorer: ExplorerState;
  #controller = new AbortController();

  constructor(explorer: ExplorerState) {
    this.#explorer = explorer;
  }

  cancel(): void {
    this.#controller.abort();
  }

  /** Never throws: what goes wrong is its `fault`. */
  async run(request: PullRequest, companion: CompanionClient | undefined): Promise<void> {
    this.#controller = new AbortController();
    const { signal } = this.#controller;
    [this.phase, this.doneBytes, this.totalBytes, this.fault] = ['asking', 0, undefined, undefined];
    this.request = request;
    this.told = undefined;
    try {
      const { blob, fileName } = await this.#fetch(request, companion, signal);
      await openBlob(this.#explorer, blob, fileName);
      this.phase = 'done';
    } catch (error) {
      const fault = faultOf(error);
      if (signal.aborted || fault.code === 'cancelled') this.phase = 'idle';
      else {
        this.fault = fault;
        if (error instanceof CompanionClientError) this.told = error.message;
        this.phase = fault.source === 'registry' && fault.code === 'crossOrigin' ? 'refused' : 'failed';
      }
    }
  }

  async #fetch(
    request: PullRequest,
    companion: CompanionClient | undefined,
    signal: AbortSignal,
  ): Promise<Pick<PulledImage, 'blob' | 'fileName'>> {
    try {
      return await this.#pullDirectly(request, signal);
    } catch (error) {
      const { source, code } = faultOf(error);
      if (!companion || source !== 'registry' || !UNREADABLE.has(code)) throw error;
    }
    [this.phase, this.doneBytes] = ['companion', 0];
    const { reference, platform, login } = request;
    const onBytes = (done: number): void => {
      this.doneBytes = done;
    };
    const blob = await companion.pull(reference, platform, login, onBytes, signal);
    return { blob, fileName: `${reference.split('/').at(-1)?.replace(/[:@]/g, '-') || 'image'}.tar` };
  }

  async #pullDirectly(request: PullRequest, signal: AbortSignal): Promise<PulledImage> {
    const { service } = this.#explorer;
    const callId = newCallId();
    const ignore = this.#explorer.listen((event) => {
      if (event.type !== 'progress' || event.callId !== callId) return;
      this.phase = 'direct';
      [this.doneBytes, this.totalBytes] = [event.doneBytes, event.totalBytes];
    });
    const cancel = (): void => void service.cancel(callId);
    signal.addEventListener('abort', cancel, { once: true });
    try {
      return await service.pull(request, callId);
    } finally {
      signal.removeEventListener('abort', cancel);
      ignore();
    }
  }
}
