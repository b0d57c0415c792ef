import { EngineError } from '../../engine/engineError.ts';
import { ClientError, describeError, type DockerCommand, forEachName } from '../client.ts';

// Commands that do one thing to each container that is named.

/** Undefined: the container's own time. */
function timeoutOf(flags: Parameters<DockerCommand['run']>[0]['flags']): number | undefined {
  const name = flags.has('timeout') ? 'timeout' : 'time';
  return flags.has(name) ? flags.number(name) : undefined;
}

/** Engines before API 1.42 take no notice of it. */
function signalOf(
  { engine }: Parameters<DockerCommand['run']>[0]['client'],
  flags: Parameters<DockerCommand['run']>[0]['flags'],
): string | undefined {
  return flags.has('signal') && engine.vintage !== '20.10' ? flags.text('signal') : undefined;
}

export const stop: DockerCommand = {
  flags: ['signal', 'time', 'timeout'],
  run(call) {
    const { client, flags } = call;
    return forEachName(call, call.arguments, async (name) => {
      await client.engine.containers.stop(name, timeoutOf(flags), client.process.signal, signalOf(client, flags));
      return `${name}\n`;
    });
  },
};

export const restart: DockerCommand = {
  flags: ['signal', 'time', 'timeout'],
  run(call) {
    const { client, flags } = call;
    return forEachName(call, call.arguments, async (name) => {
      await client.engine.containers.restart(name, timeoutOf(flags), client.process.signal, signalOf(client, flags));
      return `${name}\n`;
    });
  },
};

export const kill: DockerCommand = {
  flags: ['signal'],
  run(call) {
    return forEachName(call, call.arguments, async (name) => {
      await call.client.engine.containers.kill(name, call.flags.text('signal') || 'KILL');
      return `${name}\n`;
    });
  },
};

export const pause: DockerCommand = {
  flags: [],
  run(call) {
    return forEachName(call, call.arguments, (name) => {
      call.client.engine.containers.pause(name);
      return `${name}\n`;
    });
  },
};

export const unpause: DockerCommand = {
  flags: [],
  run(call) {
    return forEachName(call, call.arguments, (name) => {
      call.client.engine.containers.unpause(name);
      return `${name}\n`;
    });
  },
};

export const wait: DockerCommand = {
  flags: [],
  run(call) {
    const { client } = call;
    return forEachName(call, call.arguments, async (name) => {
      const { statusCode } = await client.engine.containers.wait(name, 'not-running', client.process.signal);
      return `${statusCode}\n`;
    });
  },
};

export const rename: DockerCommand = {
  flags: [],
  run({ client, arguments: [oldName = '', newName = ''] }) {
    const [from, to] = [oldName.trim(), newName.trim()];
    if (from === '' || to === '') throw new ClientError('Error: Neither old nor new names may be empty');
    try {
      client.engine.containers.rename(from, to);
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      throw new ClientError(
        `Error response from daemon: ${error.message}\nError: failed to rename container named ${from}`,
      );
    }
    return 0;
  },
};

export const rm: DockerCommand = {
  flags: ['force', 'link', 'volumes'],
  async run(call) {
    const { client, flags } = call;
    const isForced = flags.isOn('force');
    const problems: string[] = [];
    let isFatal = false;
    for (const given of call.arguments) {
      const name = given.replace(/^\/+|\/+$/g, '');
      try {
        if (name === '')
          throw new ClientError(`${client.vintage === '20.10' ? 'C' : 'c'}ontainer name cannot be empty`);
        if (flags.isOn('link')) client.engine.containers.removeLink(name);
        else await client.engine.containers.remove(name, { isForced, removesVolumes: flags.isOn('volumes') });
        await client.print(`${given}\n`);
      } catch (error) {
        if (error instanceof ClientError) {
          isFatal = true;
          problems.push(error.message);
        } else if (error instanceof EngineError) {
          if (!(isForced && error.kind === 'notFound')) isFatal = true;
          problems.push(describeError(error) ?? error.message);
        } else throw error;
      }
    }
    if (problems.length === 0) return 0;
    if (isFatal) throw new ClientError(problems.join('\n'));
    await client.complain(`${problems.join('\n')}\n`);
    return 0;
  },
};
