/** Keeps the page working without a network from its second visit on (`offline/plugin.ts` writes the worker). */
export function registerOffline(): void {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  navigator.serviceWorker.register(new URL('offline.js', document.baseURI)).catch((error: unknown) => {
    console.warn('The page could not be kept for offline use.', error);
  });
}
