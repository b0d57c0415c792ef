import {
  type BuildEvent,
  connectLab,
  type LabClient,
  type LabEvent,
  type LabReach,
  type NotKeptReason,
  type TimelineSummary,
} from '../../client/labClient.ts';
import type { ExplorerState } from '../state/explorer.svelte.ts';
import { Screen } from '../terminal/screen.ts';

const FIRST_COLUMNS = 80;
const FIRST_ROWS = 24;

/** A terminal that is on show or behind another. */
export class TerminalTab {
  readonly id: string;
  readonly number: number;
  readonly screen: Screen;
  /** Counts what was written, for who draws it. */
  writes = $state(0);
  /** Exit status of the shell, once it has ended. */
  status = $state<number | undefined>(undefined);

  constructor(id: string, number: number, columns: number, rows: number) {
    this.id = id;
    this.number = number;
    this.screen = new Screen(columns, rows);
  }
}

/** The simulated machine as the page shows it: terminals, timeline. Its images are in the explorer. */
export class LabState {
  readonly #explorer: ExplorerState;
  #client: LabClient | undefined;
  #reach: LabReach = { companion: undefined, directPulls: false };
  #terminalCount = 0;
  #shownArchive = false;
  #resolveBooted: () => void = () => undefined;
  /** Settled when the machine is there, or could not be started. */
  readonly booted = new Promise<void>((resolve) => {
    this.#resolveBooted = resolve;
  });
  /** Told of builds, and of commands that changed something. */
  onBuild: ((event: BuildEvent) => void) | undefined;
  onChange: (() => void) | undefined;

  tabs = $state.raw<readonly TerminalTab[]>([]);
  currentId = $state<string | undefined>(undefined);
  timeline = $state.raw<TimelineSummary>({ moments: [], position: 0 });
  hostName = $state('');
  status = $state<'booting' | 'ready' | 'failed'>('booting');
  fault = $state('');
  /** Why it will not be there at the next visit. */
  notKept = $state<NotKeptReason | undefined>(undefined);
  /** What was wrong with the machine of an earlier visit. */
  keptLost = $state('');
  /** Going to another moment; nothing else may be asked for meanwhile. */
  isTravelling = $state(false);
  readonly current = $derived(this.tabs.find(({ id }) => id === this.currentId));

  constructor(explorer: ExplorerState) {
    this.#explorer = explorer;
  }

  /** Boots the machine and logs in. */
  async start(): Promise<void> {
    try {
      this.#client = await connectLab(this.#explorer.service);
      this.#client.onEvent((event) => this.#onEvent(event));
      await this.#client.service.reachOut(this.#reach);
      const summary = await this.#client.service.start();
      this.hostName = summary.hostName;
      this.timeline = summary.timeline;
      this.status = 'ready';
      await this.openTerminal();
    } catch (error) {
      this.status = 'failed';
      this.fault = error instanceof Error ? error.message : String(error);
    } finally {
      this.#resolveBooted();
    }
  }

  /** From now on the machine reaches this of the world outside. */
  reachOut(reach: LabReach): void {
    this.#reach = reach;
    void this.#client?.service.reachOut(reach);
  }

  async openTerminal(): Promise<void> {
    const client = this.#client;
    if (!client) return;
    const { columns, rows } = this.current?.screen ?? { columns: FIRST_COLUMNS, rows: FIRST_ROWS };
    const id = await client.service.openTerminal(columns, rows);
    // Output may have come before the answer.
    const tab = this.#tab(id, columns, rows);
    this.currentId = tab.id;
  }

  closeTerminal(tab: TerminalTab): void {
    void this.#client?.service.closeTerminal(tab.id);
    this.tabs = this.tabs.filter(({ id }) => id !== tab.id);
    if (this.currentId === tab.id) this.currentId = this.tabs.at(-1)?.id;
  }

  type(tab: TerminalTab, text: string): void {
    void this.#client?.service.type(tab.id, text);
  }

  resize(tab: TerminalTab, columns: number, rows: number): void {
    tab.screen.resize(columns, rows);
    tab.writes++;
    void this.#client?.service.resize(tab.id, columns, rows);
  }

  get canUndo(): boolean {
    return this.timeline.position > 0 && !this.isTravelling;
  }

  get canRedo(): boolean {
    return this.timeline.position < this.timeline.moments.length - 1 && !this.isTravelling;
  }

  /** Goes to a moment of the timeline. */
  async goTo(position: number): Promise<void> {
    if (!this.#client || this.isTravelling || position === this.timeline.position) return;
    this.isTravelling = true;
    try {
      await this.#client.service.goTo(position);
    } finally {
      this.isTravelling = false;
    }
  }

  async upload(files: readonly File[]): Promise<readonly string[]> {
    const paths: string[] = [];
    for (const file of files) {
      const path = await this.#explorer.calls.run('open', file.name, () => this.service.upload(file));
      if (path !== undefined) paths.push(path);
    }
    return paths;
  }

  download(path: string): Promise<Blob | undefined> {
    return this.#explorer.calls.run('save', path, () => this.service.download(path));
  }

  async reset(): Promise<void> {
    this.tabs = [];
    this.currentId = undefined;
    await this.service.reset();
    await this.openTerminal();
  }

  /** The whole machine as one file. */
  exportMachine(): Promise<Blob | undefined> {
    return this.#explorer.calls.run('save', this.hostName, () => this.service.exportMachine());
  }

  /** The machine of such a file in the place of this one. */
  async importMachine(file: File): Promise<void> {
    const old = this.tabs;
    const isDone = await this.#explorer.calls.run('open', file.name, async () => {
      await this.service.importMachine(file);
      return true;
    });
    if (!isDone) return;
    this.tabs = this.tabs.filter((tab) => !old.includes(tab));
    this.currentId = undefined;
    await this.openTerminal();
  }

  /** Throws where it is not running. */
  get service(): LabClient['service'] {
    if (!this.#client) throw new Error('the machine is not running');
    return this.#client.service;
  }

  #tab(id: string, columns = FIRST_COLUMNS, rows = FIRST_ROWS): TerminalTab {
    const known = this.tabs.find((tab) => tab.id === id);
    if (known) return known;
    const tab = new TerminalTab(id, ++this.#terminalCount, columns, rows);
    tab.screen.onReply = (text) => this.type(tab, text);
    this.tabs = [...this.tabs, tab];
    this.currentId ??= id;
    return tab;
  }

  #onEvent(event: LabEvent): void {
    switch (event.type) {
      case 'output': {
        const tab = this.#tab(event.terminalId);
        tab.screen.write(event.bytes);
        tab.writes++;
        void this.#client?.service.shown(tab.id, event.bytes.length);
        break;
      }
      case 'ended': {
        const tab = this.tabs.find(({ id }) => id === event.terminalId);
        if (tab) tab.status = event.status;
        break;
      }
      case 'timeline':
        this.timeline = event.timeline;
        this.onChange?.();
        break;
      case 'build':
        this.onBuild?.(event.event);
        break;
      case 'images':
        this.#explorer.showMachine(event.archive, !this.#shownArchive);
        this.#shownArchive ||= event.archive.images.length > 0;
        break;
      case 'keeping':
        this.notKept = event.notKept;
        break;
      case 'keptLost':
        this.keptLost = event.message;
        break;
    }
  }
}
