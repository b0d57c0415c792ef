import { encodeName } from '../bytes/byteName.ts';
import { toHex } from '../bytes/hex.ts';
import { Pacer } from '../bytes/pacer.ts';
import type { Platform } from '../bytes/platform.ts';
import type { RunSource } from '../bytes/runSource.ts';
import type { CatalogueFiles } from './catalogueFiles.ts';

const FILE = 'images/digests.json';
/** What a layer of the catalogue may have beside its zeros: it is hashed at once. */
const MAX_STORED_BYTES = 64 * 2 ** 20;

/** diffIDs of the catalogue's layers. Those that `scripts/catalogue/digests.mjs` wrote down are found by the digest of
 *  what is stored of a layer and where: hundreds of megabytes of zeros need not be hashed. Any other is hashed. */
export class LayerDigests {
  readonly #files: CatalogueFiles;
  readonly #platform: Platform;
  #known: Promise<Readonly<Record<string, string>>> | undefined;

  constructor(files: CatalogueFiles, platform: Platform) {
    this.#files = files;
    this.#platform = platform;
  }

  async diffId(tar: RunSource): Promise<string> {
    return (await this.known(tar)) ?? `sha256:${await hashed(tar, this.#platform)}`;
  }

  /** The diffID where it was written down. Whoever made the bytes: another layer has another fingerprint. */
  async known(tar: RunSource): Promise<string | undefined> {
    if ((tar.parts?.stored.sizeBytes ?? Infinity) > MAX_STORED_BYTES) return undefined;
    this.#known ??= this.#read();
    const hex = (await this.#known)[await fingerprint(tar, this.#platform)];
    return hex === undefined ? undefined : `sha256:${hex}`;
  }

  /** Without the file, which is written by means of this. */
  async #read(): Promise<Readonly<Record<string, string>>> {
    const text = await this.#files.text(FILE).catch(() => '{}');
    return JSON.parse(text) as Readonly<Record<string, string>>;
  }
}

/** A digest of the bytes in the form that is in memory: the same form is of the same bytes. */
export async function fingerprint(tar: RunSource, platform: Platform): Promise<string> {
  const { parts } = tar;
  if (!parts) throw new RangeError('a part of a layer has no digest of its own');
  const { stored, stretches } = parts;
  const hash = await platform.sha256(await stored.read(0, stored.sizeBytes));
  const { sizeBytes, offsets, storedAt } = stretches;
  const form = `${sizeBytes} ${offsets.join(' ')} ${storedAt.join(' ')} ${toHex(hash)}`;
  return toHex(await platform.sha256(encodeName(form)));
}

/** sha256 in hex, of all bytes. */
export async function hashed(tar: RunSource, platform: Platform): Promise<string> {
  const hash = platform.createHash('sha256');
  const pacer = new Pacer(undefined);
  for await (const chunk of tar.stream()) {
    hash.update(chunk);
    if (pacer.isDue) await pacer.pause();
  }
  return toHex(hash.digest());
}
