import type { Platform } from '../bytes/platform.ts';
import { BlobSource, webPlatform } from '../platform/web.ts';
import type { Host } from './host.ts';
import { webIndexThreads } from './indexThreads.ts';

/** The browser's worker as a host. */
export function webHost(): Host {
  return {
    platform: hashingAnywhere(webPlatform()),
    threads: webIndexThreads(),
    openBlob: (blob) => new BlobSource(blob),
    async freeBytes() {
      const estimate = await navigator.storage?.estimate?.();
      if (estimate?.quota === undefined) return undefined;
      return Math.max(0, estimate.quota - (estimate.usage ?? 0));
    },
  };
}

/** A page that came by plain http from another machine has no Web Crypto (Secure Contexts): then by software. */
function hashingAnywhere(platform: Platform): Platform {
  if (globalThis.crypto?.subtle) return platform;
  return {
    ...platform,
    async sha256(bytes) {
      const hash = platform.createHash('sha256');
      hash.update(bytes);
      return hash.digest();
    },
  };
}
