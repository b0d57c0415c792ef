import { buildkitForm, cleanOutput, progressForm } from './cleanOutput.ts';
import { Bindings } from './placeholders.ts';
import { screenOf } from './screen.ts';
import type { MachineState, OutputField, StepResult, TranscriptStep } from './transcript.ts';

const HAS_PROGRESS =
  /^(?:\{\{[^}]*\}\}|[0-9a-f]{12}): (?:Pulling fs layer|Preparing|Waiting|Pull complete|Pushed|Layer already exists|Already exists|Mounted from|Downloading|Extracting|Loading layer)/m;
const HAS_VERTICES = /^#\d+ \[/m;
const SHOWN_CHARACTERS = 200;

export interface Mismatch {
  readonly field: string;
  readonly text: string;
}

/** Compares what happened with a transcript. One for each transcript: it keeps what the placeholders stand for. */
export class Matcher {
  readonly #bindings = new Bindings();

  /** What differs; nothing when it is as recorded. */
  step(expected: TranscriptStep, actual: StepResult): Mismatch[] {
    const found: Mismatch[] = [];
    const isFuzzy = (field: string) => expected.fuzzy?.includes(field) ?? false;
    if (!isFuzzy('exit') && expected.exit !== actual.exit) {
      found.push({ field: 'exit', text: `exit ${expected.exit} != ${actual.exit}` });
    }
    if (expected.tty) {
      const text = this.#output(expected, 'screen', screenOf(actual.screenBytes));
      if (text !== undefined) found.push({ field: 'screen', text });
      return found;
    }
    for (const field of ['stdout', 'stderr'] as const) {
      const text = this.#output(expected, field, actual[field]);
      if (text !== undefined && !(isFuzzy(field) && !expected.compare)) found.push({ field, text });
    }
    return found;
  }

  #output(step: TranscriptStep, field: OutputField, raw: string): string | undefined {
    const expected = step[field] ?? '';
    const actual = cleanOutput(raw, step.ws);
    if (this.#bindings.matches(expected, actual)) return undefined;
    // Blanks that are recorded as they were, in output whose columns hold relative times.
    if (step.ws && this.#bindings.matches(expected, cleanOutput(raw))) return undefined;
    if (step.unordered?.includes(field) && this.#lines(expected, actual)) return undefined;
    const form = this.#form(step, expected);
    if (form === 'progress' && this.#any(step.progress, progressForm(actual)) === undefined) return undefined;
    if (form === 'buildkit' && this.#any(step.buildkit, buildkitForm(actual)) === undefined) return undefined;
    return `${field}:\n--- expected\n${expected}\n--- actual\n${actual}`;
  }

  #form(step: TranscriptStep, expected: string): 'progress' | 'buildkit' | undefined {
    if (step.compare) return step.compare;
    if (step.progress && HAS_PROGRESS.test(expected)) return 'progress';
    return step.buildkit && HAS_VERTICES.test(expected) ? 'buildkit' : undefined;
  }

  /** The same lines in any order: first those that can be told apart, then those that bind. */
  #lines(expected: string, actual: string): boolean {
    const wanted: (string | undefined)[] = expected.split('\n');
    const left: (string | undefined)[] = actual.split('\n');
    if (wanted.length !== left.length) return false;
    for (const pass of ['known', 'all'] as const) {
      for (const [i, line] of wanted.entries()) {
        if (line === undefined || (pass === 'known' && !this.#bindings.knowsAll(line))) continue;
        const at = left.findIndex((other) => other !== undefined && this.#bindings.matches(line, other));
        if (at < 0) return false;
        left[at] = undefined;
        wanted[i] = undefined;
      }
    }
    return true;
  }

  /** Compares structures; gives where they differ. */
  #any(expected: unknown, actual: unknown, path = ''): string | undefined {
    if (typeof expected === 'string') {
      if (typeof actual !== 'string' && typeof actual !== 'number') return `${path}: type`;
      return this.#bindings.matches(expected, String(actual)) ? undefined : differ(path, expected, actual);
    }
    if (expected === null || typeof expected !== 'object') {
      return expected === actual ? undefined : differ(path, expected, actual);
    }
    if (Array.isArray(expected)) return this.#arrays(expected, actual, path);
    return this.#objects(expected as Record<string, unknown>, actual, path);
  }

  #arrays(expected: readonly unknown[], actual: unknown, path: string): string | undefined {
    if (!Array.isArray(actual) || actual.length !== expected.length) {
      return `${path}: length ${expected.length} != ${Array.isArray(actual) ? actual.length : 'none'}`;
    }
    for (const [i, one] of expected.entries()) {
      const problem = this.#any(one, actual[i], `${path}[${i}]`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #objects(expected: Readonly<Record<string, unknown>>, actual: unknown, path: string): string | undefined {
    const keys = Object.keys(expected);
    const other = (typeof actual === 'object' && actual !== null ? actual : {}) as Record<string, unknown>;
    const otherKeys = Object.keys(other);
    if (keys.length !== otherKeys.length) return `${path}: keys ${keys.join(',')} != ${otherKeys.join(',')}`;
    // Keys that are placeholders are compared by their place.
    const byPlace = keys.some((key) => key.includes('{{'));
    for (const [i, key] of keys.entries()) {
      const found = byPlace ? (otherKeys[i] as string) : key;
      if (byPlace && !this.#bindings.matches(key, found)) return `${path}: key ${key} != ${found}`;
      if (!Object.hasOwn(other, found)) return `${path}.${found} missing`;
      const problem = this.#any(expected[key], other[found], `${path}.${key}`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  /** What the machine holds after a step. */
  state(expected: MachineState, actual: MachineState): string[] {
    const found: string[] = [];
    if (expected.images.length !== actual.images.length) {
      found.push(`images: ${expected.images.length} != ${actual.images.length}`);
    } else {
      for (const [i, { repo_digests: digests, ...image }] of expected.images.entries()) {
        const { repo_digests: otherDigests, ...other } = actual.images[i] as (typeof actual.images)[number];
        const problem = this.#any(image, other, `images[${i}]`);
        if (problem !== undefined) found.push(problem);
        else if (digests.length !== otherDigests.length || !this.#lines(digests.join('\n'), otherDigests.join('\n'))) {
          found.push(`images[${i}].repo_digests: ${digests.join(' ')} != ${otherDigests.join(' ')}`);
        }
      }
    }
    const problem =
      this.#any(expected.containers, actual.containers, 'containers') ??
      this.#any(expected.volumes, actual.volumes, 'volumes');
    if (problem !== undefined) found.push(problem);
    return found;
  }
}

function differ(path: string, expected: unknown, actual: unknown): string {
  const short = (value: unknown) => String(JSON.stringify(value)).slice(0, SHOWN_CHARACTERS);
  return `${path}: ${short(expected)} != ${short(actual)}`;
}
