import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';
import { offlinePlugin } from './scripts/vite/offlinePlugin.ts';
import { policyPlugin } from './scripts/vite/policyPlugin.ts';
import { samplePlugin } from './scripts/vite/samplePlugin.ts';

export default defineConfig({
  base: './',
  plugins: [svelte({ configFile: false }), samplePlugin(), policyPlugin(), offlinePlugin('public')],
  worker: { format: 'es' },
  // Workers' dependencies too: one that is found later reloads the page under its reader.
  optimizeDeps: { entries: ['index.html', 'src/{app,worker}/**/*.{svelte,ts}'] },
  build: { outDir: 'dist/app', target: 'es2022', modulePreload: { polyfill: false } },
  // A busy machine takes several times as long; what hangs is still found.
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/e2e/**'],
    setupFiles: ['tests/setup.ts'],
    // A machine that does other things too may be too slow for real engines and processes, once.
    retry: process.env.CI ? 1 : 0,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
