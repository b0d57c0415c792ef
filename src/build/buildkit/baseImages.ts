import { EngineError } from '../../engine/engineError.ts';
import type { ImageRecord } from '../../engine/imageRecord.ts';
import { fullForm, parseReference, withDefaultTag } from '../../image/reference.ts';
import { isOfPlatform } from '../imagePlatform.ts';
import { BuildkitError } from './buildkitError.ts';
import type { BuildkitOptions, BuildkitSurroundings } from './buildkitOptions.ts';
import type { Progress } from './progress.ts';

/** Images that a build starts from or copies from, each looked for once: here, then at its registry. */
export class BaseImages {
  readonly #options: BuildkitOptions;
  readonly #surroundings: BuildkitSurroundings;
  readonly #progress: Progress;
  readonly #found = new Map<string, Promise<ImageRecord>>();
  readonly #ready = new Map<string, ImageRecord>();

  constructor(options: BuildkitOptions, surroundings: BuildkitSurroundings, progress: Progress) {
    this.#options = options;
    this.#surroundings = surroundings;
    this.#progress = progress;
  }

  /** What was resolved already. `platform`: as `formatPlatform` writes it. */
  known(name: string, platform: string): ImageRecord | undefined {
    return this.#ready.get(keyOf(name, platform));
  }

  /** For `# syntax=`. Throws BuildkitError where the registry cannot be reached. */
  async resolveFrontend(name: string, platform: string): Promise<void> {
    const vertex = `resolve image config for ${shownReference(name)}`;
    try {
      await this.#progress.step(vertex, async () => {
        const problem = await this.#find(name, platform).then(
          () => undefined,
          (error: unknown) => error,
        );
        if (problem instanceof PullFailed && problem.message.startsWith(UNREACHABLE)) throw problem;
      });
    } catch (error) {
      if (!(error instanceof PullFailed)) throw error;
      const frontends = 'failed to solve with frontend dockerfile.v0: failed to solve with frontend gateway.v0: ';
      throw new BuildkitError(frontends + error.message, { vertexName: vertex });
    }
  }

  /** For FROM: with a vertex of its own. Throws BuildkitError. */
  async resolve(name: string, platform: string): Promise<ImageRecord> {
    const reference = shownReference(name);
    const vertex = `[internal] load metadata for ${reference}`;
    try {
      return await this.#fetch(vertex, name, platform);
    } catch (error) {
      if (!(error instanceof PullFailed)) throw error;
      const words =
        this.#options.vintage === '0.8'
          ? `failed to solve with frontend dockerfile.v0: failed to create LLB definition: ${error.message}`
          : `failed to solve: ${name}: failed to resolve source metadata for ${reference}: ${error.message}`;
      throw new BuildkitError(words, { vertexName: vertex });
    }
  }

  /** For COPY --from and mounts: what goes wrong has a vertex. Throws BuildkitError. */
  async load(name: string, platform: string, vertex: string): Promise<ImageRecord> {
    const known = this.#ready.get(keyOf(name, platform));
    if (known) return known;
    try {
      const image = await this.#find(name, platform);
      this.#ready.set(keyOf(name, platform), image);
      return image;
    } catch (error) {
      if (!(error instanceof PullFailed)) throw error;
      await this.#progress.step(vertex, () => Promise.reject(error)).catch(() => undefined);
      throw new BuildkitError(`failed to load cache key: ${error.message}`, { vertexName: vertex });
    }
  }

  async #fetch(vertex: string, name: string, platform: string): Promise<ImageRecord> {
    const image = await this.#progress.step(vertex, () => this.#find(name, platform));
    this.#ready.set(keyOf(name, platform), image);
    return image;
  }

  #find(name: string, platform: string): Promise<ImageRecord> {
    const key = keyOf(name, platform);
    const known = this.#found.get(key);
    if (known) return known;
    const finding = this.#pullWhereMissing(name, platform);
    this.#found.set(key, finding);
    return finding;
  }

  async #pullWhereMissing(given: string, platform: string): Promise<ImageRecord> {
    const { engine, loginFor, work } = this.#surroundings;
    const named = this.#options.namedContexts?.get(given);
    const name = named?.kind === 'image' ? named.reference : given;
    if (!this.#options.pulls) {
      try {
        const image = engine.images.find(name);
        if (isOfPlatform(image, platform)) return image;
      } catch (error) {
        if (!(error instanceof EngineError)) throw error;
      }
    }
    try {
      const id = await engine.images.pull(
        { reference: name, login: loginFor?.(name), platform },
        () => undefined,
        work.signal,
      );
      return engine.images.find(id);
    } catch (error) {
      throw error instanceof EngineError ? new PullFailed(pullWords(name, error.message)) : error;
    }
  }
}

function keyOf(name: string, platform: string): string {
  return `${name} ${platform}`;
}

const UNREACHABLE = 'failed to do request';

class PullFailed extends Error {
  override readonly name = 'PullFailed';
}

/** With domain, path and tag. */
export function shownReference(name: string): string {
  return fullForm(withDefaultTag(parseReference(name)));
}

/** containerd asks for the manifest at once, and says what was answered in its own words. */
function pullWords(name: string, message: string): string {
  const dial = /dial tcp.*$/s.exec(message);
  if (dial) return `${UNREACHABLE}: Head ${JSON.stringify(manifestUrl(name))}: ${dial[0]}`;
  if (/pull access denied|denied/.test(message))
    return 'pull access denied, repository does not exist or may require authorization: server message: insufficient_scope: authorization failed';
  if (/manifest .*(unknown|not found)/.test(message)) return `${shownReference(name)}: not found`;
  return message;
}

function manifestUrl(name: string): string {
  const full = shownReference(name);
  const slash = full.indexOf('/');
  const domain = full.slice(0, slash);
  const rest = full.slice(slash + 1);
  const at = rest.includes('@') ? rest.indexOf('@') : rest.lastIndexOf(':');
  const host = domain === 'docker.io' ? 'registry-1.docker.io' : domain;
  const scheme = /^(?:localhost|127\.\d+\.\d+\.\d+)(?::|$)/.test(host) ? 'http' : 'https';
  return `${scheme}://${host}/v2/${rest.slice(0, at)}/manifests/${rest.slice(at + 1)}`;
}
