import { chmodSync } from 'node:fs';
import { defineConfig, type Plugin } from 'vite';

const ENTRY = 'dist/cli/palimpsest.js';

/** npm makes a bin executable when it installs a package, not when the package runs its own. */
function executableEntry(): Plugin {
  return { name: 'executable-entry', closeBundle: () => chmodSync(ENTRY, 0o755) };
}

/** The command line as ES modules for Node: one small entry, a chunk for each command, dependencies bundled. */
export default defineConfig({
  plugins: [executableEntry()],
  publicDir: false,
  ssr: { noExternal: true },
  build: {
    ssr: true,
    outDir: 'dist/cli',
    target: 'node20',
    minify: false,
    sourcemap: false,
    emptyOutDir: true,
    rolldownOptions: {
      input: { palimpsest: 'src/cli/palimpsest.ts' },
      output: {
        entryFileNames: '[name].js',
        chunkFileNames: 'chunks/[name]-[hash].js',
        banner: (chunk) => (chunk.isEntry && chunk.name === 'palimpsest' ? '#!/usr/bin/env node' : ''),
      },
    },
  },
});
