// Bundles a bench (Node 20 runs no TypeScript) to .cache/bench-build and runs it: node bench/run.mjs archive|vfs|overlay|dockerfile|companion|machine|build|kept|mount
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const projectDir = dirname(dirname(fileURLToPath(import.meta.url)));
const outDir = join(projectDir, '.cache/bench-build');
const [name, ...rest] = process.argv.slice(2);

if (name === undefined || !existsSync(join(projectDir, `bench/${name}.ts`))) {
  console.error(
    'usage: npm run bench -- archive [plain|gzip] | vfs | overlay | dockerfile | companion [download|builds|pool|registry] | machine [FOLDER] | build | kept [FOLDER] | mount',
  );
  process.exit(2);
}

/** @param {string} entry @param {string} path */
async function bundle(entry, path = `bench/${entry}.ts`) {
  await build({
    configFile: false,
    root: projectDir,
    logLevel: 'warn',
    publicDir: false,
    ssr: {
      noExternal: true,
      external: ['dockerfile-ast', 'memfs', 'unionfs', '@zenfs/core', '@playwright/test', 'vite'],
    },
    build: {
      ssr: true,
      outDir,
      target: 'node20',
      minify: false,
      emptyOutDir: false,
      rolldownOptions: {
        input: { [entry]: path },
        output: { entryFileNames: '[name].mjs', chunkFileNames: `${entry}-[name].mjs` },
      },
    },
  });
}

const children =
  { archive: ['openChild'], vfs: ['vfsChild'], overlay: ['overlayChild'], companion: ['companionChild'] }[name] ?? [];
for (const entry of [name, ...children]) await bundle(entry);
if (name === 'archive') await bundle('indexThread', 'src/cli/indexThread.ts');

const child = spawn(process.execPath, [join(outDir, `${name}.mjs`), ...rest], { stdio: 'inherit', cwd: projectDir });
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
