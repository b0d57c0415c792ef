// What mount(8) calls for the type fuse.palimpsest while unionmount-testsuite runs: FOLDER comes with lowerdir=,
// upperdir= and workdir= as for the kernel's overlay. Lower folders become layers of an image; what an earlier mount
// changed is kept beside its upperdir, and is a layer like the others once the suite has rotated it.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tarFolder, writeArchive } from './archive.mjs';
import { isAlive, mountPalimpsest } from './palimpsest.mjs';
import { waitUntil } from './run.mjs';

const [, , , folder, ...rest] = process.argv;
const words = rest
  .flatMap((word, i) =>
    rest[i - 1] === '-o' ? word.split(',') : word.startsWith('-o') ? word.slice(2).split(',') : [],
  )
  .filter((word) => word !== '');
const value = (name) => words.findLast((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);

const scratch = process.env.PALIMPSEST_CONFORMANCE;
const pidFile = join(scratch, 'server.pid');
// An earlier mount may still be writing its changes.
if (existsSync(pidFile)) {
  const pid = Number(readFileSync(pidFile, 'utf8'));
  waitUntil(() => !isAlive(pid), 60, 'the end of the mount before');
}

const upper = value('upperdir');
const changes = changesOf(upper);
if (!existsSync(changes)) tarFolder(upper, changes);
const layers = value('lowerdir').split(':').reverse();
const tars = layers.map((layer, i) => {
  if (existsSync(changesOf(layer))) return changesOf(layer);
  const tar = join(scratch, `${i}.layer.tar`);
  tarFolder(layer, tar);
  return tar;
});
const archive = join(scratch, 'image.tar');
rmSync(archive, { force: true });
writeArchive(archive, tars);
const overlay = words.filter((word) => /^(redirect_dir|index)=/.test(word));
const options = overlay.length > 0 ? overlay : [process.env.PALIMPSEST_OVERLAY_OPTIONS ?? 'redirect_dir=on'];
const child = mountPalimpsest(['--keep', changes, '-o', options.join(','), archive], folder, join(scratch, 'log'));
writeFileSync(pidFile, String(child.pid));
process.exit(0);

// The suite empties that folder before each of its tests.
function changesOf(layerFolder) {
  return join(dirname(layerFolder), layerFolder.endsWith('/u') ? 'changes.tar' : 'nothing.tar');
}
