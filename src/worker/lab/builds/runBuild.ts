import type { Host } from '../../../machine/host.ts';
import { type HostCommand, runCommand } from '../../../machine/runCommand.ts';
import { LOGIN_ENVIRONMENT } from '../../../machine/loginEnvironment.ts';
import type { BuildRequest } from './buildsProtocol.ts';

/** The words of the command line that a request stands for. */
export function buildWords({ dockerfile, tag, target, buildArgs, usesCache }: BuildRequest): readonly string[] {
  return [
    'docker',
    'build',
    ...(dockerfile === 'Dockerfile' ? [] : ['-f', dockerfile]),
    ...(tag === '' ? [] : ['-t', tag]),
    ...(target === '' ? [] : ['--target', target]),
    ...buildArgs.flatMap((one) => ['--build-arg', one]),
    ...(usesCache ? [] : ['--no-cache']),
    '.',
  ];
}

/** As one would type it. */
export function shownCommandLine(request: BuildRequest): string {
  const words = buildWords(request).map((word) =>
    /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`,
  );
  return `${request.builder === 'buildkit' ? 'DOCKER_BUILDKIT=1 ' : ''}${words.join(' ')}`;
}

/** Runs it as root in the context's folder; both streams go to `onText`. Resolves with the exit status. */
export function runBuild(
  host: Host,
  request: BuildRequest,
  told: Pick<HostCommand, 'onProcess' | 'onText'>,
): Promise<number> {
  return runCommand(host, {
    ...told,
    program: '/usr/bin/docker',
    argv: buildWords(request),
    env: { ...LOGIN_ENVIRONMENT, DOCKER_BUILDKIT: request.builder === 'buildkit' ? '1' : '0' },
    cwd: request.folder,
  });
}
