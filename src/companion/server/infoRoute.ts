import type { FastifyInstance } from 'fastify';
import type { EnginePool } from '../builds/enginePool.ts';
import type { BuildRules } from '../engines/engine.ts';
import type { CompanionLimits } from '../limits.ts';
import type { CompanionInfo } from '../protocol.ts';
import { userOf } from './requestContext.ts';

export const PROTOCOL = 1;

export const ENGINE_ADVICE =
  'No container engine was found. Install BuildKit (buildkitd and buildctl, with runc) and start buildkitd, or ' +
  'Docker (on Debian: apt-get install docker.io), and name it with --engine.';

export function infoRoute(
  app: FastifyInstance,
  pool: EnginePool,
  version: string,
  rules: BuildRules,
  limits: CompanionLimits,
): void {
  app.get('/v1/info', async (request): Promise<CompanionInfo> => {
    const engines = await pool.info();
    return {
      protocol: PROTOCOL,
      version,
      user: userOf(request),
      engines,
      ...(engines.length === 0 ? { advice: ENGINE_ADVICE } : {}),
      network: { run: rules.runNetwork, fetch: rules.fetch, images: rules.images },
      limits: {
        contextBytes: limits.contextBytes,
        contextEntries: limits.contextEntries,
        buildMs: limits.buildMs,
        logBytes: limits.logBytes,
        concurrentPerUser: limits.runningPerUser,
        queuedPerUser: limits.queuedPerUser,
        keptPerUser: limits.keptPerUser,
      },
    };
  });
}
