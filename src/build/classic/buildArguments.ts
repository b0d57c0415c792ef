/** Arguments that a build may be given without declaring them (moby builder/dockerfile/buildargs.go). */
const PREDEFINED: ReadonlySet<string> = new Set(
  ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]),
);

/** What ARG and --build-arg say, stage by stage. */
export class BuildArguments {
  readonly #given: ReadonlyMap<string, string>;
  readonly #bare: readonly string[];
  readonly #global = new Map<string, string | undefined>();
  #declared = new Map<string, string | undefined>();
  readonly #referenced = new Set<string>();

  /** `given`: those of `--build-arg` that have a value. `bare`: those that have none, for the warning in the end. */
  constructor(given: ReadonlyMap<string, string>, bare: readonly string[] = []) {
    this.#given = given;
    this.#bare = bare;
  }

  /** An ARG before the first FROM. */
  declareGlobal(name: string, value: string | undefined): void {
    this.#global.set(name, value);
    this.#referenced.add(name);
  }

  declare(name: string, value: string | undefined): void {
    this.#declared.set(name, value);
    this.#referenced.add(name);
  }

  /** A new stage begins: what the last one declared is forgotten. */
  beginStage(): void {
    this.#declared = new Map();
  }

  /** Values of arguments before the first FROM, for FROM itself. */
  globalValues(): ReadonlyMap<string, string> {
    const values = new Map<string, string>();
    for (const [name, value] of this.#global) {
      const found = this.#given.get(name) ?? value;
      if (found !== undefined) values.set(name, found);
    }
    for (const name of PREDEFINED) {
      const given = this.#given.get(name);
      if (given !== undefined) values.set(name, given);
    }
    return values;
  }

  /** `NAME=value` of all in force that no variable of the image covers. */
  inForce(env: readonly string[]): readonly string[] {
    const covered = new Set(env.map((one) => one.split('=', 1)[0]));
    const names = new Set([...this.#declared.keys(), ...PREDEFINED]);
    const values: string[] = [];
    for (const name of names) {
      const value = this.#value(name);
      if (value !== undefined && !covered.has(name)) values.push(`${name}=${value}`);
    }
    return values;
  }

  #value(name: string): string | undefined {
    return (
      this.#given.get(name) ??
      this.#declared.get(name) ??
      (this.#declared.has(name) ? this.#global.get(name) : undefined)
    );
  }

  /** Whether it stands in a RUN's history: a proxy does only when the Dockerfile declares it. */
  isShown(name: string): boolean {
    return !PREDEFINED.has(name) || this.#referenced.has(name);
  }

  /** Names of --build-arg that no ARG declared, sorted. */
  unused(): readonly string[] {
    return [...this.#given.keys(), ...this.#bare]
      .filter((name) => !PREDEFINED.has(name) && !this.#referenced.has(name))
      .sort();
  }
}
