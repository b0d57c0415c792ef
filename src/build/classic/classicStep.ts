import type { Instruction } from '../instructions/instruction.ts';
import { configInstruction } from './configInstruction.ts';
import { copyInstruction } from './copyInstruction.ts';
import { runInstruction } from './runInstruction.ts';
import { StepCommit } from './stepCommit.ts';
import type { StepSetup } from './stepSetup.ts';
import { StepWords } from './stepWords.ts';

/** One instruction being carried out (moby builder/dockerfile, dispatchers.go). */
export class ClassicStep {
  readonly #setup: StepSetup;
  readonly #words: StepWords;
  readonly #commit: StepCommit;

  constructor(setup: StepSetup) {
    this.#setup = setup;
    this.#words = new StepWords(setup);
    this.#commit = new StepCommit(setup, this.#words);
  }

  async run(instruction: Instruction): Promise<void> {
    const { removes } = this.#setup.options;
    try {
      await this.#dispatch(instruction);
    } catch (error) {
      // A build that is called off takes what ran away, and has nobody to tell.
      if (this.#setup.surroundings.work.signal?.aborted) await this.#commit.discardContainers();
      else if (removes === 'always') await this.#commit.removeContainers();
      throw error;
    }
    if (removes !== 'never') await this.#commit.removeContainers();
  }

  #dispatch({ body, node }: Instruction): Promise<void> {
    const tools = { setup: this.#setup, words: this.#words, commit: this.#commit };
    switch (body.kind) {
      case 'ADD':
      case 'COPY':
        return copyInstruction(body, tools);
      case 'RUN':
        return runInstruction(body, tools);
      default:
        return configInstruction({ body, node }, tools);
    }
  }
}
