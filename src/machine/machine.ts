import type { EngineSnapshot } from '../engine/engineSnapshot.ts';
import type { RegistryState, RegistryStore } from '../registry/simulated/registryStore.ts';
import { topologyChanged } from '../shell/kernel/mountNamespace.ts';
import type { Process } from '../shell/kernel/process.ts';
import { exitCode } from '../shell/kernel/waitStatus.ts';
import type { Pty } from '../shell/kernel/pty.ts';
import { SIGNALS } from '../shell/kernel/signals.ts';
import type { UpperState } from '../vfs/overlay/upperView.ts';
import { addPrograms, type Host } from './host.ts';
import { startLoginShell } from './loginShell.ts';
import { StateAtRest, Timeline } from './timeline.ts';

/** All that a host is at one moment, but for what runs on it. O(1) in files and images. */
export interface HostState {
  readonly disk: UpperState;
  readonly diskUsedBytes: number;
  readonly engine: EngineSnapshot;
}

/** A machine's host, and what else of its lab changes. */
export interface MachineState extends HostState {
  /** Other hosts that are switched on, by name. */
  readonly others: ReadonlyMap<string, HostState>;
  /** What its registry holds. */
  readonly registry: RegistryState;
}

/** What a machine has around it. */
export interface Surroundings {
  /** Other hosts that are switched on, by name. */
  readonly others: ReadonlyMap<string, Host>;
  /** A host that is switched on now, where it was not. Undefined: there is none of that name. */
  switchOn(name: string): Host | undefined;
  switchOff(name: string): Promise<void>;
  readonly registry: RegistryStore;
}

/** What a machine was on another day. */
export interface Past {
  readonly timeline: Timeline<MachineState>;
  /** Programs that its hosts were given then. */
  readonly givenPrograms: readonly string[];
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
  readonly #surroundings: Surroundings;
  readonly #sessions = new Set<Session>();
  readonly #givenPrograms: readonly string[];

  /** With the past of another day, whose present is the state now. */
  constructor(host: Host, surroundings: Surroundings, past?: Past) {
    this.host = host;
    this.#surroundings = surroundings;
    const { state } = this;
    this.#givenPrograms = past?.givenPrograms ?? [];
    this.timeline = past?.timeline ?? new Timeline([{ title: 'boot', atSec: this.#nowSec(), state }]);
    this.timeline.goTo(this.timeline.position, state);
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
    if (isSame(state, this.timeline.now.state as MachineState)) return;
    this.timeline.record({ title, atSec: this.#nowSec(), state });
    this.onTimeline?.();
  }

  /** Goes to a moment: all hosts and the registry are what they were. What ran then runs again from its start. Rejects
   *  where the moment is lost; the machine is as it was then. */
  async goTo(position: number): Promise<void> {
    const isOfAnotherDay = this.timeline.moments[position]?.state instanceof StateAtRest;
    const state = await this.timeline.stateAt(position);
    const { others, switchOff, switchOn, registry } = this.#surroundings;
    for (const name of [...others.keys()]) if (!state.others.has(name)) await switchOff(name);
    await restoreHost(this.host, state);
    for (const [name, other] of state.others) {
      const host = switchOn(name);
      if (host) await restoreHost(host, other);
    }
    registry.restore(state.registry);
    if (isOfAnotherDay) for (const host of [this.host, ...others.values()]) addPrograms(host, this.#givenPrograms);
    this.timeline.goTo(position, this.state);
    this.onTimeline?.();
  }

  /** Other hosts of the lab that are switched on, by name. */
  get others(): ReadonlyMap<string, Host> {
    return this.#surroundings.others;
  }

  /** Switches it off, and what else is on in its lab. */
  async halt(): Promise<void> {
    for (const { engine, kernel } of [this.host, ...this.#surroundings.others.values()]) {
      await engine.shutDown();
      await kernel.halt();
    }
  }

  /** All that it is now, but for what runs. O(1). */
  get state(): MachineState {
    const { others, registry } = this.#surroundings;
    const states = [...others].map(([name, host]) => [name, stateOf(host)] as const);
    return { ...stateOf(this.host), others: new Map(states), registry: registry.snapshot() };
  }

  #nowSec(): number {
    return this.host.kernel.clock.now().sec;
  }
}

function stateOf({ root, kernel, engine }: Host): HostState {
  return { disk: root.snapshot(), diskUsedBytes: kernel.disk.usedBytes, engine: engine.snapshot() };
}

async function restoreHost({ root, kernel, engine }: Host, state: HostState): Promise<void> {
  // What runs must not write to the other disk, and what runs then finds its own.
  await engine.shutDown();
  root.restore(state.disk);
  kernel.disk.usedBytes = state.diskUsedBytes;
  topologyChanged();
  await engine.restore(state.engine);
}

/** Whether nothing happened in between: parts that did not change are the same objects. */
function isSame(a: MachineState, b: MachineState): boolean {
  if (a.registry !== b.registry || a.others.size !== b.others.size || !isSameHost(a, b)) return false;
  for (const [name, host] of a.others) {
    const other = b.others.get(name);
    if (!other || !isSameHost(host, other)) return false;
  }
  return true;
}

function isSameHost(a: HostState, b: HostState): boolean {
  if (a.disk.inodes !== b.disk.inodes || a.engine.state !== b.engine.state) return false;
  if (a.engine.containers.size !== b.engine.containers.size) return false;
  for (const [id, container] of a.engine.containers) {
    const other = b.engine.containers.get(id);
    if (!other || other.upper.inodes !== container.upper.inodes) return false;
  }
  return true;
}
