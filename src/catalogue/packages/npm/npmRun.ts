import type { Process } from '../../../shell/kernel/process.ts';
import type { Catalogue } from '../../catalogue.ts';
import type { NpmArguments } from './npmArguments.ts';

/** What a run of npm works on. */
export interface NpmRun {
  readonly process: Process;
  readonly catalogue: Catalogue;
  readonly given: NpmArguments;
  /** Where programs of all projects lie: `/usr/local`. */
  readonly prefix: string;
  /** npm's own. */
  readonly version: string;
}
