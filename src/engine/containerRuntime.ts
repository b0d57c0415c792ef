import type { OpenFile } from '../shell/kernel/openFile.ts';
import type { Namespaces } from '../shell/kernel/namespaces.ts';
import type { Process } from '../shell/kernel/process.ts';
import type { Pty } from '../shell/kernel/pty.ts';
import type { OverlayMount } from '../vfs/overlay/overlayMount.ts';
import type { Upper } from '../vfs/overlay/upper.ts';
import type { UpperView } from '../vfs/overlay/upperView.ts';
import type { OutputLog } from './outputLog.ts';
import type { ProcessOutput } from './processOutput.ts';

/** What runs of a container. */
export interface RunningContainer {
  readonly process: Process;
  readonly namespaces: Namespaces;
  readonly output: ProcessOutput;
  readonly terminal: Pty | undefined;
  /** The end of its input where the engine writes; undefined where it has none, or it was closed. */
  stdin: OpenFile | undefined;
  /** Resolves when it has ended and all is written down. */
  readonly ended: Promise<void>;
  /** By process: the IDs. */
  readonly execs: Map<Process, string>;
  /** Somebody asked for its end: no restart. */
  isStopping: boolean;
  stopHealthChecks: (() => void) | undefined;
  /** Its ports of the host are free again, its addresses nobody's. */
  readonly unpublish: () => void;
}

/** What of a container cannot be a value: its layer that is written to, and what runs. */
export interface ContainerRuntime {
  readonly id: string;
  readonly initLayer: UpperView;
  readonly upper: Upper;
  readonly rootfs: OverlayMount;
  readonly log: OutputLog;
  /** Of its processes, numbered from 0. */
  readonly terminals: Set<Pty>;
  /** While it runs. */
  running: RunningContainer | undefined;
  /** A start is under way. */
  starting: Promise<void> | undefined;
  /** Attached before the start. */
  readonly waitingOutput: ProcessOutput[];
  /** Told at each end, with the exit status. */
  readonly exitListeners: Set<(exitCode: number) => void>;
  readonly removalListeners: Set<(exitCode: number) => void>;
  /** Waits before the next restart. */
  restartDelay: AbortController | undefined;
}
