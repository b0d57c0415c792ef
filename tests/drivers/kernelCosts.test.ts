import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  statfsSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Operation } from '../../src/drivers/driver.ts';
import { operationTarget } from '../../src/drivers/operationTarget.ts';
import { LayerUnion } from '../../src/vfs/layerUnion.ts';
import { entry, layer } from '../vfs/layers.ts';
import { driverNamed } from './hosts.ts';

/** Of statfs(2). */
const EXT4 = 0xef53;
const SIZES = [0, 1, 4096, 100_000, 8 * 1024 * 1024];

const reason = obstacle();

function obstacle(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'needs Linux and root';
  return statfsSync(tmpdir()).type === EXT4 ? undefined : 'the temporary folder is not on ext4';
}

describe.skipIf(reason !== undefined)(
  `COST-2 overlay2 costs what the kernel of this host takes${reason ? ` (skipped: ${reason})` : ''}`,
  () => {
    let dir = '';
    let isMounted = false;

    beforeAll(() => {
      dir = mkdtempSync(join(tmpdir(), 'palimpsest-overlay-'));
      for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(dir, name));
      for (const size of SIZES)
        for (const name of Object.keys(ACTIONS)) {
          mkdirSync(join(dir, 'lower', `${name}${size}`));
          writeFileSync(join(dir, 'lower', `${name}${size}`, 'file'), Buffer.alloc(size, 1));
        }
      mkdirSync(join(dir, 'lower', 'empty'));
      mkdirSync(join(dir, 'lower', 'full'));
      writeFileSync(join(dir, 'lower', 'full', 'file'), '');
      const options = [
        'lowerdir=lower',
        'upperdir=upper',
        'workdir=work',
        'redirect_dir=off',
        'metacopy=off',
        'index=off',
      ];
      const mounted = spawnSync('mount', ['-t', 'overlay', 'overlay', '-o', options.join(','), 'merged'], { cwd: dir });
      isMounted = mounted.status === 0;
    });

    afterAll(() => {
      if (isMounted) spawnSync('umount', [join(dir, 'merged')]);
      rmSync(dir, { recursive: true, force: true });
    });

    for (const size of SIZES)
      for (const operation of ['firstWrite', 'chmod', 'rename', 'delete'] as const)
        it(`${operation}, ${size} bytes`, async (context) => {
          if (!isMounted) return context.skip('overlay cannot be mounted');
          const folder = `${operation}${size}`;
          ACTIONS[operation](join(dir, 'merged', folder, 'file'));
          spawnSync('sync', ['-f', dir]);
          const union = new LayerUnion([layer(entry(`${folder}/`), entry(`${folder}/file`, { size }))]);
          const target = await operationTarget(union, union.resolve(`${folder}/file`));
          expect(allocatedIn(join(dir, 'upper', folder))).toBe(
            driverNamed('overlay2').cost(operation, target)?.allocatedBytes,
          );
        });

    it('COST-4 a directory of a layer is not renamed, empty or not', async (context) => {
      if (!isMounted) return context.skip('overlay cannot be mounted');
      const lower = layer(entry('empty/'), entry('full/'), entry('full/file'));
      const union = new LayerUnion([lower]);
      for (const name of ['empty', 'full']) {
        const refusal = errorOf(() => renameSync(join(dir, 'merged', name), join(dir, 'merged', `${name}2`)));
        const target = await operationTarget(union, union.resolve(name));
        expect(refusal).toBe(driverNamed('overlay2').cost('rename', target)?.refusal);
        expect(refusal).toBe('EXDEV');
      }
    });
  },
);

function errorOf(action: () => void): string | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

const ACTIONS: Readonly<Record<Exclude<Operation, 'read' | 'secondWrite'>, (path: string) => void>> = {
  firstWrite: (path) => {
    const file = openSync(path, 'r+');
    writeSync(file, Buffer.from('z'), 0, 1, 0);
    closeSync(file);
  },
  chmod: (path) => chmodSync(path, 0o600),
  rename: (path) => renameSync(path, `${path}2`),
  delete: (path) => unlinkSync(path),
};

/** Space of the content that the upper directory holds. */
function allocatedIn(folder: string): number {
  const paths = ['file', 'file2'].map((name) => join(folder, name)).filter((path) => existsSync(path));
  return paths.map((path) => lstatSync(path).blocks * 512).reduce((sum, bytes) => sum + bytes, 0);
}
