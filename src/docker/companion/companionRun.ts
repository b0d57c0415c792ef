import type { ContainerRequest } from '../../companion/protocol.ts';
import { ClientError } from '../client.ts';
import { readEnvironment } from '../runOptions/environment.ts';
import type { CompanionCall } from './companionCommands.ts';
import { fromCompanion } from './fromCompanion.ts';

const REFUSED_STATUS = 125;

/** As the real client tells by the daemon's words (docker/cli, toStatusError). */
function statusOf(message: string): number {
  if (/executable file not found|no such file or directory|system cannot find the file/.test(message)) return 127;
  return /permission denied|is a directory/.test(message) ? 126 : REFUSED_STATUS;
}

/** `docker run --rm IMAGE [COMMAND]` on the companion's engine: what it prints comes as it is printed; nothing can be
 *  typed into it, and the container goes when it ends. */
export const companionRun = {
  flags: ['rm', 'env', 'env-file', 'entrypoint', 'workdir', 'user'],
  async run({ client, flags, companion, arguments: [image = '', ...command] }: CompanionCall): Promise<number> {
    if (!flags.isOn('rm'))
      throw new ClientError("docker: the companion's engine keeps no containers: say --rm", REFUSED_STATUS);
    const { process } = client;
    const entrypoint = flags.has('entrypoint') ? flags.text('entrypoint') : undefined;
    const build = companion.builds.get(image);
    const request: ContainerRequest = {
      ...(build === undefined ? { image } : { build }),
      ...(command.length > 0 && { command }),
      ...(entrypoint !== undefined && { entrypoint: [entrypoint] }),
      environment: await readEnvironment(process, flags.list('env-file'), flags.list('env')),
      ...(flags.has('workdir') && { workingFolder: flags.text('workdir') }),
      ...(flags.has('user') && { user: flags.text('user') }),
    };
    const events = companion.engine.run(request, process.signal)[Symbol.asyncIterator]();
    for (;;) {
      const { done, value: event } = await fromCompanion(process, events.next(), 'docker', REFUSED_STATUS);
      if (done) throw new ClientError('docker: the companion ended the connection', REFUSED_STATUS);
      if (event.type === 'output') await process.write(event.stream === 'stdout' ? 1 : 2, event.text);
      else if (event.type === 'log-truncated')
        await client.complain(`[the companion sends no more than ${event.keptBytes} bytes of output]\n`);
      else if (event.type === 'exited') return event.code;
      else if (event.type === 'error') throw new ClientError(`docker: ${event.message}`, statusOf(event.message));
    }
  },
};
