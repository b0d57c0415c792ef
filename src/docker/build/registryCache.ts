import { MemorySource } from '../../bytes/byteSource.ts';
import { BuildError } from '../../build/buildError.ts';
import type { CacheImport } from '../../build/buildkit/buildkitOptions.ts';
import { inlineCacheOf } from '../../build/buildkit/portableCache.ts';
import { decompress } from '../../codec/decompress.ts';
import { SNIFF_BYTES, sniffCompression } from '../../codec/sniff.ts';
import { parseManifestDocument } from '../../image/manifest.ts';
import { familiarForm, fullForm, parseReference, withDefaultTag } from '../../image/reference.ts';
import type { Client } from '../client.ts';

/** `--cache-from NAME`: an image of a registry whose config tells of its steps. The store's own images count as they
 *  are: nothing is asked of them. */
export function registryImport(client: Client, name: string): CacheImport {
  const reference = withDefaultTag(parseReference(name));
  const login = client.config.loginFor(name);
  const { registries, platform } = client.engine;
  const manifestOf = async (of: string) => {
    const { bytes, mediaType } = await registries.manifest(of, { isInsecure: true, login });
    return parseManifestDocument(bytes, mediaType);
  };
  return {
    name: familiarForm(reference) === name ? name : fullForm(reference),
    read: async () => {
      let full = fullForm(reference);
      let document = await manifestOf(full);
      if (document.kind === 'index') {
        const own = document.manifests.find(
          (one) => one.platform?.os === 'linux' && one.platform.architecture === 'amd64',
        );
        if (!own) return undefined;
        full = `${full.replace(/:[^/:]*$/, '')}@${own.digest}`;
        document = await manifestOf(full);
      }
      if (document.kind !== 'manifest' || !document.config) return undefined;
      const cache = inlineCacheOf(await registries.blob(full, document.config.digest, { login }));
      if (!cache) return undefined;
      const { layers } = document;
      return {
        cache,
        open: async (place) => {
          const digest = layers[place]?.digest;
          if (digest === undefined) throw new BuildError('context', `the image has no layer ${place}`);
          const bytes = await registries.blob(full, digest, { login });
          const source = new MemorySource(bytes);
          return decompress(sniffCompression(bytes.subarray(0, SNIFF_BYTES)), source.stream(), platform);
        },
      };
    },
  };
}
