import type { Host } from '../../../machine/host.ts';
import { LOGIN_ENVIRONMENT } from '../../../machine/loginEnvironment.ts';
import { makePipe } from '../../../shell/kernel/pipe.ts';
import { exitCode, type Process } from '../../../shell/kernel/process.ts';
import { ROOT } from '../../../vfs/overlay/permission.ts';
import type { BuildRequest } from './buildsProtocol.ts';

const READ_BYTES = 1 << 16;

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
export async function runBuild(
  host: Host,
  request: BuildRequest,
  { onProcess, onText }: { readonly onProcess: (process: Process) => void; readonly onText: (text: string) => void },
): Promise<number> {
  const output = makePipe();
  const nothing = makePipe();
  nothing.writeEnd.close();
  const argv = [...buildWords(request)];
  const environment = { ...LOGIN_ENVIRONMENT, DOCKER_BUILDKIT: request.builder === 'buildkit' ? '1' : '0' };
  const process = host.kernel.launch(
    {
      namespaces: host.namespaces,
      argv,
      env: new Map(Object.entries(environment)),
      cwd: request.folder,
      credentials: ROOT,
      files: new Map([
        [0, nothing.readEnd],
        [1, output.writeEnd],
        [2, output.writeEnd],
      ]),
      group: 'new',
    },
    (self) => self.exec('/usr/bin/docker', argv),
  );
  onProcess(process);
  output.writeEnd.close();
  nothing.readEnd.close();
  const decoder = new TextDecoder();
  for (;;) {
    const chunk = await output.readEnd.read(READ_BYTES);
    if (chunk.length === 0) break;
    onText(decoder.decode(chunk, { stream: true }));
  }
  output.readEnd.close();
  return exitCode(await process.wait());
}
