import { fileURLToPath } from 'node:url';
import { version } from '../../../package.json';
import type { Command, CommandContext } from '../command.ts';
import { COMPANION_OPTIONS, planCompanion } from '../companion/companionPlan.ts';
import { ExitCode } from '../exitCode.ts';

export const command: Command = {
  usage: ['[options]'],
  description: [
    'Serves the page, and lets it build for real with the container engines of this machine, pull and push real images, ' +
      'and clone real repositories. It prints a link with a token; whoever has the link may use the companion.',
    'It listens on this machine only. Builds reach no network: RUN has none, and engines fetch nothing, unless options ' +
      'allow it. Ctrl-C ends it and removes what is left of its builds.',
  ],
  options: COMPANION_OPTIONS,
  examples: [
    'companion',
    'companion --engine buildkit=unix:///run/buildkit/buildkitd.sock --allow-image "docker.io/library/*"',
    'companion --engine docker=unix:///var/run/docker.sock --allow-fetch --allow-network',
  ],
  async run(args, context) {
    const plan = planCompanion(args, context.environment);
    const [{ startCompanion }, { connectEngines }, { WorkFolders }, { readAppFiles, findAppFolder }, { findProgram }] =
      await Promise.all([
        import('../../companion/companion.ts'),
        import('../../companion/connectEngines.ts'),
        import('../../companion/builds/workFolders.ts'),
        import('../../companion/server/appFiles.ts'),
        import('../../companion/findProgram.ts'),
      ]);
    const folders = await WorkFolders.open(plan.stateFolder);
    context.onExit(() => folders.close());
    const { limits, slots } = plan;
    const { environment } = context;
    const engines = await connectEngines({
      engines: args.list('engine'),
      slots,
      buildctl: args.value('buildctl') ?? 'buildctl',
      cgroupParent: args.value('cgroup-parent'),
      diskFolder: args.value('engine-disk'),
      worker: folders.worker,
      environment,
    });
    const appFolder = findAppFolder(fileURLToPath(new URL('.', import.meta.url)));
    const companion = await startCompanion({
      ...plan,
      version,
      engines,
      rules: {
        runNetwork: args.has('allow-network'),
        fetch: args.has('allow-fetch'),
        images: args.list('allow-image'),
        resultBytes: limits.resultBytes,
        freeBytes: limits.freeBytes,
        memoryBytes: limits.memoryBytes,
        processes: limits.processes,
      },
      access: { allowedHosts: args.list('allow-host'), plainHttp: args.list('plain-http') },
      gitProgram: await findProgram('git', environment.PATH),
      app: appFolder === undefined ? undefined : await readAppFiles(appFolder),
      folders,
      hosts: args.list('served-as'),
      origins: args.list('allow-origin'),
      report: (error) => void context.errors.line(`palimpsest: ${String(error)}`).catch(() => undefined),
    });
    context.onExit(() => companion.close());
    const fragment = companion.token === undefined ? '' : `#/companion/${companion.token}`;
    await context.output.line(`${companion.origin}/${fragment}`);
    if (engines.length === 0) {
      const { ENGINE_ADVICE } = await import('../../companion/server/infoRoute.ts');
      await context.errors.line(`note: ${ENGINE_ADVICE}`);
    }
    if (appFolder === undefined) await context.errors.line('note: the page is not built (npm run build)');
    await context.output.flush();
    await interrupted(context);
    return ExitCode.fine;
  },
};

function interrupted({ signal }: CommandContext): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
