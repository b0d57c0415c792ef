import type { CompanionClient } from '../../client/companion/companionClient.ts';
import { contextBlob, type ContextFile } from '../../client/companion/contextBlob.ts';
import type { ArchiveSummary, ComparisonView, ImageSummary } from '../../client/protocol.ts';
import { BuildView } from '../companion/buildView.svelte.ts';
import { openBlob } from '../companion/runBuild.ts';
import type { ExplorerState } from '../state/explorer.svelte.ts';
import type { BuildRun } from './buildRun.svelte.ts';
import type { BuildsState } from './buildsState.svelte.ts';

const BASE_FOLDER = '.palimpsest-base';
const MACHINE_ID = 'machine';
/** Blocks of zeros that end a tar. */
const TAR_END_BYTES = 1024;

/** A layer of the simulated image beside the real one's. */
export interface ComparedLayer {
  readonly position: number;
  readonly simulated: string | undefined;
  readonly real: string | undefined;
  /** Paths that this layer supplies and that differ. */
  readonly differences: number;
}

/** The same build by the simulator and by a companion's engine. */
export class RealBuild {
  readonly #explorer: ExplorerState;
  readonly view = new BuildView();
  comparison = $state.raw<ComparisonView | undefined>(undefined);
  layers = $state.raw<readonly ComparedLayer[]>([]);
  fault = $state('');

  constructor(explorer: ExplorerState) {
    this.#explorer = explorer;
  }

  /** Builds what `run` built, and compares. Never throws: what goes wrong is the view's failure, or `fault`. */
  async start(client: CompanionClient, builds: BuildsState, run: BuildRun): Promise<void> {
    const { view } = this;
    const { signal } = view;
    const explorer = this.#explorer;
    try {
      const machine = explorer.archives.find(({ id }) => id === MACHINE_ID);
      const simulated = machine?.images.find(({ imageId }) => imageId === run.imageId);
      const packed = await builds.lab.service.packContext(builds.request);
      const { members, references } = await this.#bases(machine, run);
      const context = new Blob([packed.slice(0, packed.size - TAR_END_BYTES), await contextBlob(members)]);
      const buildArgs = Object.fromEntries(builds.argumentPairs);
      const question = { dockerfile: builds.dockerfile, target: builds.target, tag: builds.tag.trim(), buildArgs };
      for await (const event of client.build(context, { ...question, bases: references }, signal)) view.take(event);
      if (view.phase !== 'receiving' || view.build === undefined) return;
      const onBytes = (doneBytes: number): void => {
        view.receivedBytes = doneBytes;
      };
      const image = await client.image(view.build, onBytes, signal);
      const before = new Set(explorer.archives.map(({ id }) => id));
      await openBlob(explorer, image, 'real.tar');
      view.phase = 'done';
      const real = explorer.archives.find(({ id }) => !before.has(id));
      if (machine && simulated && real?.images[0]) await this.#compare([machine, simulated], [real, real.images[0]]);
      builds.showStack(run.steps.at(-1)?.layers ?? []);
    } catch (error) {
      view.failWith(error);
    }
  }

  /** The bases that the simulated build stood on go with the context: both builds begin with the same bytes. */
  async #bases(machine: ArchiveSummary | undefined, run: BuildRun) {
    const members: ContextFile[] = [];
    const references: Record<string, string> = {};
    for (const name of new Set(
      run.steps.flatMap(({ source }) => /^from\s+(?:--\S+\s+)*(\S+)/i.exec(source)?.[1] ?? []),
    )) {
      const tag = name.includes(':', name.lastIndexOf('/') + 1) ? name : `${name}:latest`;
      const image = machine?.images.find(({ tags }) => tags.includes(tag));
      if (!machine || !image) continue;
      const path = `${BASE_FOLDER}/${members.length}.tar`;
      const request = { kind: 'archive', archiveId: machine.id, images: [image.index], format: 'oci-layout' } as const;
      const saved = await this.#explorer.service.save(request, crypto.randomUUID());
      members.push({ path, content: saved.blob });
      references[name] = path;
    }
    return { members, references };
  }

  async #compare(
    left: readonly [ArchiveSummary, ImageSummary],
    right: readonly [ArchiveSummary, ImageSummary],
  ): Promise<void> {
    const explorer = this.#explorer;
    const layers = [...right[0].layers.keys()];
    // The trees of an archive that was just opened are still being made.
    await Promise.all(layers.map((layer) => explorer.service.layer(right[0].id, layer)));
    const refOf = ([archive, image]: typeof left) => ({ archiveId: archive.id, image: image.index });
    const comparison = await explorer.service.compare(refOf(left), refOf(right));
    const digests = ([archive, image]: typeof left) => image.layers.map((index) => archive.layers[index]?.diffId);
    const [simulated, real] = [digests(left), digests(right)];
    const opened = explorer.archives.find(({ id }) => id === right[0].id);
    const realNow = opened ? right[1].layers.map((index) => opened.layers[index]?.diffId) : real;
    this.layers = Array.from({ length: Math.max(simulated.length, real.length) }, (_, position) => ({
      position,
      simulated: simulated[position],
      real: realNow[position] ?? real[position],
      differences: comparison.entries.filter(({ leftLayer, rightLayer }) => (leftLayer ?? rightLayer) === position)
        .length,
    }));
    this.comparison = comparison;
  }
}
