import type { ContainerConfig, ImageConfig } from '../image/config.ts';

export interface ConfigDifference {
  /** As in the config's JSON; with the name behind it for one variable, label, port or volume (`Env.PATH`). */
  readonly key: string;
  readonly left: string | undefined;
  readonly right: string | undefined;
}

/** Keys whose values differ, sorted by key. Lists that are an order (commands) are one value, as JSON. */
export function compareConfigs(
  left: ImageConfig | undefined,
  right: ImageConfig | undefined,
): readonly ConfigDifference[] {
  const a = flatten(left);
  const b = flatten(right);
  const keys = [...new Set([...a.keys(), ...b.keys()])].sort();
  return keys.filter((key) => a.get(key) !== b.get(key)).map((key) => ({ key, left: a.get(key), right: b.get(key) }));
}

function flatten(image: ImageConfig | undefined): ReadonlyMap<string, string> {
  const flat = new Map<string, string>();
  const set = (key: string, value: string | undefined) => {
    if (value !== undefined) flat.set(key, value);
  };
  set('architecture', image?.architecture);
  set('author', image?.author);
  set('created', image?.created);
  set('docker_version', image?.dockerVersion);
  set('os', image?.os);
  set('variant', image?.variant);
  if (image?.config) flattenContainer(image.config, set);
  return flat;
}

function flattenContainer(config: ContainerConfig, set: (key: string, value: string | undefined) => void): void {
  set('User', config.user);
  set('WorkingDir', config.workingDir);
  set('StopSignal', config.stopSignal);
  set('Entrypoint', config.entrypoint && JSON.stringify(config.entrypoint));
  set('Cmd', config.cmd && JSON.stringify(config.cmd));
  set('Healthcheck', config.healthcheck?.test && JSON.stringify(config.healthcheck.test));
  for (const variable of config.env ?? []) {
    const equals = variable.indexOf('=');
    const name = equals < 0 ? variable : variable.slice(0, equals);
    set(`Env.${name}`, equals < 0 ? '' : variable.slice(equals + 1));
  }
  for (const [name, value] of Object.entries(config.labels ?? {})) set(`Labels.${name}`, value);
  for (const port of config.exposedPorts ?? []) set(`ExposedPorts.${port}`, '');
  for (const volume of config.volumes ?? []) set(`Volumes.${volume}`, '');
}
