import type { OpenedStateStore } from '../persistence/openStateStore.ts';
import type { StateStore } from '../persistence/stateStore.ts';
import { Calls } from './calls.ts';
import { toFault, WorkerError } from './faults.ts';
import type { Host } from './host.ts';
import type { OpenedArchive } from './openedArchive.ts';
import { pacedHost } from './pacing.ts';
import type { ExplorerEvent } from './protocol.ts';

export interface SessionOptions {
  readonly emit: (event: ExplorerEvent) => void;
  readonly loadHost: () => Promise<Host>;
  readonly openStore: () => Promise<OpenedStateStore>;
}

/** What is open in one page, and the ways out of it: events, the store, the host. */
export class Session {
  readonly emit: (event: ExplorerEvent) => void;
  readonly calls: Calls;
  readonly host: () => Promise<Host>;
  readonly #archives = new Map<string, OpenedArchive>();
  readonly #openStore: () => Promise<OpenedStateStore>;
  #store: Promise<OpenedStateStore> | undefined;
  #toldStoreFault: string | undefined;

  constructor(options: SessionOptions) {
    this.emit = options.emit;
    let host: Promise<Host> | undefined;
    this.host = () => {
      host ??= options.loadHost().then(pacedHost);
      return host;
    };
    this.#openStore = options.openStore;
    this.calls = new Calls(this.host, options.emit);
  }

  archive(archiveId: string): OpenedArchive {
    const archive = this.#archives.get(archiveId);
    if (!archive) throw new WorkerError('gone', `no archive ${archiveId} is open`);
    return archive;
  }

  archives(): readonly OpenedArchive[] {
    return [...this.#archives.values()];
  }

  has(archiveId: string): boolean {
    return this.#archives.has(archiveId);
  }

  add(archive: OpenedArchive): void {
    this.#archives.set(archive.id, archive);
  }

  remove(archiveId: string): void {
    this.#archives.delete(archiveId);
  }

  async store(): Promise<StateStore> {
    return (await this.openedStore()).store;
  }

  async openedStore(): Promise<OpenedStateStore> {
    if (!this.#store) {
      this.#store = this.#openStore();
      for (const discarded of (await this.#store).discarded) this.emit({ type: 'storedDiscarded', ...discarded });
    }
    return this.#store;
  }

  /** Writes what can be done without: a failure is told once, and the work goes on. */
  async persist(write: (store: StateStore) => Promise<void>): Promise<void> {
    try {
      await write(await this.store());
      this.#toldStoreFault = undefined;
    } catch (error) {
      const fault = toFault(error);
      if (fault.code === this.#toldStoreFault) return;
      this.#toldStoreFault = fault.code;
      this.emit({ type: 'storeFailed', fault });
    }
  }
}
