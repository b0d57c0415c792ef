import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const WORKER_SOURCE = fileURLToPath(new URL('./offlineWorker.js', import.meta.url));

/** Emits `offline.js`, a service worker that keeps every file of the build: the page and its machine then open without a
 *  network.
 *  Its version is a hash of the files, so that a new build replaces the old one whole. */
export function offlinePlugin(publicFolder: string): Plugin {
  return {
    name: 'palimpsest:offline',
    apply: 'build',
    enforce: 'post',
    generateBundle: {
      order: 'post',
      handler(_options, bundle) {
        const version = createHash('sha256');
        const files = ['./'];
        for (const name of filesBelow(publicFolder)) {
          version.update(name).update(readFileSync(join(publicFolder, name)));
          files.push(`./${name}`);
        }
        for (const [name, output] of Object.entries(bundle).sort(([a], [b]) => (a < b ? -1 : 1))) {
          version.update(name).update(output.type === 'chunk' ? output.code : output.source);
          if (name !== 'index.html') files.push(`./${name}`);
        }
        const source = readFileSync(WORKER_SOURCE, 'utf8')
          .replace("'__VERSION__'", JSON.stringify(version.digest('hex').slice(0, 16)))
          .replace("['__FILES__']", JSON.stringify(files));
        this.emitFile({ type: 'asset', fileName: 'offline.js', source });
      },
    },
  };
}

/** Sorted, with slashes. */
function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
    .sort();
}
