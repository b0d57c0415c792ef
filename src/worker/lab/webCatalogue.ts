import type { CatalogueFiles } from '../../catalogue/catalogueFiles.ts';

/** The catalogue's files beside the page. `base`: the page's address. */
export function webCatalogue(base: string): CatalogueFiles {
  return {
    async text(path) {
      const response = await fetch(new URL(`catalogue/${path}`, base));
      if (!response.ok) throw new Error(`catalogue/${path}: HTTP ${response.status}`);
      return response.text();
    },
  };
}
