import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'vite';
import { beforeAll, describe, expect, it } from 'vitest';
import { ustarHeader } from '../../bench/ustar.ts';
import { BASE_LAYER, sampleArchive, sampleTar, temporaryFolder, TOP_LAYER, writeSample } from './sampleImage.ts';

const dir = temporaryFolder();
const program = join(dir, 'cli/palimpsest.js');
const archive = writeSample(dir, 'app.tar', sampleArchive([{ tags: ['app:1'], layers: [BASE_LAYER, TOP_LAYER] }]));

beforeAll(async () => {
  await build({ configFile: 'vite.cli.config.ts', logLevel: 'error', build: { outDir: join(dir, 'cli') } });
}, 60_000);

describe('the built program', () => {
  it('starts by its first line', () => {
    const { version } = JSON.parse(execFileSync('cat', ['package.json']).toString()) as { version: string };
    expect(execFileSync(program, ['--version']).toString()).toBe(`${version}\n`);
  });

  it('CLI-6 takes an archive from a pipe and gives a layer to a pipe', () => {
    const script = `cat "${archive}" | "${program}" convert --to layer --layer base -o - - | tar -tf -`;
    const names = execFileSync('sh', ['-c', script]).toString().split('\n');
    expect(names).toContain('etc/secret');
  });

  it('reads an OCI layout from a folder', () => {
    const layout = join(dir, 'layout');
    const oci = join(dir, 'oci.tar');
    execFileSync(program, ['convert', '--to', 'oci', '-o', oci, archive]);
    execFileSync('sh', ['-c', `mkdir "${layout}" && tar -xf "${oci}" -C "${layout}"`]);
    expect(execFileSync(program, ['cat', layout, 'etc/motd']).toString()).toBe('hello\n');
  });

  it('CLI-6 is quiet when its reader goes away', () => {
    const many = sampleTar(Array.from({ length: 20_000 }, (_, i) => ({ name: `dir/file-with-a-name-${i}` })));
    const path = writeSample(dir, 'many.tar', many);
    const script = `"${program}" ls -R "${path}" 2>"${dir}/errors" | head -n 1; cat "${dir}/errors"`;
    expect(execFileSync('bash', ['-c', script]).toString().trimEnd().split('\n')).toHaveLength(1);
  });

  it('CLI-8 ends on Ctrl-C with status 130, and leaves no file behind', async () => {
    const out = join(dir, 'interrupted');
    const child = spawn(program, ['convert', '--to', 'rootfs', '-o', `${out}.tar`, hugeLayer()]);
    await untilAppears(child, () => readdirSync(dir).some((name) => name.endsWith('.part')));
    child.kill('SIGINT');
    const code = await new Promise((resolve) => child.on('exit', resolve));
    expect(code).toBe(130);
    expect(existsSync(`${out}.tar`)).toBe(false);
    expect(readdirSync(dir).filter((name) => name.endsWith('.part'))).toEqual([]);
  });

  it('CLI-3 says in one line why it cannot write', () => {
    const run = spawnSync(program, ['convert', '--to', 'oci', '-o', join(dir, 'no/such/folder/x.tar'), archive]);
    expect(run.status).toBe(2);
    expect(run.stderr.toString()).toMatch(/^palimpsest: .*: no such file or directory\n$/);
  });
});

/** A layer of one file of 64 GiB, a hole on disk: no machine copies it before it is told to stop. */
function hugeLayer(): string {
  const path = join(dir, 'huge.tar');
  const sizeBytes = 64 * 1024 ** 3 - 512;
  const file = openSync(path, 'w');
  writeSync(file, ustarHeader({ name: 'huge', type: 'file', mode: 0o644, sizeBytes, mtimeSec: 0 }));
  writeSync(file, Buffer.alloc(1024), 0, 1024, 512 + sizeBytes + 512);
  closeSync(file);
  return path;
}

async function untilAppears(child: ChildProcess, appeared: () => boolean): Promise<void> {
  while (!appeared()) {
    if (child.exitCode !== null) throw new Error(`ended with ${child.exitCode} before it wrote`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
