import { makeDirectories, statIfThere } from '../shell/kernel/calls.ts';
import type { MountPoint } from './containerCalls.ts';
import type { ContainerConfig, HostConfig, MountSpec } from './containerConfig.ts';
import { invalidMount } from './containerMessages.ts';
import { findContainer } from './containerNames.ts';
import { bindSourceMissing } from './containerNamespace.ts';
import type { EngineCore } from './engineCore.ts';
import type { EngineError } from './engineError.ts';
import { other, quoted } from './messages.ts';
import { tmpfsData } from './mountTmpfs.ts';
import { ensureVolume, volumeDirectory } from './volumeStore.ts';

/** Options of `-v` and what each is about. */
const MODES: ReadonlyMap<string, 'access' | 'label' | 'copy' | 'consistency' | 'propagation'> = new Map([
  ['ro', 'access'],
  ['rw', 'access'],
  ['z', 'label'],
  ['Z', 'label'],
  ['nocopy', 'copy'],
  ['cached', 'consistency'],
  ['delegated', 'consistency'],
  ['consistent', 'consistency'],
  ['private', 'propagation'],
  ['rprivate', 'propagation'],
  ['shared', 'propagation'],
  ['rshared', 'propagation'],
  ['slave', 'propagation'],
  ['rslave', 'propagation'],
]);

export interface PlannedMount {
  readonly point: MountPoint;
  /** A new volume takes over what the image has at that place. */
  readonly copiesImage: boolean;
}

/** All that is mounted into a container besides its root: `--volumes-from`, `-v`, `--mount`, `--tmpfs`, and the image's
 *  own volumes where nothing else is; of several at one place the last kind wins as in moby (daemon/volumes.go). Volumes
 *  are made where they are not there. */
export function planMounts(core: EngineCore, config: ContainerConfig, hostConfig: HostConfig): readonly PlannedMount[] {
  const planned = new Map<string, PlannedMount>();
  const add = (mount: PlannedMount) => planned.set(mount.point.destination, mount);
  for (const from of hostConfig.VolumesFrom ?? []) for (const mount of inherited(core, from)) add(mount);
  const explicit = new Set<string>();
  const addExplicit = (mount: PlannedMount) => {
    const { destination } = mount.point;
    if (explicit.has(destination)) throw other('invalidParameter', `Duplicate mount point: ${destination}`);
    explicit.add(destination);
    add(mount);
  };
  for (const bind of hostConfig.Binds ?? []) addExplicit(parseBind(core, bind));
  for (const spec of hostConfig.Mounts ?? []) addExplicit(fromSpec(core, spec));
  for (const [destination, options] of Object.entries(hostConfig.Tmpfs ?? {}))
    addExplicit({
      point: { ...tmpfsPoint(cleaned(destination), !options.split(',').includes('ro')), tmpfsOptions: options },
      copiesImage: false,
    });
  for (const destination of Object.keys(config.Volumes ?? {})) {
    const place = cleaned(destination);
    if (!planned.has(place)) add(volumeMount(anonymousVolume(core), place, '', { mayWrite: true }));
  }
  return [...planned.values()];
}

function inherited(core: EngineCore, from: string): PlannedMount[] {
  const colon = from.indexOf(':');
  const name = colon < 0 ? from : from.slice(0, colon);
  const mode = colon < 0 ? '' : from.slice(colon + 1);
  if (!isMode(mode)) throw invalidMode(mode);
  const { mounts } = findContainer(core, name);
  return mounts
    .filter(({ type }) => type !== 'tmpfs')
    .map((point) => ({
      point: { ...point, mode, isWritable: point.isWritable && mode !== 'ro' },
      copiesImage: false,
    }));
}

/** `SOURCE:DESTINATION[:OPTIONS]` or `DESTINATION`. */
function parseBind(core: EngineCore, text: string): PlannedMount {
  const parts = text.split(':');
  if (parts.length > 3 || parts.some((part) => part === '')) throw invalidMount(text, '');
  const [first = '', second, mode = ''] = parts;
  if (second === undefined || (parts.length === 2 && !second.startsWith('/') && isMode(second))) {
    if (!first.startsWith('/')) throw invalidMount(text, `invalid mount path: '${first}' mount path must be absolute`);
    return volumeMount(anonymousVolume(core), cleaned(first), '', {
      mayWrite: second === undefined || isWritable(second),
    });
  }
  if (!isMode(mode)) throw invalidMode(mode);
  const kind = first.startsWith('/') ? 'bind' : 'volume';
  if (!second.startsWith('/'))
    throw invalidMount(
      text,
      `invalid mount config for type "${kind}": invalid mount path: '${second}' mount path must be absolute`,
    );
  const foreign = foreignOptions(kind, mode);
  if (foreign !== undefined)
    throw invalidMount(text, `invalid mount config for type "${kind}": field ${foreign} must not be specified`);
  const destination = cleaned(second);
  if (destination === '/')
    throw invalidMount(
      text,
      `invalid mount config for type "${kind}": invalid specification: destination can't be '/'`,
    );
  if (!first.startsWith('/')) {
    const volume = ensureVolume(core, { name: first, labels: null, options: null, isAnonymous: false });
    return volumeMount(volume.name, destination, mode === '' ? 'z' : mode, {
      mayWrite: isWritable(mode),
      copiesImage: !mode.split(',').includes('nocopy'),
    });
  }
  // `-v` makes the host's directory where there is none, `--mount` does not.
  if (!statIfThere(core.daemon, first)) makeDirectories(core.daemon, first, 0o755);
  return { point: bindPoint(first, destination, mode, isWritable(mode)), copiesImage: false };
}

function fromSpec(core: EngineCore, spec: MountSpec): PlannedMount {
  const destination = cleaned(spec.Target);
  if (!spec.Target.startsWith('/'))
    throw other(
      'invalidParameter',
      `invalid mount config for type "${spec.Type}": invalid mount path: '${spec.Target}' mount path must be absolute`,
    );
  const mayWrite = spec.ReadOnly !== true;
  switch (spec.Type) {
    case 'tmpfs':
      return { point: { ...tmpfsPoint(destination, mayWrite), tmpfsData: tmpfsData(spec) }, copiesImage: false };
    case 'bind': {
      const source = spec.Source ?? '';
      if (source === '')
        throw other('invalidParameter', `invalid mount config for type "bind": field Source must not be empty`);
      if (!source.startsWith('/'))
        throw other(
          'invalidParameter',
          `invalid mount config for type "bind": invalid mount path: '${source}' mount path must be absolute`,
        );
      if (!statIfThere(core.daemon, source)) throw bindSourceMissing(source);
      return { point: bindPoint(source, destination, '', mayWrite), copiesImage: false };
    }
    case 'volume': {
      const { Source: source = '', VolumeOptions: options } = spec;
      const isAnonymous = source === '';
      const { name } = ensureVolume(core, {
        name: isAnonymous ? core.newId() : source,
        isAnonymous,
        ...volumeSettings(spec),
      });
      return volumeMount(name, destination, 'z', { mayWrite, copiesImage: options?.NoCopy !== true });
    }
    default:
      throw other('invalidParameter', `invalid mount config for type ${quoted(spec.Type)}: mount type unknown`);
  }
}

function volumeSettings({ VolumeOptions: { Labels, DriverConfig } = {} }: MountSpec) {
  const { Name: driver, Options } = DriverConfig ?? {};
  return { labels: Labels ?? null, options: Options ?? null, ...(driver ? { driver } : {}) };
}

function invalidMode(mode: string): EngineError {
  return other('invalidParameter', `invalid mode: ${mode}`);
}

/** Of each kind at most one (moby volume/mounts, linuxValidMountMode). */
function isMode(text: string): boolean {
  if (text === '') return true;
  const kinds = text.split(',').map((option) => MODES.get(option));
  return kinds.every((kind) => kind !== undefined) && new Set(kinds).size === kinds.length;
}

/** The field of the API for options that this kind of mount has not. */
function foreignOptions(kind: 'bind' | 'volume', mode: string): string | undefined {
  const about = mode.split(',').map((option) => MODES.get(option));
  if (kind === 'bind') return about.includes('copy') ? 'VolumeOptions' : undefined;
  return about.includes('propagation') ? 'BindOptions' : undefined;
}

function isWritable(mode: string): boolean {
  return !mode.split(',').includes('ro');
}

function anonymousVolume(core: EngineCore): string {
  return ensureVolume(core, { name: core.newId(), labels: null, options: null, isAnonymous: true }).name;
}

function volumeMount(
  name: string,
  destination: string,
  mode: string,
  { mayWrite, copiesImage = true }: { readonly mayWrite: boolean; readonly copiesImage?: boolean },
): PlannedMount {
  const point: MountPoint = {
    type: 'volume',
    name,
    source: volumeDirectory(name),
    destination,
    driver: 'local',
    mode,
    isWritable: mayWrite,
    propagation: '',
  };
  return { point, copiesImage };
}

function bindPoint(source: string, destination: string, mode: string, mayWrite: boolean): MountPoint {
  return { type: 'bind', source: cleaned(source), destination, mode, isWritable: mayWrite, propagation: 'rprivate' };
}

function tmpfsPoint(destination: string, mayWrite: boolean): MountPoint {
  return { type: 'tmpfs', source: '', destination, mode: '', isWritable: mayWrite, propagation: '' };
}

/** Without `.`, `..`, doubled or trailing slashes (path.Clean). */
export function cleaned(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
