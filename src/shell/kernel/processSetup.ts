import type { Kernel } from './kernel.ts';
import type { Namespaces } from './namespaces.ts';
import type { OpenFile } from './openFile.ts';
import type { Process } from './process.ts';
import type { ProcessCredentials } from './processCredentials.ts';
import type { Flavour } from './program.ts';
import type { Pty } from './pty.ts';

export interface ProcessSetup {
  readonly kernel: Kernel;
  readonly parent: Process | undefined;
  readonly namespaces: Namespaces;
  readonly argv: readonly string[];
  readonly env: ReadonlyMap<string, string>;
  readonly cwd: string;
  readonly credentials: ProcessCredentials;
  /** Descriptors by number; each is retained for the new process. */
  readonly files: ReadonlyMap<number, OpenFile>;
  /** Undefined: the parent's group; 'new': a group of its own, which it leads. */
  readonly group?: number | 'new' | undefined;
  readonly terminal?: Pty | undefined;
  readonly flavour?: Flavour | undefined;
}

/** What a parent gives a child. All else is inherited. */
export interface SpawnOptions {
  readonly argv?: readonly string[];
  readonly env?: ReadonlyMap<string, string>;
  readonly cwd?: string;
  readonly credentials?: ProcessCredentials;
  readonly files?: ReadonlyMap<number, OpenFile>;
  readonly group?: number | 'new' | undefined;
  readonly terminal?: Pty | undefined;
}

/** A number, or `unlimited`. */
export interface ResourceLimit {
  readonly soft: string;
  readonly hard: string;
}
