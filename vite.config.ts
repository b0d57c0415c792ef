import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  base: './',
  plugins: [svelte()],
  worker: { format: 'es' },
  build: { outDir: 'dist/app', target: 'es2022' },
  test: { include: ['tests/**/*.test.ts'], exclude: ['tests/e2e/**'] },
});
