import { buildDockerArchive } from './buildArchive.ts';
import { SAMPLE_LAYERS, sampleArchives } from './sampleArchives.ts';

/** Archives that are not what they should be, by file name. */
export function damagedArchives(): ReadonlyMap<string, Uint8Array<ArrayBuffer>> {
  const whole = sampleArchives().get('sample-1.10.tar') ?? new Uint8Array();
  const gzip = sampleArchives().get('sample-1.10.tar.gz') ?? new Uint8Array();
  return new Map([
    ['shopping-list.txt', new TextEncoder().encode('eggs, milk and two lemons\n'.repeat(40))],
    ['nothing.tar', new Uint8Array()],
    ['half.tar', whole.slice(0, whole.length / 2)],
    ['half.tar.gz', gzip.slice(0, gzip.length / 2)],
    ['forged.tar', replaceText(whole, 'third and last', 'third, a forger')],
    // The manifest lists the base in the middle: only the layers' real diffIDs tell.
    ['swapped.tar', buildDockerArchive('sample:swapped', SAMPLE_LAYERS, [1, 0, 2])],
  ]);
}

/** The same bytes but for one text within a layer, of the same length: sizes and structure hold, a digest does not. */
function replaceText(bytes: Uint8Array<ArrayBuffer>, from: string, to: string): Uint8Array<ArrayBuffer> {
  const at = Buffer.from(bytes).indexOf(from);
  const changed = bytes.slice();
  changed.set(new TextEncoder().encode(to.slice(0, from.length).padEnd(from.length)), at);
  return changed;
}
