import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { CatalogueFiles } from '../../catalogue/catalogueFiles.ts';

/** Beside the built command line lies the built page; from the sources, `public`. */
const PLACES = ['../app/catalogue/', '../../app/catalogue/', '../../../public/catalogue/'];

/** The catalogue's files on this computer. */
export function nodeCatalogue(): CatalogueFiles {
  const folder = PLACES.map((place) => fileURLToPath(new URL(place, import.meta.url))).find((path) =>
    existsSync(`${path}images/index.json`),
  );
  return {
    text(path) {
      if (folder === undefined) throw new Error('the catalogue of base images is missing: run `npm run build`');
      return readFile(`${folder}${path}`, 'utf8');
    },
  };
}
