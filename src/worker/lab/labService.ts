import { decodeName } from '../../bytes/byteName.ts';
import type { Work } from '../../bytes/platform.ts';
import { bootMachine, type LabMachine } from '../../machine/bootMachine.ts';
import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { asProcess } from '../../machine/machineProcess.ts';
import type { Session } from '../session.ts';
import type { LabEvent, LabService, LabSummary, TimelineSummary } from './labProtocol.ts';
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
  #machine: Promise<LabMachine> | undefined;
  #terminals: Terminals | undefined;
  #showTimer: ReturnType<typeof setTimeout> | undefined;
  #showing: Promise<void> = Promise.resolve();

  constructor(session: Session, emit: (event: LabEvent) => void, base: string) {
    this.#session = session;
    this.#emit = emit;
    this.#base = base;
  }

  get service(): LabService {
    return {
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
    };
  }

  async #start(): Promise<LabSummary> {
    const { machine } = await this.#booted();
    this.#showSoon();
    return { hostName: machine.host.name, isKept: false, timeline: timelineOf(machine) };
  }

  #booted(): Promise<LabMachine> {
    this.#machine ??= this.#boot();
    return this.#machine;
  }

  async #boot(): Promise<LabMachine> {
    const { platform } = await this.#session.host();
    const lab = bootMachine({ platform, files: webCatalogue(this.#base) });
    const { machine } = lab;
    this.#terminals = new Terminals(machine, this.#emit);
    machine.onTimeline = () => {
      this.#emit({ type: 'timeline', timeline: timelineOf(machine) });
      this.#showSoon();
    };
    machine.host.engine.subscribe(() => this.#showSoon());
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
    const lab = await this.#booted();
    this.#terminals?.closeAll();
    await lab.machine.halt();
    this.#machine = undefined;
    const { machine } = await this.#booted();
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
