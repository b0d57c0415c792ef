import { EngineError } from '../../engine/engineError.ts';
import type { RemoteManifest } from '../../engine/systemCalls.ts';
import { digestOf } from '../../image/digest.ts';
import { fullForm, type Reference, repositoryName, withDefaultTag } from '../../image/reference.ts';
import type { JsonWritable } from '../../image/writeJson.ts';
import { bytesOf, type Client, ClientError, type DockerCommand, textOf } from '../client.ts';
import { isRecord } from '../clientConfig.ts';
import { alignColumns } from '../format/tabWriter.ts';
import { indentJson } from '../inspection.ts';
import { readReference, readTagReference } from '../references.ts';
import { type GoValue, STRING } from '../template/goValue.ts';
import { anyFromJson } from '../template/goJson.ts';
import { Template } from '../template/template.ts';
import { checkBuilder } from './builders.ts';

const DOCKER_LIST = 'application/vnd.docker.distribution.manifest.list.v2+json';
const DOCKER_MANIFEST = 'application/vnd.docker.distribution.manifest.v2+json';
const OCI_INDEX = 'application/vnd.oci.image.index.v1+json';
const RULES = { leastWidth: 0, padding: 1 };
const PROGRESS = ['auto', 'plain', 'tty'];

type Json = { readonly [key: string]: unknown };

/** A manifest as an index names it, and the repository that has it. */
interface Described {
  readonly descriptor: { readonly [key: string]: JsonWritable };
  readonly repository: Reference;
}

export const imagetoolsInspect: DockerCommand = {
  flags: ['builder', 'debug', 'format', 'raw'],
  async run({ client, flags, arguments: [name = ''] }) {
    checkBuilder(client, flags);
    const reference = withDefaultTag(readReference(name));
    const manifest = await fetched(client, fullForm(reference));
    if (flags.isOn('raw')) {
      await client.print(manifest.bytes);
      return 0;
    }
    const format = flags.text('format');
    await client.print(
      flags.has('format') && !/^\{\{\s*\.Manifest\s*\}\}$/.test(format)
        ? new Template(format).execute(await templateInput(client, name, reference, manifest))
        : described(reference, manifest),
    );
    return 0;
  },
};

async function fetched(client: Client, name: string): Promise<RemoteManifest> {
  try {
    return await client.engine.registries.manifest(name, { isInsecure: true, login: client.config.loginFor(name) });
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    throw new ClientError(error.kind === 'notFound' ? `${name}: not found` : error.message);
  }
}

function documentOf({ bytes }: RemoteManifest): Json {
  const document: unknown = JSON.parse(textOf(bytes));
  return isRecord(document) ? document : {};
}

function membersOf(manifest: RemoteManifest): readonly Json[] {
  const { manifests } = documentOf(manifest);
  return isIndex(manifest.mediaType) && Array.isArray(manifests) ? manifests.filter(isRecord) : [];
}

function isIndex(mediaType: string): boolean {
  return mediaType === DOCKER_LIST || mediaType === OCI_INDEX;
}

function described(reference: Reference, manifest: RemoteManifest): string {
  const { mediaType, digest } = manifest;
  const head = alignColumns(`Name:\t${fullForm(reference)}\nMediaType:\t${mediaType}\nDigest:\t${digest}\n`, RULES);
  if (!isIndex(mediaType)) return head;
  const rows = membersOf(manifest).map((member) => {
    const platform = platformText(member.platform);
    const lines = [
      `  Name:\t${repositoryName(reference)}${reference.tag === undefined ? '' : `:${reference.tag}`}@${String(member.digest)}\n`,
      `  MediaType:\t${String(member.mediaType)}\n`,
      platform === '' ? '' : `  Platform:\t${platform}\n`,
    ];
    return lines.join('');
  });
  return `${head}           \nManifests: \n${alignColumns(rows.join('\t\n'), RULES)}`;
}

function platformText(platform: unknown): string {
  if (!isRecord(platform)) return '';
  return [platform.os, platform.architecture, platform.variant].filter((part) => typeof part === 'string').join('/');
}

/** `.Name`, `.Manifest`, `.Image`. */
async function templateInput(
  client: Client,
  name: string,
  reference: Reference,
  manifest: RemoteManifest,
): Promise<GoValue> {
  const { mediaType, digest, bytes } = manifest;
  const own = { mediaType, digest, size: bytes.length };
  const shown = isIndex(mediaType) ? { schemaVersion: 2, ...own, manifests: membersOf(manifest) } : own;
  const images = isIndex(mediaType)
    ? await Promise.all(
        membersOf(manifest).map(async (member) => {
          const of = `${repositoryName(reference)}@${String(member.digest)}`;
          return [platformText(member.platform), await configOf(client, of, await fetched(client, of))] as const;
        }),
      )
    : undefined;
  const image = images ? Object.fromEntries(images) : await configOf(client, fullForm(reference), manifest);
  const field = (value: unknown): GoValue => anyFromJson(JSON.parse(JSON.stringify(value)) as JsonWritable);
  const data = new Map<string, GoValue>([
    ['Name', { type: STRING, data: name }],
    ['Manifest', field(shown)],
    ['Image', field(image)],
  ]);
  const fields = [...data].map(([field, { type }]) => ({ name: field, json: field.toLowerCase(), type }));
  return { type: { kind: 'struct', name: 'imagetools.tplInput', fields }, data };
}

async function configOf(client: Client, name: string, manifest: RemoteManifest): Promise<Json> {
  const { config } = documentOf(manifest);
  const digest = isRecord(config) ? String(config.digest) : '';
  const bytes = await client.engine.registries.blob(name, digest, { login: client.config.loginFor(name) });
  const document: unknown = JSON.parse(textOf(bytes));
  return isRecord(document) ? document : {};
}

export const imagetoolsCreate: DockerCommand = {
  flags: ['append', 'builder', 'debug', 'dry-run', 'prefer-index', 'progress', 'tag'],
  async run({ client, flags, arguments: sources }) {
    checkBuilder(client, flags);
    const tags = flags.list('tag').map((tag) => withDefaultTag(readTagReference(tag)));
    const isDry = flags.isOn('dry-run');
    if (sources.length === 0) throw new ClientError('no sources specified');
    if (tags.length === 0 && !isDry)
      throw new ClientError("can't push with no tags specified, please set --tag or --dry-run");
    const mode = flags.text('progress');
    if (!PROGRESS.includes(mode)) throw new ClientError(`invalid value "${mode}" passed to --progress`);
    const names = sources.map((source) => withDefaultTag(readReference(source)));
    const [first] = tags;
    if (flags.isOn('append') && first) names.unshift(first);
    const manifests = await Promise.all(
      names.map(async (reference) => ({ reference, manifest: await fetched(client, fullForm(reference)) })),
    );
    const [only] = manifests;
    const keeps = only && manifests.length === 1 && (isIndex(only.manifest.mediaType) || !flags.isOn('prefer-index'));
    const members = (
      await Promise.all(manifests.map(({ reference, manifest }) => membersToName(client, reference, manifest)))
    ).flat();
    const made = keeps ? only.manifest : combined(client, members);
    if (isDry) {
      await client.print(`${textOf(made.bytes)}\n`);
      return 0;
    }
    for (const [at, tag] of tags.entries()) await pushOne(client, tag, made, members, at + 1);
    return 0;
  },
};

async function membersToName(
  client: Client,
  reference: Reference,
  manifest: RemoteManifest,
): Promise<readonly Described[]> {
  if (isIndex(manifest.mediaType))
    return membersOf(manifest).map((member) => ({
      descriptor: JSON.parse(JSON.stringify(member)) as Described['descriptor'],
      repository: reference,
    }));
  const { mediaType, digest, bytes } = manifest;
  const config = await configOf(client, fullForm(reference), manifest);
  const text = (key: string) => (typeof config[key] === 'string' ? (config[key] as string) : undefined);
  const platform = { architecture: text('architecture') ?? '', os: text('os') ?? '', variant: text('variant') };
  return [{ descriptor: { mediaType, digest, size: bytes.length, platform }, repository: reference }];
}

/** An index of manifests, each once (util/imagetools, Combine). */
function combined({ engine }: Client, members: readonly Described[]): RemoteManifest {
  const manifests = [...new Map(members.map(({ descriptor }) => [descriptor.digest, descriptor])).values()];
  const mediaType = manifests.every((one) => one.mediaType === DOCKER_MANIFEST) ? DOCKER_LIST : OCI_INDEX;
  const bytes = bytesOf(indentJson({ schemaVersion: 2, mediaType, manifests }, '  '));
  return { mediaType, digest: digestOf(bytes, engine.platform), bytes };
}

async function pushOne(
  client: Client,
  tag: Reference,
  { mediaType, bytes, digest }: RemoteManifest,
  members: readonly Described[],
  number: number,
): Promise<void> {
  for (const { repository } of members)
    if (repository.domain !== tag.domain)
      throw new ClientError(
        `copying from ${repository.domain} to ${tag.domain} is not simulated: both must be in one registry`,
      );
  const name = fullForm(tag);
  const from = [...new Set(members.map(({ repository }) => repository.path))].filter((path) => path !== tag.path);
  await client.complain(`#${number} [internal] pushing ${name}\n#${number} 0.000 pushing ${digest} to ${name}\n`);
  await client.engine.registries.pushManifest(
    name,
    { mediaType, bytes },
    { login: client.config.loginFor(name), from },
  );
  await client.complain(`#${number} DONE 0.0s\n`);
}
