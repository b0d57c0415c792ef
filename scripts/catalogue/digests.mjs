// Writes public/catalogue/images/digests.json: the diffIDs of all layers of the catalogue, so that nobody who pulls an
// image has to hash it. To be run when images, packages or the form of the layers have changed; until then those that
// changed are hashed when they are pulled.
//   node scripts/catalogue/digests.mjs
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createServer } from 'vite';

const FOLDER = new URL('../../public/catalogue/', import.meta.url);
const DIGESTS = 'images/digests.json';

const vite = await createServer({
  configFile: false,
  root: fileURLToPath(new URL('../../', import.meta.url)),
  logLevel: 'warn',
  server: { middlewareMode: true, watch: null, ws: false },
  appType: 'custom',
  optimizeDeps: { noDiscovery: true },
});
try {
  const [{ Catalogue }, { fingerprint }, { nodePlatform }] = await Promise.all(
    ['catalogue/catalogue.ts', 'catalogue/layerDigests.ts', 'platform/node.ts'].map((path) =>
      vite.ssrLoadModule(`/src/${path}`),
    ),
  );
  const platform = nodePlatform();
  const files = {
    // What was written before is not believed.
    text: (path) => (path === DIGESTS ? Promise.resolve('{}') : readFile(new URL(path, FOLDER), 'utf8')),
  };
  const catalogue = new Catalogue(files, platform);
  const digests = new Map();
  for (const { repository, tags } of await catalogue.entries())
    for (const { tar, diffId } of (await catalogue.image(repository, tags[0])).layers)
      digests.set(await fingerprint(tar, platform), diffId.replace('sha256:', ''));
  const sorted = [...digests].sort(([a], [b]) => (a < b ? -1 : 1));
  await writeFile(new URL(DIGESTS, FOLDER), `${JSON.stringify(Object.fromEntries(sorted), null, 1)}\n`);
  console.log(`${sorted.length} layers`);
} finally {
  await vite.close();
}
