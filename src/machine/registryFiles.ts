import { decodeName } from '../bytes/byteName.ts';
import type { ByteSource } from '../bytes/byteSource.ts';
import { digestHex, isDigest, type Digest } from '../image/digest.ts';
import type { RegistryStore, StoredManifest } from '../registry/simulated/registryStore.ts';
import { makeDirectories, open, readdir, readFile, statIfThere, writeFile } from '../shell/kernel/calls.ts';
import type { Process } from '../shell/kernel/process.ts';
import { RegularFile } from '../shell/kernel/regularFile.ts';
import { isDirectory } from '../vfs/overlay/fileMode.ts';
import { O_CREAT, O_RDONLY, O_TRUNC, O_WRONLY } from '../vfs/overlay/openFlags.ts';

/** Where `registry` has its data (distribution, registry/storage/paths.go). */
const ROOT = '/var/lib/registry/docker/registry/v2';
const MAX_MANIFEST_BYTES = 4 * 2 ** 20;
const MAX_LINK_BYTES = 1024;
/** Components of a repository's name. */
const MAX_DEPTH = 32;

/** Writes what a registry holds and has not written yet; `written` are the paths that are there. Throws VfsError. */
export async function writeRegistry(process: Process, store: RegistryStore, written: Set<string>): Promise<void> {
  const once = async (path: string, write: () => Promise<void>) => {
    if (written.has(path)) return;
    makeDirectories(process, path.slice(0, path.lastIndexOf('/')), 0o755);
    await write();
    written.add(path);
  };
  for (const [name, repository] of store.snapshot()) {
    const directory = `${ROOT}/repositories/${name}`;
    const link = (path: string, digest: Digest) =>
      once(`${directory}/${path}/link`, () => writeFile(process, `${directory}/${path}/link`, digest));
    for (const digest of repository.blobs) {
      const source = store.blob(name, digest);
      if (source) await once(dataPath(digest), () => writeBlob(process, dataPath(digest), source));
      await link(`_layers/sha256/${digestHex(digest)}`, digest);
    }
    for (const { digest, bytes } of repository.manifests.values()) {
      await once(dataPath(digest), () => writeFile(process, dataPath(digest), bytes));
      await link(`_manifests/revisions/sha256/${digestHex(digest)}`, digest);
    }
    for (const [tag, digest] of repository.tags) {
      makeDirectories(process, `${directory}/_manifests/tags/${tag}/current`, 0o755);
      await writeFile(process, `${directory}/_manifests/tags/${tag}/current/link`, digest);
    }
  }
}

async function writeBlob(process: Process, path: string, source: ByteSource): Promise<void> {
  const file = await open(process, path, O_WRONLY | O_CREAT | O_TRUNC, 0o644);
  try {
    for await (const chunk of source.stream()) await file.write(chunk);
  } finally {
    file.close();
  }
}

/** What an earlier registry has written. Links that lead nowhere are left out. */
export async function readRegistry(process: Process, store: RegistryStore): Promise<void> {
  for (const name of repositoriesIn(process, '', 0)) {
    const directory = `${ROOT}/repositories/${name}`;
    for (const digest of linked(process, `${directory}/_layers/sha256`)) {
      const source = await blobAt(process, dataPath(digest));
      if (source) store.addBlob(name, digest, source);
    }
    for (const digest of linked(process, `${directory}/_manifests/revisions/sha256`)) {
      if (!statIfThere(process, dataPath(digest))) continue;
      const bytes = await readFile(process, dataPath(digest), MAX_MANIFEST_BYTES);
      store.putManifest(name, manifestOf(digest, bytes), undefined);
    }
    for (const tag of namesIn(process, `${directory}/_manifests/tags`)) {
      const path = `${directory}/_manifests/tags/${tag}/current/link`;
      const digest = statIfThere(process, path) && decodeName(await readFile(process, path, MAX_LINK_BYTES));
      const manifest = digest === undefined ? undefined : store.manifest(name, digest);
      if (manifest) store.putManifest(name, manifest, tag);
    }
  }
}

/** Names may have slashes: a repository is where its own directories are. */
function repositoriesIn(process: Process, under: string, depth: number): readonly string[] {
  if (depth > MAX_DEPTH) return [];
  return namesIn(process, `${ROOT}/repositories${under}`).flatMap((name) =>
    name.startsWith('_')
      ? name === '_manifests' || name === '_layers'
        ? [under.slice(1)]
        : []
      : repositoriesIn(process, `${under}/${name}`, depth + 1),
  );
}

function namesIn(process: Process, path: string): readonly string[] {
  const found = statIfThere(process, path);
  return found && isDirectory(found.mode) ? readdir(process, path).map(({ name }) => name) : [];
}

function linked(process: Process, path: string): readonly Digest[] {
  return namesIn(process, path).flatMap((hex) => {
    const digest = `sha256:${hex}`;
    return isDigest(digest) ? [digest] : [];
  });
}

async function blobAt(process: Process, path: string): Promise<ByteSource | undefined> {
  if (!statIfThere(process, path)) return undefined;
  const file = await open(process, path, O_RDONLY);
  try {
    return file instanceof RegularFile ? file.content() : undefined;
  } finally {
    file.close();
  }
}

function dataPath(digest: Digest): string {
  const hex = digestHex(digest);
  return `${ROOT}/blobs/sha256/${hex.slice(0, 2)}/${hex}/data`;
}

/** The files have no type beside them: documents name their own, or are of the image-spec. */
function manifestOf(digest: Digest, bytes: Uint8Array): StoredManifest {
  const text = decodeName(bytes);
  const named = /"mediaType"\s*:\s*"(application\/vnd\.[^"]*(?:manifest|index)[^"]*)"/.exec(text)?.[1];
  const kind = /"manifests"\s*:/.test(text) ? 'index' : 'manifest';
  return { digest, bytes, mediaType: named ?? `application/vnd.oci.image.${kind}.v1+json` };
}
