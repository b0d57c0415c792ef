import { createExplorerClient, newCallId } from '../../src/client/explorerClient.ts';

/** What the bench reads when the page has opened the file that it was given. */
export interface PageFigures {
  readonly imageKnownMs: number;
  readonly firstLayerMs: number;
  readonly allLayersMs: number;
  readonly longestTaskMs: number;
  readonly entryCount: number;
}

declare global {
  interface Window {
    figures?: PageFigures | { readonly fault: string };
    /** The explorer's worker has started, as it has in the explorer's own page before anyone picks a file. */
    isReady?: boolean;
  }
}

let longestTaskMs = 0;
new PerformanceObserver((list) => {
  for (const task of list.getEntries()) longestTaskMs = Math.max(longestTaskMs, task.duration);
}).observe({ type: 'longtask' });

const client = createExplorerClient();
document.querySelector('input')?.addEventListener('change', async (event) => {
  const file = (event.target as HTMLInputElement).files?.[0];
  if (!file) return;
  const startMs = performance.now();
  let firstLayerMs = 0;
  let entryCount = 0;
  const indexed = new Promise<number>((resolve) => {
    client.onEvent((told) => {
      if (told.type === 'layerIndexed') {
        firstLayerMs ||= performance.now() - startMs;
        entryCount += told.layer.entryCount;
      }
      if (told.type === 'indexed') resolve(performance.now() - startMs);
    });
  });
  try {
    await client.service.open({ kind: 'file', file }, newCallId());
    const imageKnownMs = performance.now() - startMs;
    const allLayersMs = await indexed;
    window.figures = { imageKnownMs, firstLayerMs, allLayersMs, longestTaskMs, entryCount };
  } catch (error) {
    window.figures = { fault: String(error) };
  }
});

await client.service.restore();
window.isReady = true;
