/** A state that one can go back to, and what led to it. */
export interface Moment<State> {
  /** The command line that led to it, or what else did. */
  readonly title: string;
  readonly atSec: number;
  readonly state: State;
}

/** Moments kept; the oldest are forgotten first. They share what did not change. */
const MAX_MOMENTS = 500;

/** What happened to a machine, to be gone through back and forth. */
export class Timeline<State> {
  #moments: readonly Moment<State>[];
  #position = 0;

  constructor(first: Moment<State>) {
    this.#moments = [first];
  }

  /** Oldest first. */
  get moments(): readonly Moment<State>[] {
    return this.#moments;
  }

  /** Which of them is now. */
  get position(): number {
    return this.#position;
  }

  get now(): Moment<State> {
    return this.#moments[this.#position] as Moment<State>;
  }

  /** Something happened: what had been undone is forgotten. */
  record(moment: Moment<State>): void {
    const kept = [...this.#moments.slice(0, this.#position + 1), moment];
    this.#moments = kept.slice(-MAX_MOMENTS);
    this.#position = this.#moments.length - 1;
  }

  /** Throws RangeError for a moment that is not there. */
  goTo(position: number): Moment<State> {
    const moment = this.#moments[position];
    if (!moment) throw new RangeError(`no moment ${position}`);
    this.#position = position;
    return moment;
  }
}
