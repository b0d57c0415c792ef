import { decodeName } from '../bytes/byteName.ts';
import { fullForm, type Reference } from '../image/reference.ts';
import { type JsonWritable, writeJson } from '../image/writeJson.ts';
import { makeDirectories, readdir, readFile, rmdir, statIfThere, unlink, writeFile } from '../shell/kernel/calls.ts';
import { type Client, ClientError } from './client.ts';

export interface ManifestPlatform {
  readonly architecture: string;
  readonly os: string;
  readonly 'os.version'?: string;
  readonly 'os.features'?: readonly string[];
  readonly variant?: string;
}

/** A manifest of a list that is put together on the client. */
export interface StoredImageManifest {
  /** Full form. */
  readonly ref: string;
  readonly mediaType: string;
  readonly digest: string;
  readonly sizeBytes: number;
  readonly platform: ManifestPlatform | undefined;
  readonly raw: string;
}

const MAX_FILE_BYTES = 8 << 20;

/** Where the client keeps lists until they are pushed: `manifests/LIST/MANIFEST` in its folder. */
export class ManifestStore {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  #directory(list: Reference): string {
    return `${this.#client.config.dir}/manifests/${fileName(fullForm(list))}`;
  }

  /** Undefined where there is no such list. */
  async list(list: Reference): Promise<StoredImageManifest[] | undefined> {
    const { process } = this.#client;
    const directory = this.#directory(list);
    if (!statIfThere(process, directory)) return undefined;
    const names = readdir(process, directory)
      .map(({ name }) => name)
      .sort();
    const found: StoredImageManifest[] = [];
    for (const name of names) found.push(await this.#read(`${directory}/${name}`));
    return found;
  }

  async get(list: Reference, image: Reference): Promise<StoredImageManifest | undefined> {
    const path = `${this.#directory(list)}/${fileName(fullForm(image))}`;
    return statIfThere(this.#client.process, path) ? this.#read(path) : undefined;
  }

  async save(list: Reference, manifest: StoredImageManifest): Promise<void> {
    const { process } = this.#client;
    const directory = this.#directory(list);
    makeDirectories(process, directory, 0o755);
    await writeFile(process, `${directory}/${fileName(manifest.ref)}`, writeJson(documentOf(manifest)), 0o644);
  }

  /** Throws ClientError where there is no such list. */
  remove(list: Reference): void {
    const { process } = this.#client;
    const directory = this.#directory(list);
    if (!statIfThere(process, directory)) throw new ClientError(`No such manifest: ${fullForm(list)}`);
    for (const { name } of readdir(process, directory)) unlink(process, `${directory}/${name}`);
    rmdir(process, directory);
  }

  async #read(path: string): Promise<StoredImageManifest> {
    const text = decodeName(await readFile(this.#client.process, path, MAX_FILE_BYTES));
    const document = JSON.parse(text) as ReturnType<typeof documentOf>;
    const { Ref, Descriptor, Raw } = document as unknown as StoredDocument;
    return {
      ref: Ref,
      mediaType: Descriptor.mediaType,
      digest: Descriptor.digest,
      sizeBytes: Descriptor.size,
      platform: Descriptor.platform,
      raw: atob(Raw),
    };
  }
}

interface StoredDocument {
  readonly Ref: string;
  readonly Descriptor: {
    readonly mediaType: string;
    readonly digest: string;
    readonly size: number;
    readonly platform?: ManifestPlatform;
  };
  /** base64 */
  readonly Raw: string;
}

function documentOf(manifest: StoredImageManifest): JsonWritable {
  const { ref, mediaType, digest, sizeBytes, platform, raw } = manifest;
  return {
    Ref: ref,
    Descriptor: { mediaType, digest, size: sizeBytes, platform: platform && { ...platform } },
    Raw: btoa(raw),
  };
}

function fileName(reference: string): string {
  return reference.replaceAll(':', '-').replaceAll('/', '_');
}
