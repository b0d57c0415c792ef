// Makes a docker-archive out of layer tars, base first.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './run.mjs';

export function writeArchive(file, layerTars) {
  const folder = `${file}.d`;
  mkdirSync(folder, { recursive: true });
  const diffIds = layerTars.map((tar) => sha256(readFileSync(tar)));
  const names = layerTars.map((tar, i) => {
    copyFileSync(tar, join(folder, `${i}.tar`));
    return `${i}.tar`;
  });
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: { type: 'layers', diff_ids: diffIds.map((hex) => `sha256:${hex}`) },
    history: diffIds.map(() => ({})),
  });
  writeFileSync(join(folder, 'config.json'), config);
  const manifest = [{ Config: 'config.json', RepoTags: ['conformance:latest'], Layers: names }];
  writeFileSync(join(folder, 'manifest.json'), JSON.stringify(manifest));
  run('tar', ['-C', folder, '-cf', file, 'manifest.json', 'config.json', ...names]);
  rmSync(folder, { recursive: true });
}

/** All of a folder, with what a kernel's overlay would see of it. */
export function tarFolder(folder, file) {
  run('tar', ['--xattrs', '--xattrs-include=*', '--numeric-owner', '-C', folder, '-cf', file, '.']);
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
