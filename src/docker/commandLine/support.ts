import type { FlagSet } from './flagSet.ts';
import { type CommandPath, type CommandSpec, type FlagSpec, pathText } from './spec.ts';

/** What the engine that is spoken to can do: flags and commands of later versions are hidden and refused. */
export interface EngineAbilities {
  /** `1.41`. */
  readonly apiVersion: string;
  readonly isExperimental: boolean;
  readonly osType?: string;
  /** Undefined for engines that do not say. */
  readonly swarm?: { readonly isManager: boolean; readonly isActive: boolean };
}

/** Less than, equal to or greater than zero, as dotted numbers compare. */
export function compareVersions(a: string, b: string): number {
  const left = a.split('.').map(Number);
  const right = b.split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function isFlagShown(flag: FlagSpec, abilities: EngineAbilities): boolean {
  return !(flag.isHidden || isHiddenBy(flag, abilities));
}

export function isCommandShown(command: CommandSpec, abilities: EngineAbilities): boolean {
  return !(command.isHidden || isHiddenBy(command, abilities));
}

function isHiddenBy(
  { apiVersion, isExperimental, osType, swarm }: FlagSpec | CommandSpec,
  abilities: EngineAbilities,
): boolean {
  if (apiVersion !== undefined && compareVersions(abilities.apiVersion, apiVersion) < 0) return true;
  if (isExperimental && !abilities.isExperimental) return true;
  if (osType !== undefined && abilities.osType !== undefined && osType !== abilities.osType) return true;
  if (swarm === undefined || abilities.swarm === undefined) return false;
  if (swarm === 'manager') return !abilities.swarm.isManager;
  return swarm === 'active' && !abilities.swarm.isActive;
}

/** Why the engine cannot do what was asked, a line for each reason; undefined when it can. */
export function unsupported(path: CommandPath, flags: FlagSet, abilities: EngineAbilities): string | undefined {
  const name = pathText(path);
  for (const command of [...path].reverse()) {
    if (command.apiVersion !== undefined && compareVersions(abilities.apiVersion, command.apiVersion) < 0) {
      return `${name} requires API version ${command.apiVersion}, but the Docker daemon API version is ${abilities.apiVersion}`;
    }
    if (command.osType !== undefined && abilities.osType !== undefined && command.osType !== abilities.osType) {
      return `${name} is only supported on a Docker daemon running on ${command.osType}, but the Docker daemon is running on ${abilities.osType}`;
    }
    if (command.isExperimental && !abilities.isExperimental) {
      return `${name} is only supported on a Docker daemon with experimental features enabled`;
    }
  }
  const faults = flags.given().flatMap((flag) => flagFaults(flag, abilities));
  return faults.length > 0 ? faults.join('\n') : undefined;
}

function flagFaults(flag: FlagSpec, abilities: EngineAbilities): string[] {
  const { name, apiVersion, osType, isExperimental } = flag;
  if (apiVersion !== undefined && compareVersions(abilities.apiVersion, apiVersion) < 0) {
    return [
      `"--${name}" requires API version ${apiVersion}, but the Docker daemon API version is ${abilities.apiVersion}`,
    ];
  }
  if (osType !== undefined && abilities.osType !== undefined && osType !== abilities.osType) {
    return [
      `"--${name}" is only supported on a Docker daemon running on ${osType}, but the Docker daemon is running on ${abilities.osType}`,
    ];
  }
  if (isExperimental && !abilities.isExperimental) {
    return [`"--${name}" is only supported on a Docker daemon with experimental features enabled`];
  }
  return [];
}
