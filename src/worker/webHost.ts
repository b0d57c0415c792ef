import { BlobSource, webPlatform } from '../platform/web.ts';
import type { Host } from './host.ts';

/** The browser's worker as a host. */
export function webHost(): Host {
  return {
    platform: webPlatform(),
    openBlob: (blob) => new BlobSource(blob),
    async freeBytes() {
      const estimate = await navigator.storage?.estimate?.();
      if (estimate?.quota === undefined) return undefined;
      return Math.max(0, estimate.quota - (estimate.usage ?? 0));
    },
  };
}
