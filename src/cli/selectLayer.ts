import type { ArchiveLayer } from '../archive/archive.ts';
import { printableName } from '../bytes/byteName.ts';
import { CliError } from './cliError.ts';
import { layerNumber, positionOfNumber } from './layerNumber.ts';
import { shortDigest } from './selectImage.ts';

const MIN_ID_DIGITS = 4;

/** The position in the stack (0 is the base) of the layer that is meant: its number (1 is the base), `base`, `top`,
 *  or (the beginning of) a diffID or blob digest. Throws CliError `notFound` or `ambiguous`. */
export function selectLayer(layers: readonly ArchiveLayer[], wanted: string): number {
  if (layers.length === 0) throw new CliError('notFound', 'the image has no layers');
  if (wanted === 'base') return 0;
  if (wanted === 'top') return layers.length - 1;
  const position = positionOfNumber(wanted, layers.length);
  if (position !== undefined) return position;
  const digits = wanted.replace(/^sha(256|512):/, '').toLowerCase();
  if (digits.length >= MIN_ID_DIGITS && /^[0-9a-f]+$/.test(digits)) {
    const found = layers.flatMap((layer, i) => (digestsMatch(layer, digits) ? [i] : []));
    if (found.length === 1) return found[0] as number;
    if (found.length > 1) {
      throw new CliError(
        'ambiguous',
        `the digests of layers ${found.map(layerNumber).join(', ')} begin with ${digits}: give a number`,
      );
    }
  }
  throw new CliError(
    'notFound',
    `there is no layer ${printableName(wanted)}: layers count from 1, the base; this image has ${layers.length}`,
  );
}

function digestsMatch(layer: ArchiveLayer, digits: string): boolean {
  return [layer.diffId, layer.blobDigest].some((id) => id?.replace(/^sha(256|512):/, '').startsWith(digits) === true);
}

/** How messages call a layer: its number, and where it lies. */
export function layerLabel(position: number, layer: ArchiveLayer): string {
  const place = layer.path ?? layer.diffId ?? layer.blobDigest;
  if (place === undefined) return `layer ${layerNumber(position)}`;
  const shown = place.startsWith('sha') ? shortDigest(place) : place.replace(/([0-9a-f]{12})[0-9a-f]{52,116}/g, '$1…');
  return `layer ${layerNumber(position)} (${printableName(shown)})`;
}
