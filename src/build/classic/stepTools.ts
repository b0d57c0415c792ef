import type { StepCommit } from './stepCommit.ts';
import type { StepSetup } from './stepSetup.ts';
import type { StepWords } from './stepWords.ts';

/** What carries an instruction out. */
export interface StepTools {
  readonly setup: StepSetup;
  readonly words: StepWords;
  readonly commit: StepCommit;
}
