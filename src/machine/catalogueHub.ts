import type { Catalogue } from '../catalogue/catalogue.ts';
import type { Digest } from '../image/digest.ts';
import { MediaType } from '../image/mediaTypes.ts';
import type { HubCatalogue } from '../registry/simulated/hub.ts';

const OFFICIAL = 'library/';

/** The catalogue as what a hub holds: layers uncompressed, so that nothing is packed only to be unpacked. */
export function catalogueHub(catalogue: Catalogue): HubCatalogue {
  return {
    tags: async (repository) => {
      const entries = (await catalogue.entries()).filter((entry) => entry.repository === repository);
      return entries.length > 0 ? entries.flatMap(({ tags }) => tags) : undefined;
    },
    image: async (repository, tag) => {
      const image = await catalogue.image(repository, tag);
      return (
        image && {
          configBytes: image.config,
          platform: { architecture: 'amd64', os: 'linux' },
          layers: image.layers.map(({ diffId, tar }) => ({
            digest: diffId as Digest,
            mediaType: MediaType.ociLayer,
            blob: tar,
          })),
        }
      );
    },
    search: async (term) => {
      const wanted = term.toLowerCase();
      const found = new Map<string, { readonly description: string; readonly stars: number }>();
      for (const { repository, description, stars } of await catalogue.entries())
        if (repository.includes(wanted) || description.toLowerCase().includes(wanted))
          found.set(repository, { description, stars });
      return [...found]
        .map(([repository, { description, stars }]) => ({
          name: repository.startsWith(OFFICIAL) ? repository.slice(OFFICIAL.length) : repository,
          description,
          starCount: stars,
          isOfficial: repository.startsWith(OFFICIAL),
        }))
        .sort((a, b) => b.starCount - a.starCount);
    },
  };
}
