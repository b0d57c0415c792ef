import { isAlive, type WorkFolders } from './builds/workFolders.ts';
import { BuildService } from './builds/buildService.ts';
import { EnginePool } from './builds/enginePool.ts';
import { GitContexts } from './builds/gitContexts.ts';
import { CompanionError } from './companionError.ts';
import type { BuildRules, Engine } from './engines/engine.ts';
import { gitProxy } from './gitProxy.ts';
import { guardedNetwork } from './guardedFetch.ts';
import { HostPolicy } from '../registry/guard/hostPolicy.ts';
import type { CompanionLimits } from './limits.ts';
import type { RegistryAccess } from './registryAccess.ts';
import { newToken, tokenHash, TokenTable } from './server/accessToken.ts';
import type { AppFiles } from './server/appFiles.ts';
import { companionServer } from './server/companionServer.ts';
import { containerRoutes } from './server/containerRoutes.ts';
import { gitRoutes } from './server/gitRoutes.ts';
import { infoRoute } from './server/infoRoute.ts';
import { registryRoutes } from './server/registryRoutes.ts';
import { UserSlots } from './server/userSlots.ts';

export interface CompanionOptions {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  readonly version: string;
  readonly engines: readonly Engine[];
  readonly limits: CompanionLimits;
  readonly rules: BuildRules;
  readonly access: RegistryAccess;
  /** The `git` program; undefined where there is none. */
  readonly gitProgram: string | undefined;
  readonly app: AppFiles | undefined;
  readonly folders: WorkFolders;
  /** Names under which it is reached besides those of loopback: `host:port`. */
  readonly hosts: readonly string[];
  readonly origins: readonly string[];
  /** Undefined: one user, whose token is made now. */
  readonly users: readonly { readonly name: string; readonly hash: Buffer }[] | undefined;
  readonly report: (error: unknown) => void;
}

export interface RunningCompanion {
  readonly port: number;
  readonly origin: string;
  /** Undefined when users have tokens of their own. */
  readonly token: string | undefined;
  /** Ends builds, connections and containers, and removes all that is left of them. */
  close(): Promise<void>;
}

/** Starts a companion. Throws CompanionError `listen`. */
export async function startCompanion(options: CompanionOptions): Promise<RunningCompanion> {
  const { limits, rules, access, folders } = options;
  const token = options.users ? undefined : newToken();
  const users = options.users ?? [{ name: 'you', hash: tokenHash(token ?? '') }];
  const tokens = new TokenTable(users);
  // An engine that is not there yet may come later.
  const reportUnlessLost = (error: unknown): void => {
    if (!(error instanceof CompanionError && error.code === 'connectionLost')) options.report(error);
  };
  await folders.sweep();
  await Promise.all(options.engines.map((engine) => engine.sweep(isAlive).catch(reportUnlessLost)));
  const pool = new EnginePool(options.engines, limits, tokens.isForSeveral);
  await pool.open();
  const builds = new BuildService(pool, folders, { limits, rules, report: options.report });
  const network = guardedNetwork(new HostPolicy(access.allowedHosts));
  const proxy = gitProxy({ network, plainHttp: new Set(access.plainHttp), maxResponseBytes: limits.contextBytes });
  const git = new GitContexts(proxy, options.gitProgram, limits.contextBytes);
  const containers = new UserSlots(limits.containersPerUser, 'containers');
  const hosts = new Set(options.hosts.map((host) => host.toLowerCase()));
  const server = companionServer({
    gate: { hosts, origins: new Set(options.origins) },
    tokens,
    app: options.app,
    builds,
    git,
    report: options.report,
    routes: [
      (app) => infoRoute(app, pool, options.version, rules, limits),
      (app) => registryRoutes(app, access, folders, limits),
      (app) => gitRoutes(app, proxy),
      (app) => containerRoutes(app, pool, builds, rules, limits, containers),
    ],
  });
  const close = async (): Promise<void> => {
    await builds.close();
    await server.close();
    await containers.idle();
    pool.close();
    await git.close();
    network.close();
    await folders.close();
  };
  const port = await listen(server, options).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  // Only now is the port known.
  for (const name of ['127.0.0.1', 'localhost', '[::1]']) hosts.add(`${name}:${port}`);
  const name = options.host.includes(':') ? `[${options.host}]` : options.host;
  return { port, origin: `http://${name}:${port}`, token, close };
}

async function listen(server: ReturnType<typeof companionServer>, { host, port }: CompanionOptions): Promise<number> {
  try {
    await server.listen({ host, port });
  } catch (error) {
    throw new CompanionError('listen', `${host}:${port}: ${(error as Error).message}`, error);
  }
  const address = server.server.address();
  if (typeof address !== 'object' || !address) throw new CompanionError('listen', 'no port was given');
  return address.port;
}
