import type { ContainerConfig, NameSet } from './containerConfig.ts';
import { noCommand } from './containerMessages.ts';

/** What `run` asks for, completed by what the image says (moby daemon, merge and mergeAndVerifyConfig).
 *  Throws EngineError where there is nothing to run. */
export function mergeConfig(user: ContainerConfig, image: ContainerConfig | undefined): ContainerConfig {
  const merged = image ? withImage(user, image) : user;
  const entrypoint = merged.Entrypoint?.length === 1 && merged.Entrypoint[0] === '' ? null : merged.Entrypoint;
  if ((entrypoint ?? []).length === 0 && (merged.Cmd ?? []).length === 0) throw noCommand();
  return { ...merged, Entrypoint: entrypoint };
}

export function withImage(user: ContainerConfig, image: ContainerConfig): ContainerConfig {
  const hasEntrypoint = (user.Entrypoint ?? []).length > 0;
  const hasCommand = (user.Cmd ?? []).length > 0;
  const ports = mergedSet(user.ExposedPorts, image.ExposedPorts);
  const health = mergedHealth(user, image);
  return {
    ...user,
    User: user.User || image.User,
    ...(ports && { ExposedPorts: ports }),
    Env: mergedEnv(user.Env, image.Env),
    Cmd: !hasEntrypoint && !hasCommand ? image.Cmd : user.Cmd,
    ...(!hasEntrypoint && !hasCommand && image.ArgsEscaped && { ArgsEscaped: true }),
    Entrypoint: !hasEntrypoint && user.Entrypoint === null ? image.Entrypoint : user.Entrypoint,
    Volumes: mergedSet(user.Volumes ?? undefined, image.Volumes ?? undefined) ?? null,
    WorkingDir: user.WorkingDir || image.WorkingDir,
    Labels: user.Labels === null && image.Labels === null ? null : { ...image.Labels, ...user.Labels },
    ...(health && { Healthcheck: health }),
    ...((user.StopSignal || image.StopSignal) && { StopSignal: user.StopSignal || (image.StopSignal as string) }),
    ...((user.Shell ?? image.Shell) && { Shell: (user.Shell ?? image.Shell) as readonly string[] }),
  };
}

function mergedSet(a: NameSet | undefined, b: NameSet | undefined): NameSet | undefined {
  return a || b ? { ...b, ...a } : undefined;
}

/** The image's variables come after, those that were not given. */
function mergedEnv(user: readonly string[] | null, image: readonly string[] | null): readonly string[] | null {
  if ((user ?? []).length === 0) return image ?? user;
  const given = new Set((user ?? []).map(variableName));
  return [...(user ?? []), ...(image ?? []).filter((variable) => !given.has(variableName(variable)))];
}

export function variableName(text: string): string {
  const equals = text.indexOf('=');
  return equals < 0 ? text : text.slice(0, equals);
}

function mergedHealth(user: ContainerConfig, image: ContainerConfig): ContainerConfig['Healthcheck'] {
  if (!image.Healthcheck) return user.Healthcheck;
  if (!user.Healthcheck) return image.Healthcheck;
  const given = Object.fromEntries(
    Object.entries(user.Healthcheck).filter(
      ([, value]) => value !== 0 && !(Array.isArray(value) && value.length === 0),
    ),
  );
  return { ...image.Healthcheck, ...given };
}
