import type { HealthConfig } from '../../engine/containerConfig.ts';
import type { ImageRecord } from '../../engine/imageRecord.ts';
import { readContainerConfig } from '../../engine/readContainerConfig.ts';
import type { Digest } from '../../image/digest.ts';
import { arrayField, asObject, field, objectField, stringField } from '../../image/jsonFields.ts';
import { jsonBytes, type JsonWritable, sortedKeys } from '../../image/writeJson.ts';
import type { BuildkitVintage } from './buildkitOptions.ts';
import { healthConfig } from '../changes/healthConfig.ts';
import { splitVariable } from '../expand/environment.ts';
import { resolveWorkingDir } from '../plan/carryOut.ts';
import { withShell } from '../plan/runCommand.ts';
import type { BuildPlatform } from '../plan/platform.ts';
import { cacheConfig, INLINE_CACHE_FIELD, type PortableCache } from './portableCache.ts';
import type { PlannedStep } from '../plan/stageState.ts';
import { DEFAULT_PATH } from '../plan/stageState.ts';

/** What an image runs, as BuildKit's frontend keeps it (dockerfile2llb, image.go). */
export interface RunConfig {
  readonly user: string;
  readonly exposedPorts: ReadonlySet<string>;
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly volumes: ReadonlySet<string>;
  readonly workingDir: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly stopSignal: string;
  readonly health: HealthConfig | undefined;
  readonly argsEscaped: boolean;
  readonly onBuild: readonly string[];
  readonly stopTimeout: number | undefined;
  readonly shell: readonly string[];
}

export interface HistoryEntry {
  /** RFC 3339; undefined until the layers are known. */
  readonly created: string | undefined;
  readonly createdBy: string;
  readonly author: string;
  readonly comment: string;
  readonly isEmptyLayer: boolean;
}

/** The image of a stage as it grows. */
export interface StageImage {
  readonly architecture: string;
  readonly variant: string;
  readonly os: string;
  readonly author: string;
  readonly config: RunConfig;
  readonly history: readonly HistoryEntry[];
}

const EMPTY: RunConfig = {
  user: '',
  exposedPorts: new Set(),
  env: [`PATH=${DEFAULT_PATH}`],
  entrypoint: [],
  cmd: [],
  volumes: new Set(),
  workingDir: '/',
  labels: new Map(),
  stopSignal: '',
  health: undefined,
  argsEscaped: false,
  onBuild: [],
  stopTimeout: undefined,
  shell: [],
};

/** The image that `FROM scratch` begins with. */
export function scratchImage({ os, architecture, variant }: BuildPlatform): StageImage {
  return { architecture, variant, os, author: '', config: EMPTY, history: [] };
}

const COMMENT = 'buildkit.dockerfile.v0';

/** A base image, as the frontend reads its config. Triggers are not handed on. */
export function baseImage({ document, config: image }: ImageRecord): StageImage {
  const config = readContainerConfig(objectField(document, 'config'));
  const env = config.Env ?? [];
  return {
    architecture: image.architecture ?? 'amd64',
    variant: image.variant ?? '',
    os: image.os ?? 'linux',
    author: stringField(document, 'author') ?? '',
    config: {
      user: config.User,
      exposedPorts: new Set(Object.keys(config.ExposedPorts ?? {})),
      env: env.some((one) => one.startsWith('PATH=')) ? env : [...env, `PATH=${DEFAULT_PATH}`],
      entrypoint: config.Entrypoint ?? [],
      cmd: config.Cmd ?? [],
      volumes: new Set(Object.keys(config.Volumes ?? {})),
      workingDir: config.WorkingDir,
      labels: new Map(Object.entries(config.Labels ?? {})),
      stopSignal: config.StopSignal ?? '',
      health: config.Healthcheck,
      argsEscaped: config.ArgsEscaped ?? false,
      onBuild: [],
      stopTimeout: config.StopTimeout,
      shell: config.Shell ?? [],
    },
    history: readHistory(document),
  };
}

function readHistory(document: ImageRecord['document']): readonly HistoryEntry[] {
  return (arrayField(document, 'history') ?? []).map((value) => {
    const entry = asObject(value);
    return {
      created: entry && stringField(entry, 'created'),
      createdBy: (entry && stringField(entry, 'created_by')) ?? '',
      author: (entry && stringField(entry, 'author')) ?? '',
      comment: (entry && stringField(entry, 'comment')) ?? '',
      isEmptyLayer: entry !== undefined && field(entry, 'empty_layer') === true,
    };
  });
}

/** How history is written. */
export interface HistoryForm {
  /** The line of a step, undefined for none. */
  readonly createdBy: (step: PlannedStep) => string | undefined;
  readonly vintage: BuildkitVintage;
  /** RFC 3339, of all steps (`SOURCE_DATE_EPOCH`); undefined: when each made its layer. */
  readonly epoch: string | undefined;
}

/** The image after a stage's steps. */
export function withSteps(
  image: StageImage,
  steps: readonly PlannedStep[],
  { createdBy, epoch }: HistoryForm,
): StageImage {
  const config: { -readonly [K in keyof RunConfig]: RunConfig[K] } = { ...image.config, onBuild: [] };
  const env = new Map(config.env.map(splitVariable));
  const labels = new Map(config.labels);
  const [exposedPorts, volumes] = [new Set(config.exposedPorts), new Set(config.volumes)];
  const [onBuild, history] = [[] as string[], [...image.history]];
  let { author } = image;
  let hasCommand = false;
  for (const step of steps) {
    const { body } = step.instruction;
    if (body.kind === 'ENV') for (const { key, value } of body.pairs) env.set(key, value);
    else if (body.kind === 'LABEL') for (const { key, value } of body.pairs) labels.set(key, value);
    else if (body.kind === 'EXPOSE') for (const port of body.ports) exposedPorts.add(port);
    else if (body.kind === 'VOLUME') for (const volume of body.volumes) volumes.add(volume);
    else if (body.kind === 'USER') config.user = body.user;
    else if (body.kind === 'WORKDIR') config.workingDir = resolveWorkingDir(config.workingDir, body.path);
    else if (body.kind === 'SHELL') config.shell = body.shell;
    else if (body.kind === 'STOPSIGNAL') config.stopSignal = body.signal;
    else if (body.kind === 'HEALTHCHECK') config.health = healthConfig(body.health);
    else if (body.kind === 'ONBUILD') onBuild.push(body.expression);
    else if (body.kind === 'MAINTAINER') author = body.maintainer;
    else if (body.kind === 'CMD' || body.kind === 'ENTRYPOINT') {
      const { args, shell } = body.command;
      const words = shell ? withShell(config.shell, args) : args;
      if (body.kind === 'CMD') {
        config.cmd = words;
        config.argsEscaped = true;
        hasCommand = true;
      } else {
        config.entrypoint = words;
        if (!hasCommand) config.cmd = [];
      }
    }
    const line = createdBy(step);
    if (line !== undefined)
      history.push({
        created: epoch,
        createdBy: line,
        // Of the image alone, whatever MAINTAINER says.
        author: '',
        comment: COMMENT,
        isEmptyLayer: !step.makesLayer,
      });
  }
  return {
    ...image,
    author,
    history,
    config: { ...config, env: [...env].map(([k, v]) => `${k}=${v}`), labels, exposedPorts, volumes, onBuild },
  };
}

export function withLabels(image: StageImage, labels: Readonly<Record<string, string>>): StageImage {
  const all = new Map([...image.config.labels, ...Object.entries(labels)]);
  return { ...image, config: { ...image.config, labels: all } };
}

/** The config's bytes. `times`: when each layer was made, base first; undefined for layers of the base. */
export function imageBytes(
  image: StageImage,
  layers: readonly Digest[],
  times: readonly (string | undefined)[],
  vintage: BuildkitVintage,
  inlineCache?: PortableCache,
): Uint8Array {
  const history = timed(image.history, times);
  const created = history.reduce<string | undefined>((last, entry) => entry.created ?? last, undefined);
  const fields = new Map<string, JsonWritable>([
    ['architecture', image.architecture],
    ['config', configJson(image.config, vintage)],
    ['created', created ?? null],
    ['history', history.length > 0 ? history.map(historyJson) : null],
    ['os', image.os],
    ['rootfs', { type: 'layers', diff_ids: layers.length > 0 ? layers : null }],
  ]);
  if (inlineCache) {
    const bytes = cacheConfig(inlineCache, []);
    fields.set(INLINE_CACHE_FIELD, btoa(String.fromCharCode(...bytes)));
  }
  if (image.author !== '') fields.set('author', image.author);
  if (image.variant !== '') fields.set('variant', image.variant);
  return jsonBytes(sortedKeys(fields));
}

/** Layers take the times at which they were made; what made none takes that of the first new layer after a gap, else of
 *  what stands before it (buildkit exporter/containerimage, normalizeLayersAndHistory). */
function timed(history: readonly HistoryEntry[], times: readonly (string | undefined)[]): readonly HistoryEntry[] {
  let layer = 0;
  const known = history.map((entry) => {
    if (entry.isEmptyLayer) return entry;
    const time = times[layer++];
    return { ...entry, created: entry.created ?? time };
  });
  let created: string | undefined;
  let hasGap = false;
  for (const entry of known) {
    if (entry.created === undefined) hasGap = true;
    else {
      created = entry.created;
      if (hasGap) break;
    }
  }
  let isAfterGap = false;
  return known.map((entry) => {
    if (entry.created !== undefined) {
      if (isAfterGap) created = entry.created;
      return entry;
    }
    isAfterGap = true;
    return { ...entry, created };
  });
}

function historyJson({ created, createdBy, author, comment, isEmptyLayer }: HistoryEntry): JsonWritable {
  return {
    created,
    created_by: createdBy || undefined,
    author: author || undefined,
    comment: comment || undefined,
    empty_layer: isEmptyLayer || undefined,
  };
}

/** 0.8 wrote docker's own type: health before `ArgsEscaped`, and no triggers as null. */
function configJson(config: RunConfig, vintage: BuildkitVintage): JsonWritable {
  const isOld = vintage === '0.8';
  const health = { Healthcheck: config.health && { ...config.health } };
  const set = (names: ReadonlySet<string>) =>
    names.size > 0 ? sortedKeys(new Map([...names].map((name) => [name, {}]))) : undefined;
  const list = (words: readonly string[]) => (words.length > 0 ? words : undefined);
  return {
    User: config.user || undefined,
    ExposedPorts: set(config.exposedPorts),
    Env: list(config.env),
    Entrypoint: list(config.entrypoint),
    Cmd: list(config.cmd),
    Volumes: set(config.volumes),
    WorkingDir: config.workingDir || undefined,
    Labels: config.labels.size > 0 ? sortedKeys(config.labels) : undefined,
    StopSignal: config.stopSignal || undefined,
    ...(isOld && health),
    ArgsEscaped: config.argsEscaped || undefined,
    ...(!isOld && health),
    OnBuild: config.onBuild.length > 0 ? config.onBuild : isOld ? null : undefined,
    StopTimeout: config.stopTimeout,
    Shell: list(config.shell),
  };
}
