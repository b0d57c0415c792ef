import type { JsonWritable } from '../../image/writeJson.ts';
import { EngineError } from '../../engine/engineError.ts';
import type { RemoteManifest } from '../../engine/systemCalls.ts';
import { fullForm, parseReference, type Reference, repositoryName, withDefaultTag } from '../../image/reference.ts';
import { bytesOf, type Client, ClientError, describeError, type DockerCommand, textOf } from '../client.ts';
import { isRecord } from '../clientConfig.ts';
import { indentJson } from '../inspection.ts';
import { type ManifestPlatform, ManifestStore, type StoredImageManifest } from '../manifestStore.ts';
import { readReference } from '../references.ts';

const LIST_TYPE = 'application/vnd.docker.distribution.manifest.list.v2+json';
const INDEX_TYPE = 'application/vnd.oci.image.index.v1+json';
/** What the client takes for a list (manifest/util.go). */
const PLATFORMS = new Set([
  ...['386', 'amd64', 'arm', 'arm64'].map((arch) => `darwin/${arch}`),
  'dragonfly/amd64',
  ...['386', 'amd64', 'arm'].map((arch) => `freebsd/${arch}`),
  ...['386', 'amd64', 'arm', 'arm64', 'ppc64le', 'mips64', 'mips64le', 'riscv64', 's390x'].map(
    (arch) => `linux/${arch}`,
  ),
  ...['386', 'amd64', 'arm'].map((arch) => `netbsd/${arch}`),
  ...['386', 'amd64', 'arm'].map((arch) => `openbsd/${arch}`),
  ...['386', 'amd64'].map((arch) => `plan9/${arch}`),
  'solaris/amd64',
  ...['386', 'amd64'].map((arch) => `windows/${arch}`),
]);

function listReference(text: string): Reference {
  return withDefaultTag(readReference(text));
}

/** `what`: what the client says it was about to read. */
function namedReference(text: string, what: string): Reference {
  try {
    return listReference(text);
  } catch (error) {
    if (error instanceof ClientError) throw new ClientError(`${what} ${text}: ${error.message}`);
    throw error;
  }
}

export const manifestInspect: DockerCommand = {
  flags: ['insecure', 'verbose'],
  async run({ client, flags, arguments: [first = '', second] }) {
    const store = new ManifestStore(client);
    const isVerbose = flags.isOn('verbose');
    if (second !== undefined) {
      const list = listReference(first);
      const found = await store.get(list, listReference(second));
      if (!found) throw new ClientError(`No such manifest: ${fullForm(listReference(second))}`);
      await client.print(manifestText(found, isVerbose));
      return 0;
    }
    const reference = listReference(first);
    const local = await store.list(reference);
    if (local) {
      await client.print(listText(local, isVerbose));
      return 0;
    }
    const remote = await fetchManifest(client, reference, flags.isOn('insecure'));
    if (!isList(remote)) {
      await client.print(
        manifestText(await imageManifest(client, reference, remote, flags.isOn('insecure')), isVerbose),
      );
      return 0;
    }
    await client.print(listText(membersOf(reference, remote), isVerbose));
    return 0;
  },
};

export const manifestCreate: DockerCommand = {
  flags: ['amend', 'insecure'],
  async run({ client, flags, arguments: [name = '', ...images] }) {
    const list = namedReference(name, 'error parsing name for manifest list');
    const store = new ManifestStore(client);
    if ((await store.list(list)) && !flags.isOn('amend')) {
      throw new ClientError('refusing to amend an existing manifest list with no --amend flag');
    }
    for (const image of images) {
      const reference = listReference(image);
      if (await store.get(list, reference)) continue;
      const isInsecure = flags.isOn('insecure');
      const remote = await fetchManifest(client, reference, isInsecure);
      if (isList(remote)) throw new ClientError(`${fullForm(reference)} is a manifest list`);
      await store.save(list, await imageManifest(client, reference, remote, isInsecure));
    }
    await client.print(`Created manifest list ${fullForm(list)}\n`);
    return 0;
  },
};

export const manifestAnnotate: DockerCommand = {
  flags: ['arch', 'os', 'os-features', 'os-version', 'variant'],
  async run({ client, flags, arguments: [listName = '', imageName = ''] }) {
    const list = namedReference(listName, 'annotate: error parsing name for manifest list');
    const store = new ManifestStore(client);
    const found = await store.get(list, namedReference(imageName, 'annotate: error parsing name for manifest'));
    if (!found) throw new ClientError(`manifest for image ${imageName} does not exist in ${listName}`);
    const before: ManifestPlatform = found.platform ?? { architecture: '', os: '' };
    const features = [
      ...new Set([...(before['os.features'] ?? []), ...flags.list('os-features').flatMap((text) => text.split(','))]),
    ];
    const version = flags.text('os-version') || before['os.version'];
    const variant = flags.text('variant') || before.variant;
    const platform: ManifestPlatform = {
      architecture: flags.text('arch') || before.architecture,
      os: flags.text('os') || before.os,
      ...(version === undefined ? {} : { 'os.version': version }),
      ...(features.length > 0 ? { 'os.features': features } : {}),
      ...(variant === undefined ? {} : { variant }),
    };
    if (!PLATFORMS.has(`${platform.os}/${platform.architecture}`)) {
      throw new ClientError(
        `manifest entry for image has unsupported os/arch combination: ${flags.text('os')}/${flags.text('arch')}`,
      );
    }
    await store.save(list, { ...found, platform });
    return 0;
  },
};

export const manifestPush: DockerCommand = {
  flags: ['insecure', 'purge'],
  async run({ client, flags, arguments: [name = ''] }) {
    const list = listReference(name);
    const store = new ManifestStore(client);
    const members = await store.list(list);
    if (!members) throw new ClientError(`No such manifest: ${fullForm(list)}`);
    for (const { ref, platform } of members) {
      if (!platform?.architecture || !platform.os) {
        throw new ClientError(`manifest ${ref} must have an OS and Architecture to be pushed to a registry`);
      }
      const { domain } = parseReference(ref);
      if (domain !== list.domain) {
        throw new ClientError(
          `cannot use source images from a different registry than the target image: ${domain} != ${list.domain}`,
        );
      }
    }
    const isInsecure = flags.isOn('insecure');
    const login = client.config.loginFor(name);
    const repositories = [...new Set(members.map(({ ref }) => parseReference(ref).path))];
    const others = repositories.filter((path) => path !== list.path);
    for (const member of members) {
      if (parseReference(member.ref).path === list.path) continue;
      const target = `${repositoryName(list)}@${member.digest}`;
      const pushed = await client.engine.registries.pushManifest(
        target,
        { mediaType: member.mediaType, bytes: bytesOf(member.raw) },
        { isInsecure, login, from: others },
      );
      await client.print(`Pushed ref ${target} with digest: ${pushed}\n`);
    }
    const digest = await client.engine.registries.pushManifest(
      fullForm(list),
      { mediaType: LIST_TYPE, bytes: bytesOf(listJson(members)) },
      { isInsecure, login },
    );
    await client.print(`${digest}\n`);
    if (flags.isOn('purge')) store.remove(list);
    return 0;
  },
};

export const manifestRm: DockerCommand = {
  flags: [],
  run({ client, arguments: names }) {
    const store = new ManifestStore(client);
    const problems: string[] = [];
    for (const name of names) {
      try {
        store.remove(listReference(name));
      } catch (error) {
        const text = describeError(error);
        if (text === undefined) throw error;
        problems.push(text);
      }
    }
    if (problems.length > 0) throw new ClientError(problems.join('\n'));
    return 0;
  },
};

async function fetchManifest(client: Client, reference: Reference, isInsecure: boolean): Promise<RemoteManifest> {
  const name = fullForm(reference);
  try {
    return await client.engine.registries.manifest(name, { isInsecure, login: client.config.loginFor(name) });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    if (error.kind === 'notFound' || error.kind === 'unauthorized') throw new ClientError(`no such manifest: ${name}`);
    if (error.kind !== 'unavailable') throw new ClientError(error.message);
    // TLS is tried first, at loopback addresses, too.
    const why = error.message.replace('"http://', '"https://');
    throw new ClientError(`failed to configure transport: error pinging v2 registry: ${why}`);
  }
}

function isList({ mediaType }: RemoteManifest): boolean {
  return mediaType === LIST_TYPE || mediaType === INDEX_TYPE;
}

// The platform stands in the image's config.
async function imageManifest(
  client: Client,
  reference: Reference,
  remote: RemoteManifest,
  isInsecure: boolean,
): Promise<StoredImageManifest> {
  const name = fullForm(reference);
  const raw = textOf(remote.bytes);
  const document: unknown = JSON.parse(raw);
  const config = isRecord(document) && isRecord(document.config) ? document.config : {};
  const digest = typeof config.digest === 'string' ? config.digest : '';
  const bytes = await client.engine.registries.blob(name, digest, {
    isInsecure,
    login: client.config.loginFor(name),
  });
  return {
    ref: name,
    mediaType: remote.mediaType,
    digest: remote.digest,
    sizeBytes: remote.bytes.length,
    platform: platformOf(JSON.parse(textOf(bytes))),
    raw,
  };
}

function platformOf(value: unknown): ManifestPlatform | undefined {
  if (!isRecord(value)) return undefined;
  const text = (key: string) => (typeof value[key] === 'string' ? value[key] : '');
  return {
    architecture: text('architecture'),
    os: text('os'),
    ...(text('os.version') === '' ? {} : { 'os.version': text('os.version') }),
    ...(text('variant') === '' ? {} : { variant: text('variant') }),
  };
}

function membersOf(reference: Reference, remote: RemoteManifest): StoredImageManifest[] {
  const document: unknown = JSON.parse(textOf(remote.bytes));
  const manifests = isRecord(document) && Array.isArray(document.manifests) ? document.manifests : [];
  return manifests.filter(isRecord).map((entry) => ({
    ref: `${repositoryName(reference)}@${String(entry.digest)}`,
    mediaType: String(entry.mediaType),
    digest: String(entry.digest),
    sizeBytes: Number(entry.size),
    platform: platformOf(entry.platform),
    raw: '',
  }));
}

function listJson(members: readonly StoredImageManifest[]): string {
  return indentJson(
    {
      schemaVersion: 2,
      mediaType: LIST_TYPE,
      manifests: members.map(({ mediaType, sizeBytes, digest, platform }) => ({
        mediaType,
        size: sizeBytes,
        digest,
        platform: platformJson(platform),
      })),
    },
    '   ',
  );
}

function platformJson(platform: ManifestPlatform | undefined): JsonWritable {
  return { architecture: platform?.architecture ?? '', os: platform?.os ?? '', ...platform };
}

function listText(members: readonly StoredImageManifest[], isVerbose: boolean): string {
  return isVerbose ? `${indentJson(members.map(verboseJson), '\t')}\n` : `${listJson(members)}\n`;
}

function manifestText(manifest: StoredImageManifest, isVerbose: boolean): string {
  if (isVerbose) return `${indentJson(verboseJson(manifest), '\t')}\n`;
  return `${indentJson(JSON.parse(manifest.raw) as JsonWritable, '\t')}\n`;
}

function verboseJson({ ref, mediaType, digest, sizeBytes, platform, raw }: StoredImageManifest): JsonWritable {
  return {
    Ref: ref,
    Descriptor: { mediaType, digest, size: sizeBytes, platform: platformJson(platform) },
    Raw: btoa(raw),
    ...(raw === '' ? {} : { SchemaV2Manifest: JSON.parse(raw) as JsonWritable }),
  };
}
