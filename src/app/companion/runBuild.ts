import type { BuildQuestion, CompanionClient } from '../../client/companion/companionClient.ts';
import { contextBlob, type ContextFile } from '../../client/companion/contextBlob.ts';
import type { ExplorerState } from '../state/explorer.svelte.ts';
import type { BuildView } from './buildView.svelte.ts';

/** An image that is open in the explorer and that FROM may use. */
export interface BaseChoice {
  readonly archiveId: string;
  readonly image: number;
  readonly references: readonly string[];
}

const BASE_FOLDER = '.palimpsest-base';

/** Builds, follows the build in `view`, and opens the image in the explorer. Never throws: what goes wrong is the
 *  view's failure. */
export async function runBuild(
  client: CompanionClient,
  explorer: ExplorerState,
  files: readonly ContextFile[],
  bases: readonly BaseChoice[],
  question: BuildQuestion,
  view: BuildView,
): Promise<void> {
  const { signal } = view;
  try {
    const members = [...files];
    const references: Record<string, string> = {};
    for (const [i, base] of bases.entries()) {
      const path = `${BASE_FOLDER}/${i}.tar`;
      const { archiveId, image } = base;
      const request = { kind: 'archive', archiveId, images: [image], format: 'oci-layout' } as const;
      const saved = await explorer.calls.run('save', path, (callId) => explorer.service.save(request, callId));
      if (!saved) return view.fail('base', base.references.join(', '));
      members.push({ path, content: saved.blob });
      for (const reference of base.references) references[reference] = path;
    }
    const context = await contextBlob(members);
    for await (const event of client.build(context, { ...question, bases: references }, signal)) view.take(event);
    if (view.phase !== 'receiving' || view.build === undefined) return;
    const onBytes = (doneBytes: number): void => {
      view.receivedBytes = doneBytes;
    };
    const image = await client.image(view.build, onBytes, signal);
    view.phase = 'done';
    await openBlob(explorer, image, `${fileStem(question.tag)}.tar`);
  } catch (error) {
    view.failWith(error);
  }
}

export async function openBlob(explorer: ExplorerState, blob: Blob, name: string): Promise<void> {
  await explorer.open([{ name, input: { kind: 'file', file: new File([blob], name) } }]);
}

/** Of a reference: what is before the tag, the last part of its path. */
export function fileStem(reference: string | undefined): string {
  return (
    reference
      ?.replace(/[@:][^/]*$/, '')
      .split('/')
      .at(-1) || 'build'
  );
}
