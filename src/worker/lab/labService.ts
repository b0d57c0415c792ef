import { decodeName } from '../../bytes/byteName.ts';
import type { Platform, Work } from '../../bytes/platform.ts';
import { bootMachine, type LabMachine, wakeMachine } from '../../machine/bootMachine.ts';
import type { MachineAtRest } from '../../machine/keep/packMachine.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { asProcess } from '../../machine/machineProcess.ts';
import { toFault } from '../faults.ts';
import type { Session } from '../session.ts';
import { exportMachine, importMachine } from './machineExport.ts';
import { openKeeper } from './openKeeper.ts';
import type { MachineKeeper } from './machineKeeper.ts';
import type { OpenedStore } from './openStore.ts';
import { LabBuilds } from './builds/labBuilds.ts';
import type { LabEvent, LabReach, LabService, LabSummary, TimelineSummary } from './labProtocol.ts';
import { reachOut, type KnownCompanion } from './reachOut.ts';
import { showImages } from './showImages.ts';
import { Terminals } from './terminals.ts';
import { webCatalogue } from './webCatalogue.ts';

/** Changes that come together are shown together. */
const SHOW_PAUSE_MS = 150;

/** The machine behind the page's terminal. One a page; made when it is first asked for. */
export class Lab {
  readonly #session: Session;
  readonly #emit: (event: LabEvent) => void;
  readonly #base: string;
  readonly #opened: Promise<OpenedStore>;
  readonly #builds: LabBuilds;
  #machine: Promise<LabMachine> | undefined;
  #keeper: MachineKeeper | undefined;
  #wasKept = false;
  /** A machine is kept that cannot be opened. */
  #isKeptUnread = false;
  #reach: LabReach = { companion: undefined, directPulls: false };
  #companion: KnownCompanion | undefined;
  #terminals: Terminals | undefined;
  #showTimer: ReturnType<typeof setTimeout> | undefined;
  #showing: Promise<void> = Promise.resolve();

  constructor(session: Session, emit: (event: LabEvent) => void, base: string, opened: Promise<OpenedStore>) {
    this.#session = session;
    this.#emit = emit;
    this.#base = base;
    this.#opened = opened;
    this.#builds = new LabBuilds(
      () => this.#booted(),
      (event) => emit({ type: 'build', event }),
    );
  }

  get service(): LabService {
    return {
      ...this.#builds.service,
      start: () => this.#start(),
      openTerminal: async (columns, rows) => {
        await this.#booted();
        return (this.#terminals as Terminals).open(columns, rows);
      },
      closeTerminal: async (terminalId) => this.#terminals?.close(terminalId),
      type: async (terminalId, text) => this.#terminals?.type(terminalId, text),
      resize: async (terminalId, columns, rows) => this.#terminals?.resize(terminalId, columns, rows),
      shown: async (terminalId, sizeBytes) => this.#terminals?.shown(terminalId, sizeBytes),
      goTo: async (position) => (await this.#booted()).machine.goTo(position),
      upload: (file) => this.#upload(file),
      download: (path) => this.#download(path),
      reset: () => this.#reset(),
      exportMachine: async () => exportMachine(await this.#booted(), (await this.#session.host()).platform),
      reachOut: (reach) => this.#reachOut(reach),
      importMachine: async (file) =>
        this.#replace(await importMachine(file, await this.#session.host(), webCatalogue(this.#base))),
    };
  }

  async #start(): Promise<LabSummary> {
    const { machine } = await this.#booted();
    this.#showSoon();
    return { hostName: machine.host.name, isKept: this.#wasKept, timeline: timelineOf(machine) };
  }

  async #reachOut(reach: LabReach): Promise<void> {
    this.#reach = reach;
    // A machine that is not there yet gets it when it is.
    if (this.#machine) this.#connect(await this.#machine, (await this.#session.host()).platform);
  }

  #connect(lab: LabMachine, platform: Platform): void {
    this.#companion = reachOut(lab, this.#reach, this.#companion, platform);
  }

  #booted(): Promise<LabMachine> {
    this.#machine ??= this.#boot();
    return this.#machine;
  }

  /** Wakes the machine that was kept, or boots a new one. */
  async #boot(): Promise<LabMachine> {
    this.#keeper = openKeeper(await this.#opened, await this.#session.host(), this.#emit);
    const keeper = this.#keeper;
    const kept = await keeper?.read().catch((error: unknown) => {
      // It stays as it is: another version of this page may open it.
      this.#isKeptUnread = true;
      this.#emit({ type: 'keptLost', message: toFault(error).message });
      return undefined;
    });
    this.#wasKept = kept !== undefined;
    return this.#switchOn(kept);
  }

  async #switchOn(kept: MachineAtRest | undefined): Promise<LabMachine> {
    const { platform } = await this.#session.host();
    const setup = { platform, files: webCatalogue(this.#base) };
    const lab = kept ? await wakeMachine(setup, kept) : bootMachine(setup);
    this.#connect(lab, platform);
    const keeper = this.#keeper;
    const { machine } = lab;
    this.#terminals = new Terminals(machine, this.#emit);
    this.#builds.watch(lab);
    machine.onTimeline = () => {
      this.#emit({ type: 'timeline', timeline: timelineOf(machine) });
      this.#showSoon();
      keeper?.saveSoon();
    };
    machine.host.engine.subscribe(() => {
      this.#showSoon();
      keeper?.saveSoon();
    });
    if (!this.#isKeptUnread) keeper?.keep(lab);
    return lab;
  }

  #showSoon(): void {
    this.#showTimer ??= setTimeout(() => {
      this.#showTimer = undefined;
      this.#showing = this.#showing.then(() => this.#show()).catch((error: unknown) => console.error(error));
    }, SHOW_PAUSE_MS);
  }

  async #show(): Promise<void> {
    const { machine } = await this.#booted();
    const { platform } = await this.#session.host();
    const work: Work = { platform };
    const archive = await showImages(this.#session, machine.host, work);
    this.#emit({ type: 'images', archive });
  }

  async #upload(file: File): Promise<string> {
    const { machine } = await this.#booted();
    const path = `/root/${file.name.replaceAll('/', '_')}`;
    await this.#as(machine, async (process) => {
      const target = await calls.open(process, path, 0o1101, 0o644);
      try {
        const reader = file.stream().getReader();
        for (let part = await reader.read(); !part.done; part = await reader.read()) await target.write(part.value);
      } finally {
        target.close();
      }
    });
    machine.record(`upload ${file.name}`);
    return path;
  }

  async #download(path: string): Promise<Blob> {
    const { machine } = await this.#booted();
    const bytes = await this.#as(machine, (process) => calls.readFile(process, path, 2 ** 31));
    return new Blob([bytes.slice()], { type: 'application/octet-stream' });
  }

  async #as<T>(machine: LabMachine['machine'], body: (process: Process) => Promise<T>): Promise<T> {
    return asProcess(machine.host, 'upload', body);
  }

  async #reset(): Promise<void> {
    await this.#replace(undefined);
  }

  /** Another machine, or a new one, in the place of this one. */
  async #replace(kept: MachineAtRest | undefined): Promise<void> {
    const old = await this.#booted();
    this.#terminals?.closeAll();
    old.machine.onTimeline = undefined;
    await this.#keeper?.clear();
    if (this.#isKeptUnread) this.#emit({ type: 'keptLost', message: '' });
    this.#isKeptUnread = false;
    await old.machine.halt();
    this.#machine = this.#switchOn(kept);
    const { machine } = await this.#machine;
    this.#emit({ type: 'timeline', timeline: timelineOf(machine) });
    this.#showSoon();
  }
}

function timelineOf({ timeline }: LabMachine['machine']): TimelineSummary {
  return {
    moments: timeline.moments.map(({ title, atSec }) => ({
      title: decodeName(new TextEncoder().encode(title)),
      atSec,
    })),
    position: timeline.position,
  };
}
