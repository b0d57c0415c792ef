import type { EngineSnapshot } from '../engine/engineSnapshot.ts';
import { topologyChanged } from '../shell/kernel/mountNamespace.ts';
import { exitCode, type Process } from '../shell/kernel/process.ts';
import type { Pty } from '../shell/kernel/pty.ts';
import { SIGNALS } from '../shell/kernel/signals.ts';
import type { UpperState } from '../vfs/overlay/upperView.ts';
import type { Host } from './host.ts';
import { startLoginShell } from './loginShell.ts';
import { Timeline } from './timeline.ts';

/** All that a machine is at one moment, but for what runs on it. O(1) in files and images. */
export interface MachineState {
  readonly disk: UpperState;
  readonly diskUsedBytes: number;
  readonly engine: EngineSnapshot;
}

/** A login on a terminal of the machine. */
export interface Session {
  readonly terminal: Pty;
  readonly process: Process;
  /** Ends with the exit status of the shell. */
  readonly ended: Promise<number>;
}

/** A host with its terminals and its past. After each command line of a terminal the state is kept: that costs nothing
 *  until something changes, and one can go back. */
export class Machine {
  readonly host: Host;
  readonly timeline: Timeline<MachineState>;
  /** Told when a moment was added, or the machine went to another. */
  onTimeline: (() => void) | undefined;
  readonly #sessions = new Set<Session>();

  constructor(host: Host, title = 'boot') {
    this.host = host;
    this.timeline = new Timeline({ title, atSec: this.#nowSec(), state: this.state });
    host.kernel.onCommandLine = (line) => this.record(line);
  }

  /** Starts a login shell on a new terminal. */
  login(columns: number, rows: number, cwd = '/root'): Session {
    const { kernel } = this.host;
    const { terminal, process } = startLoginShell(this.host, { columns, rows, cwd });
    const ended = process.wait().then((status) => {
      this.#sessions.delete(session);
      kernel.terminals.delete(terminal);
      return exitCode(status);
    });
    const session: Session = { terminal, process, ended };
    this.#sessions.add(session);
    return session;
  }

  logout(session: Session): void {
    session.terminal.hangUp();
    session.process.kill(SIGNALS.HUP);
    session.process.kill(SIGNALS.KILL);
  }

  /** Keeps the present as a moment, where it differs from the last one. */
  record(title: string): void {
    const { state } = this;
    const { state: last } = this.timeline.now;
    if (isSame(state, last)) return;
    this.timeline.record({ title, atSec: this.#nowSec(), state });
    this.onTimeline?.();
  }

  /** Goes to a moment: disk and engine are what they were. What ran then runs again from its start. */
  async goTo(position: number): Promise<void> {
    const { state } = this.timeline.goTo(position);
    await this.host.engine.restore(state.engine);
    this.host.root.restore(state.disk);
    this.host.kernel.disk.usedBytes = state.diskUsedBytes;
    topologyChanged();
    this.onTimeline?.();
  }

  /** Switches it off. */
  async halt(): Promise<void> {
    await this.host.engine.shutDown();
    await this.host.kernel.halt();
  }

  /** All that it is now, but for what runs. O(1). */
  get state(): MachineState {
    return {
      disk: this.host.root.snapshot(),
      diskUsedBytes: this.host.kernel.disk.usedBytes,
      engine: this.host.engine.snapshot(),
    };
  }

  #nowSec(): number {
    return this.host.kernel.clock.now().sec;
  }
}

/** Whether nothing happened in between: parts that did not change are the same objects. */
function isSame(a: MachineState, b: MachineState): boolean {
  if (a.disk.inodes !== b.disk.inodes || a.engine.state !== b.engine.state) return false;
  if (a.engine.containers.size !== b.engine.containers.size) return false;
  for (const [id, container] of a.engine.containers) {
    const other = b.engine.containers.get(id);
    if (!other || other.upper.inodes !== container.upper.inodes) return false;
  }
  return true;
}
