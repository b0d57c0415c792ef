import type { ArchiveSummary } from '../protocol.ts';
import type { BuildEvent, BuildsService } from './builds/buildsProtocol.ts';

/** What the page may ask of the machine that runs in its worker. */
export interface LabService extends BuildsService {
  /** Boots the machine, or wakes the one that was kept. */
  start(): Promise<LabSummary>;
  /** A login shell; its output comes as events. */
  openTerminal(columns: number, rows: number): Promise<string>;
  closeTerminal(terminalId: string): Promise<void>;
  /** What was typed or pasted. */
  type(terminalId: string, text: string): Promise<void>;
  resize(terminalId: string, columns: number, rows: number): Promise<void>;
  /** Output of that many bytes is on the screen: more may come. */
  shown(terminalId: string, sizeBytes: number): Promise<void>;
  /** Goes to a moment of the timeline. */
  goTo(position: number): Promise<void>;
  /** Puts a file from the user's computer onto the machine's disk, below /root. Gives its path there. */
  upload(file: File): Promise<string>;
  /** A file of the machine's disk. */
  download(path: string): Promise<Blob>;
  /** A new machine in the place of this one. */
  reset(): Promise<void>;
  /** The whole machine as one file. */
  exportMachine(): Promise<Blob>;
  /** The machine of such a file in the place of this one, which stays where the file cannot be used. */
  importMachine(file: File): Promise<void>;
  /** What the machine may reach outside the lab from now on. */
  reachOut(reach: LabReach): Promise<void>;
}

export interface LabReach {
  readonly companion: CompanionChoice | undefined;
  /** Without a companion: `docker pull` asks real registries for what the lab has not. */
  readonly directPulls: boolean;
}

export interface CompanionChoice {
  readonly link: { readonly origin: string; readonly token: string };
  /** `docker pull` takes real images although the catalogue has one of that name. */
  readonly prefersRealImages: boolean;
}

export interface LabSummary {
  readonly hostName: string;
  /** Whether it was there from an earlier visit. */
  readonly isKept: boolean;
  readonly timeline: TimelineSummary;
}

export interface TimelineSummary {
  readonly moments: readonly { readonly title: string; readonly atSec: number }[];
  readonly position: number;
}

export type LabEvent =
  | { readonly type: 'output'; readonly terminalId: string; readonly bytes: Uint8Array }
  | { readonly type: 'ended'; readonly terminalId: string; readonly status: number }
  | { readonly type: 'timeline'; readonly timeline: TimelineSummary }
  /** The engine's images and containers, as an archive that the explorer shows. */
  | { readonly type: 'images'; readonly archive: ArchiveSummary }
  /** A build on the machine does something. */
  | { readonly type: 'build'; readonly event: BuildEvent }
  /** Whether the machine will be there at the next visit. It goes on in any case. */
  | { readonly type: 'keeping'; readonly notKept: NotKeptReason | undefined }
  /** The machine of an earlier visit cannot be opened, and stays as it is; the one that is there is new, and not kept.
   *  Empty: it is thrown away. */
  | { readonly type: 'keptLost'; readonly message: string };

/** `taken`: another tab keeps its own, or could not be held off. */
export type NotKeptReason = 'taken' | 'noStorage' | 'quota' | 'failed';
