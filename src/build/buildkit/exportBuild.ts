import type { Digest } from '../../image/digest.ts';
import { fullForm, parseReference } from '../../image/reference.ts';
import { digestText } from '../classic/digestText.ts';
import { ImageFiles } from '../classic/imageFiles.ts';
import type { BuildkitOptions, BuildkitSurroundings, BuildOutput } from './buildkitOptions.ts';
import type { LayerStack } from './layerStack.ts';
import type { Progress } from './progress.ts';

/** What a build came to. */
export interface BuildResult {
  readonly stack: LayerStack;
  readonly configBytes: Uint8Array;
}

export interface ExportSetup {
  readonly options: BuildkitOptions;
  readonly surroundings: BuildkitSurroundings;
  readonly progress: Progress;
}

/** Hands the result to whoever asked for it. Gives the ID of the image that is in the store now, undefined for what
 *  went elsewhere. */
export async function exportBuild(result: BuildResult, setup: ExportSetup): Promise<Digest | undefined> {
  const { output } = setup.options;
  if (output.kind === 'tree') return exportTree(result, output, setup);
  if (output.kind === 'archive') return exportArchive(result, output, setup);
  if (output.kind === 'nothing') return undefined;
  const id = await exportImage(result, setup);
  if (setup.options.cache?.isInline)
    await setup.progress.step('exporting cache', async (step) => {
      await step.status('preparing build cache for export done');
    });
  const { push } = output;
  if (push) for (const tag of setup.options.tags) await pushed(tag, push, setup.progress);
  return id;
}

async function exportTree(
  { stack }: BuildResult,
  output: BuildOutput & { readonly kind: 'tree' },
  { surroundings, progress }: ExportSetup,
): Promise<undefined> {
  await progress.step('exporting to client', async (step) => {
    const { engine, owners, work } = surroundings;
    const files = new ImageFiles(engine.images.mount(stack.layers).mount, owners, work);
    await output.write({ files });
    await step.status(output.message(files));
  });
}

async function exportImage(
  { stack, configBytes }: BuildResult,
  { options, surroundings, progress }: ExportSetup,
): Promise<Digest> {
  const { images } = surroundings.engine;
  return progress.step('exporting to image', async (step) => {
    // The daemon of 20.10 has nothing to say of no layers (builder-next/exporter).
    if (stack.layers.length > 0 || options.vintage !== '0.8') await step.status('exporting layers done');
    const { id } = await images.createFromConfig(configBytes);
    await step.status(`writing image ${id} done`);
    for (const tag of options.tags) {
      images.tag(id, tag);
      await step.status(`naming to ${fullForm(parseReference(tag))} done`);
    }
    return id;
  });
}

/** An archive of an image that the store is not given. */
async function exportArchive(
  { configBytes }: BuildResult,
  output: BuildOutput & { readonly kind: 'archive' },
  { options, surroundings, progress }: ExportSetup,
): Promise<undefined> {
  const { engine, work } = surroundings;
  const form = output.format === 'oci' ? 'oci' : 'docker';
  await progress.step(`exporting to ${form} image format`, async (step) => {
    await step.status('exporting layers done');
    const digest = digestText(new TextDecoder().decode(configBytes), work.platform);
    await step.status(`exporting config sha256:${digest} done`);
    const chunks = await engine.images.saveBuilt({ configBytes, tags: options.tags, format: form }, work.signal);
    await output.write(chunks);
    await step.status('sending tarball done');
  });
}

async function pushed(
  tag: string,
  push: NonNullable<(BuildOutput & { readonly kind: 'image' })['push']>,
  progress: Progress,
): Promise<void> {
  await progress.step(`pushing ${tag} with docker`, (step) => push(tag, (text) => step.status(text)));
}
