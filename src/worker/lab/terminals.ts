import { encodeName } from '../../bytes/byteName.ts';
import type { Machine, Session } from '../../machine/machine.ts';
import type { LabEvent } from './labProtocol.ts';

/** Bytes on their way to the screen; then programs wait. */
const MAX_UNSHOWN_BYTES = 256 * 1024;

interface Open {
  readonly session: Session;
  unshownBytes: number;
  /** Lets writers go on. */
  resume: (() => void) | undefined;
  gate: Promise<void> | undefined;
}

/** Terminals of a machine that the page shows. */
export class Terminals {
  readonly #machine: Machine;
  readonly #emit: (event: LabEvent) => void;
  readonly #open = new Map<string, Open>();
  #count = 0;

  constructor(machine: Machine, emit: (event: LabEvent) => void) {
    this.#machine = machine;
    this.#emit = emit;
  }

  open(columns: number, rows: number): string {
    const terminalId = `terminal-${++this.#count}`;
    const session = this.#machine.login(columns, rows);
    const open: Open = { session, unshownBytes: 0, resume: undefined, gate: undefined };
    this.#open.set(terminalId, open);
    session.terminal.onOutput = (bytes) => {
      open.unshownBytes += bytes.length;
      this.#emit({ type: 'output', terminalId, bytes: bytes.slice() });
      if (open.unshownBytes <= MAX_UNSHOWN_BYTES) return undefined;
      open.gate ??= new Promise((resolve) => {
        open.resume = resolve;
      });
      return open.gate;
    };
    void session.ended.then((status) => {
      if (this.#open.delete(terminalId)) this.#emit({ type: 'ended', terminalId, status });
    });
    return terminalId;
  }

  shown(terminalId: string, sizeBytes: number): void {
    const open = this.#open.get(terminalId);
    if (!open) return;
    open.unshownBytes = Math.max(0, open.unshownBytes - sizeBytes);
    if (open.unshownBytes > MAX_UNSHOWN_BYTES / 2) return;
    open.resume?.();
    open.resume = undefined;
    open.gate = undefined;
  }

  /** What comes for a terminal whose shell has just ended goes nowhere. */
  type(terminalId: string, text: string): void {
    this.#open.get(terminalId)?.session.terminal.input(encodeName(text));
  }

  resize(terminalId: string, columns: number, rows: number): void {
    this.#open.get(terminalId)?.session.terminal.resize(columns, rows);
  }

  close(terminalId: string): void {
    const open = this.#open.get(terminalId);
    if (!open) return;
    this.#open.delete(terminalId);
    open.session.terminal.onOutput = undefined;
    open.resume?.();
    this.#machine.logout(open.session);
  }

  closeAll(): void {
    for (const terminalId of [...this.#open.keys()]) this.close(terminalId);
  }
}
