import { existsSync } from 'node:fs';
import { CompanionError } from './companionError.ts';
import { BuildCgroups } from './engines/buildkit/buildCgroups.ts';
import { parseBuildkitAddress } from './engines/buildkit/buildkitAddress.ts';
import { BuildkitEngine } from './engines/buildkit/buildkitEngine.ts';
import { parseDockerAddress } from './engines/dockerApi/dockerClient.ts';
import { DockerEngine } from './engines/dockerApi/dockerEngine.ts';
import type { Engine } from './engines/engine.ts';
import { findProgram } from './findProgram.ts';

export interface EngineChoices {
  /** `buildkit=ADDRESS`, `docker=ADDRESS`, `podman=ADDRESS`; empty: what listens at the usual places. */
  readonly engines: readonly string[];
  /** Builds that one engine runs at a time. */
  readonly slots: number;
  readonly buildctl: string;
  readonly cgroupParent: string | undefined;
  readonly diskFolder: string | undefined;
  readonly worker: string;
  readonly environment: { readonly [name: string]: string | undefined };
}

const BUILDKIT_SOCKET = '/run/buildkit/buildkitd.sock';
const DOCKER_SOCKET = '/var/run/docker.sock';
const MAX_ENGINES = 64;

/** Throws CompanionError `request`, `noEngine` for `buildctl` that is not there, `unsupported` for cgroups. */
export async function connectEngines(choices: EngineChoices): Promise<Engine[]> {
  const { cgroupParent } = choices;
  const named = choices.engines.length > 0 ? choices.engines : usualEngines(choices.environment);
  if (named.length > MAX_ENGINES) throw new CompanionError('request', `more than ${MAX_ENGINES} engines`);
  const cgroups = cgroupParent === undefined ? undefined : await BuildCgroups.open(cgroupParent, choices.worker);
  const program = await findProgram(choices.buildctl, choices.environment.PATH);
  const engines = named.map((text): Engine | undefined => {
    const [, kind, address = ''] = /^(buildkit|docker|podman)=(.+)$/.exec(text) ?? [];
    const { slots, worker, diskFolder } = choices;
    switch (kind) {
      case 'buildkit': {
        const parsed = parseBuildkitAddress(address);
        if (program !== undefined) return new BuildkitEngine({ address: parsed, program, slots, cgroups, diskFolder });
        if (choices.engines.length === 0) return undefined;
        throw new CompanionError('noEngine', `${choices.buildctl} is not installed; BuildKit brings it`);
      }
      case 'docker':
      case 'podman':
        return new DockerEngine({ address: parseDockerAddress(address), kind, slots, worker });
      default:
        throw new CompanionError('request', `“${text}”: an engine is buildkit=…, docker=… or podman=…`);
    }
  });
  return engines.filter((engine) => engine !== undefined);
}

/** Podman is never among them: it has faults that somebody should know of who chooses it. */
function usualEngines(environment: EngineChoices['environment']): string[] {
  const found: string[] = [];
  if (existsSync(BUILDKIT_SOCKET)) found.push(`buildkit=unix://${BUILDKIT_SOCKET}`);
  const dockerHost = environment.DOCKER_HOST;
  if (dockerHost?.startsWith('unix://') && existsSync(dockerHost.slice(7))) found.push(`docker=${dockerHost}`);
  else if (existsSync(DOCKER_SOCKET)) found.push(`docker=unix://${DOCKER_SOCKET}`);
  return found;
}
