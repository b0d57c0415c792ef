import type { ContainerConfig } from '../../engine/containerConfig.ts';
import type { Digest } from '../../image/digest.ts';
import { type CacheDecision, probeCache } from './cacheProbe.ts';
import type { StepSetup } from './stepSetup.ts';
import type { StepWords } from './stepWords.ts';
import { classicWhyText } from './whyText.ts';

const SHORT_ID = 12;

/** From a config to the image of a step: a look into the cache, then a container that is made and committed (moby
 *  builder/dockerfile, internals.go). */
export class StepCommit {
  readonly #setup: StepSetup;
  readonly #words: StepWords;
  readonly #containers: string[] = [];

  constructor(setup: StepSetup, words: StepWords) {
    this.#setup = setup;
    this.#words = words;
  }

  async discardContainers(): Promise<void> {
    const { containers } = this.#setup.surroundings.engine;
    for (const id of this.#containers.splice(0)) await containers.remove(id, { isForced: true, removesVolumes: true });
  }

  async removeContainers(): Promise<void> {
    const { engine, print } = this.#setup.surroundings;
    for (const id of this.#containers.splice(0)) {
      await engine.containers.remove(id, { isForced: true, removesVolumes: true });
      await print(`Removing intermediate container ${id.slice(0, SHORT_ID)}\n`);
    }
  }

  /** A step that changes the config alone: a container is made and committed, though nothing runs. */
  async note(comment: string): Promise<void> {
    const config = this.commented(['#(nop) ', comment]);
    const container = await this.probeAndCreate(config);
    if (container) await this.commit(container, container.config, undefined);
  }

  commented(words: readonly string[]): ContainerConfig {
    return { ...this.#setup.build.config, Cmd: [...this.#words.shell(), ...words] };
  }

  /** Whether an earlier build made the same: then its image is this step's. */
  async isCached(config: ContainerConfig): Promise<boolean> {
    const { surroundings, mayProbe, onMiss, options } = this.#setup;
    if (!mayProbe()) {
      const reason = options.usesCache ? 'earlierMiss' : 'disabled';
      await this.#tell({ outcome: 'miss', reason });
      return false;
    }
    const decision = await this.#probe(config);
    await this.#tell(decision);
    if (decision.outcome === 'miss') {
      onMiss();
      return false;
    }
    await surroundings.print(' ---> Using cache\n');
    this.#setup.build.imageId = decision.image;
    return true;
  }

  async #probe(config: ContainerConfig): Promise<CacheDecision> {
    const { surroundings, cacheSources } = this.#setup;
    const parent = this.#setup.build.imageId;
    const local = probeCache(surroundings.engine.images, parent, config);
    if (!cacheSources) return local;
    const image = await cacheSources.probe(parent, config, local);
    if (image !== undefined) return { outcome: 'hit', image };
    return local.outcome === 'miss' ? local : { outcome: 'miss', reason: 'noChildren' };
  }

  async #tell(decision: CacheDecision): Promise<void> {
    const { surroundings, number, onDecision } = this.#setup;
    surroundings.onCache?.(number, decision);
    onDecision(decision);
    if (surroundings.tellsWhy) await surroundings.print(` ---> ${classicWhyText(decision)}\n`);
  }

  async probeAndCreate(config: ContainerConfig) {
    return (await this.isCached(config)) ? undefined : this.create(config);
  }

  async create(config: ContainerConfig): Promise<{ readonly id: string; readonly config: ContainerConfig }> {
    const { engine, print } = this.#setup.surroundings;
    const { id } = await engine.containers.create({ name: '', config, hostConfig: this.#setup.options.hostConfig });
    const shown = (engine.containers.inspect(id) as { readonly Config?: Partial<ContainerConfig> }).Config;
    const made = {
      ...config,
      Hostname: shown?.Hostname ?? '',
      Labels: config.Labels ?? {},
      // An empty one is the image's to the engine: such a step is never found again.
      Entrypoint: shown?.Entrypoint ?? config.Entrypoint,
    };
    this.#containers.push(id);
    await print(` ---> Running in ${id.slice(0, SHORT_ID)}\n`);
    return { id, config: made };
  }

  async commit(
    container: { readonly id: string } | undefined,
    containerConfig: ContainerConfig,
    newLayer: Digest | undefined,
  ): Promise<void> {
    const { build } = this.#setup;
    const { images } = this.#setup.surroundings.engine;
    const image = await images.create({
      parent: build.imageId,
      newLayer,
      config: build.config,
      containerConfig,
      containerId: container?.id ?? '',
      comment: '',
      author: build.maintainer,
      createdBy: (containerConfig.Cmd ?? []).join(' '),
    });
    build.imageId = image.id;
  }

  layers(): readonly Digest[] {
    const { imageId } = this.#setup.build;
    if (imageId === undefined) return [];
    return this.#setup.surroundings.engine.images.find(imageId).layers.map(({ diffId }) => diffId);
  }
}
