import { decodeName } from '../../bytes/byteName.ts';
import type { FileSet } from '../classic/contextFiles.ts';
import { digestText } from '../classic/digestText.ts';
import { BuildkitError } from './buildkitError.ts';
import type { BuildkitOptions, BuildkitSurroundings, BuildSource } from './buildkitOptions.ts';
import type { Progress } from './progress.ts';
import { sizeText } from './sizeText.ts';

/** What a build asks its client for, each once and with a vertex of its own: the Dockerfile, the context, and the
 *  contexts that have names. */
export class ClientFiles {
  readonly #source: BuildSource;
  readonly #options: BuildkitOptions;
  readonly #progress: Progress;
  readonly #surroundings: BuildkitSurroundings;
  readonly #named = new Map<string, Promise<FileSet>>();
  #context: Promise<FileSet> | undefined;

  constructor(source: BuildSource, options: BuildkitOptions, progress: Progress, surroundings: BuildkitSurroundings) {
    this.#source = source;
    this.#options = options;
    this.#progress = progress;
    this.#surroundings = surroundings;
  }

  /** Text of the Dockerfile. Throws BuildkitError where there is none. */
  async dockerfile(): Promise<string> {
    const { dockerfileName, isRemote } = this.#source;
    if (isRemote) {
      await this.#progress.step('[internal] load remote build context', () => this.context());
      await this.#progress.step('copy /context /', async () => undefined);
      return this.#textOf((await this.#source.dockerfile()).value);
    }
    const file = await this.#progress.step(`[internal] load build definition from ${dockerfileName}`, async (step) => {
      const { value, bytes } = await this.#source.dockerfile();
      await step.status(`transferring dockerfile: ${sizeText(bytes)} done`);
      this.#keep(step.vertex.name, value?.sizeBytes ?? 0);
      return value;
    });
    if (!file) return this.#textOf(undefined);
    await this.#progress.step('[internal] load .dockerignore', async (step) => {
      const { bytes, fileBytes = bytes } = await this.#source.ignoreFile();
      await step.status(`transferring context: ${sizeText(bytes)} done`);
      this.#keep(step.vertex.name, fileBytes);
    });
    return this.#textOf(file);
  }

  async #textOf(file: Awaited<ReturnType<BuildSource['dockerfile']>>['value']): Promise<string> {
    if (file) return decodeName(await file.read(0, file.sizeBytes));
    const isOld = this.#options.vintage === '0.8';
    const number = [...this.#surroundings.random(4)].reduce((sum, byte) => sum * 256 + byte, 0);
    const path = `/var/lib/docker/tmp/buildkit-mount${number}/${this.#source.dockerfileName}`;
    const missing = `failed to read dockerfile: open ${isOld ? path : this.#source.dockerfileName}: no such file or directory`;
    throw new BuildkitError(
      isOld ? `failed to solve with frontend dockerfile.v0: ${missing}` : `failed to solve: ${missing}`,
    );
  }

  /** `isSent`: whether the build reads a path. */
  context(isSent?: (path: string) => boolean): Promise<FileSet> {
    if (this.#context) return this.#context;
    if (this.#source.isRemote) this.#context = this.#source.context().then(({ value }) => value);
    else
      this.#context = this.#progress.step('[internal] load build context', async (step) => {
        const { value, bytes, fileBytes = bytes } = await this.#source.context(isSent);
        await step.status(`transferring context: ${sizeText(bytes)} done`);
        this.#keep(step.vertex.name, fileBytes);
        return value;
      });
    this.#context.catch(() => undefined);
    return this.#context;
  }

  /** What was sent stays with the engine, as large as it was the first time. */
  #keep(description: string, sizeBytes: number): void {
    const { engine, now, work } = this.#surroundings;
    const key = digestText(`${description} ${this.#source.place ?? ''}`, work.platform);
    engine.images.noteUse({ key, layers: [], createdAt: now(), description, kind: 'source.local', sizeBytes });
  }

  /** Files that `--build-context` gave a name; undefined for a name that stands for none. */
  named(name: string): Promise<FileSet> | undefined {
    const given = this.#options.namedContexts?.get(name);
    if (given?.kind !== 'files') return undefined;
    const known = this.#named.get(name);
    if (known) return known;
    const reading = this.#progress.step(`[context ${name}] load from client`, given.read);
    reading.catch(() => undefined);
    this.#named.set(name, reading);
    return reading;
  }
}
