import type { ArchiveLayer } from '../archive/archive.ts';
import { printableName } from '../bytes/byteName.ts';
import { CliError } from './cliError.ts';
import { shortDigest } from './selectImage.ts';

const MIN_ID_DIGITS = 4;

/** The position in the stack (0 is the base) of the layer that is meant: a number, `base`, `top`, or (the
 *  beginning of) a diffID or blob digest. */
export function selectLayer(layers: readonly ArchiveLayer[], wanted: string): number {
  if (layers.length === 0) throw new CliError('notFound', 'the image has no layers');
  if (wanted === 'base') return 0;
  if (wanted === 'top') return layers.length - 1;
  if (/^\d{1,4}$/.test(wanted)) {
    const position = Number(wanted);
    if (position < layers.length) return position;
  }
  const digits = wanted.replace(/^sha(256|512):/, '').toLowerCase();
  if (digits.length >= MIN_ID_DIGITS && /^[0-9a-f]+$/.test(digits)) {
    const found = layers.flatMap((layer, i) => (digestsMatch(layer, digits) ? [i] : []));
    if (found.length === 1) return found[0] as number;
    if (found.length > 1) {
      throw new CliError('ambiguous', `layers ${found.join(', ')} begin with ${digits}: give a number`);
    }
  }
  throw new CliError(
    'notFound',
    `no layer ${printableName(wanted)}; the image has layers 0 (base) to ${layers.length - 1}`,
  );
}

function digestsMatch(layer: ArchiveLayer, digits: string): boolean {
  return [layer.diffId, layer.blobDigest].some((id) => id?.replace(/^sha(256|512):/, '').startsWith(digits) === true);
}

/** How messages call a layer: its number, and where it lies. */
export function layerLabel(position: number, layer: ArchiveLayer): string {
  const place = layer.path ?? layer.diffId ?? layer.blobDigest;
  if (place === undefined) return `layer ${position}`;
  return `layer ${position} (${printableName(place.startsWith('sha') ? shortDigest(place) : place)})`;
}
