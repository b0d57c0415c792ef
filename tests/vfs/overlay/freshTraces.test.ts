import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { replayTrace } from '../../../src/vfs/overlay/trace/replayTrace.ts';
import { parseTrace } from '../../../src/vfs/overlay/trace/traceFile.ts';
import { fixturesDir } from '../../fixtures.ts';

/** `OVL_TRACES=500 OVL_SEED=1 npx vitest run tests/vfs/overlay/freshTraces.test.ts` for a long run. */
const COUNT = Number(process.env.OVL_TRACES ?? 24);
const SEED = Number(process.env.OVL_SEED ?? Date.now() % 1_000_000_000);

const generator = join(fixturesDir() ?? '', 'overlay-generator', 'ovltrace.py');

/** Why no trace can be made here, if so. */
function obstacle(): string | undefined {
  if (process.platform !== 'linux') return 'needs Linux';
  if (process.getuid?.() !== 0) return 'needs root to mount';
  if (!existsSync(generator)) return 'no generator beside the project';
  if (spawnSync('python3', ['--version']).status !== 0) return 'needs python3';
  const mounts = spawnSync('unshare', ['-m', 'grep', '-qw', 'overlay', '/proc/filesystems']);
  return mounts.status === 0 ? undefined : 'needs overlayfs and a mount namespace';
}

const missing = obstacle();
const title = 'OVL-1 traces made now on the running kernel';

if (missing) describe.skip(`${title} (skipped: ${missing})`, () => it('is skipped', () => undefined));
else
  describe(title, () => {
    it(
      `${COUNT} of them, from seed ${SEED} on`,
      async () => {
        const folder = mkdtempSync(join(tmpdir(), 'palimpsest-overlay-'));
        try {
          expect(makeTraces(folder)).toBe('');
          const files = readdirSync(folder).filter((name) => /^\d+\.json$/.test(name));
          expect(files.length).toBeGreaterThan(0);
          for (const file of files) {
            const { problems } = await replayTrace(parseTrace(readFileSync(join(folder, file), 'utf8')));
            expect({ file, problems }).toEqual({ file, problems: [] });
          }
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      },
      60_000 + COUNT * 2000,
    );
  });

/** What went wrong, or nothing. */
function makeTraces(folder: string): string {
  const made = spawnSync(
    'unshare',
    ['-m', '--propagation', 'private', 'python3', generator, 'gen', folder, String(COUNT), String(SEED)],
    { env: { ...process.env, OVL_BASE: join(folder, 'scratch') }, encoding: 'utf8' },
  );
  return made.status === 0 ? '' : `${made.error?.message ?? ''}${made.stderr}`;
}
