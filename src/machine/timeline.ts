/** A state that one can go back to, and what led to it. */
export interface Moment<State> {
  /** The command line that led to it, or what else did. */
  readonly title: string;
  readonly atSec: number;
  readonly state: State | StateAtRest<State>;
}

/** A state that lies elsewhere until one goes there. */
export class StateAtRest<State> {
  /** Rejects where it is lost. */
  readonly read: () => Promise<State>;
  /** Looks where it lies, so that it can be kept again unread. Rejects where it is lost. */
  readonly find: () => Promise<void>;

  constructor(read: () => Promise<State>, find: () => Promise<void>) {
    this.read = read;
    this.find = find;
  }
}

/** Moments kept; the oldest are forgotten first. They share what did not change. */
const MAX_MOMENTS = 500;

/** What happened to a machine, to be gone through back and forth. */
export class Timeline<State> {
  #moments: readonly Moment<State>[];
  #position: number;

  /** The moment at `position` is now: its state is at hand. */
  constructor(moments: readonly Moment<State>[], position = moments.length - 1) {
    this.#moments = moments;
    this.#position = position;
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

  /** The state at a moment. Throws RangeError for a moment that is not there. */
  async stateAt(position: number): Promise<State> {
    const moment = this.#moments[position];
    if (!moment) throw new RangeError(`no moment ${position}`);
    return moment.state instanceof StateAtRest ? moment.state.read() : moment.state;
  }

  /** Now is that moment, with this as its state. */
  goTo(position: number, state: State): void {
    this.#moments = this.#moments.map((moment, index) => (index === position ? { ...moment, state } : moment));
    this.#position = position;
  }
}
