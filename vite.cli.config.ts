import { chmodSync, existsSync, lstatSync, symlinkSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

const OUT_DIR = 'dist/cli';
const ENTRY = 'palimpsest.js';

const OWN_BIN = 'node_modules/.bin/palimpsest';

/** npm makes bins executable, and links them where npx finds them, when it installs a package into another; not when
 *  a package runs its own. */
function installOwnBin(): Plugin {
  return {
    name: 'install-own-bin',
    writeBundle({ dir = OUT_DIR }) {
      chmodSync(join(dir, ENTRY), 0o755);
      if (relative(OUT_DIR, dir) !== '' || lstatSync(OWN_BIN, { throwIfNoEntry: false })) return;
      if (existsSync(dirname(OWN_BIN))) symlinkSync(`../../${OUT_DIR}/${ENTRY}`, OWN_BIN);
    },
  };
}

/** The command line as ES modules for Node: one small entry, a chunk for each command, dependencies bundled. */
export default defineConfig({
  plugins: [installOwnBin()],
  publicDir: false,
  ssr: { noExternal: true },
  build: {
    ssr: true,
    outDir: OUT_DIR,
    target: 'node20',
    minify: false,
    sourcemap: false,
    emptyOutDir: true,
    rolldownOptions: {
      input: {
        palimpsest: 'src/cli/palimpsest.ts',
        indexThread: 'src/cli/indexThread.ts',
        latencyThread: 'src/cli/mount/latencyThread.ts',
      },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
        banner: (chunk) => (chunk.isEntry && chunk.name === 'palimpsest' ? '#!/usr/bin/env node' : ''),
      },
    },
  },
});
