// `npm run conformance:builds -- [--write] [NAME...]`: Dockerfiles built by the simulator and by a real BuildKit, side
// by side. Bundles builds/main.ts (Node 20 runs no TypeScript) and runs it.
import { spawn } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const projectDir = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const outDir = join(projectDir, '.cache/conformance-builds');

await build({
  configFile: false,
  root: projectDir,
  logLevel: 'warn',
  publicDir: false,
  ssr: { noExternal: true },
  build: {
    ssr: true,
    outDir,
    target: 'node20',
    minify: false,
    emptyOutDir: true,
    rolldownOptions: {
      input: { builds: 'scripts/conformance/builds/main.ts' },
      output: { entryFileNames: '[name].mjs', chunkFileNames: '[name]-[hash].mjs' },
    },
  },
});
const child = spawn(process.execPath, [join(outDir, 'builds.mjs'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  cwd: projectDir,
});
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
