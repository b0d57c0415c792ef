import type { ExplorerState } from '../state/explorer.svelte.ts';

export const SAMPLE_FILE_NAME = 'sample-image.tar';

/** Opens the small image that is built with the page, for those who have no archive at hand. */
export async function openSample(explorer: ExplorerState): Promise<void> {
  await explorer.calls.run('open', SAMPLE_FILE_NAME, async (callId) => {
    const response = await fetch(new URL(SAMPLE_FILE_NAME, document.baseURI));
    if (!response.ok) throw new Error(`${SAMPLE_FILE_NAME}: HTTP ${response.status}`);
    const file = new File([await response.blob()], SAMPLE_FILE_NAME);
    explorer.addArchive(await explorer.service.open({ kind: 'file', file }, callId));
  });
}
