import type { ContainerConfig } from '../../engine/containerConfig.ts';
import { BuildError } from '../buildError.ts';
import { splitVariable } from '../expand/environment.ts';
import type { RunInstruction } from '../instructions/instruction.ts';
import { NEEDS_BUILDKIT } from './needsBuildkit.ts';
import { RunFailed } from './runFailed.ts';
import type { StepSetup } from './stepSetup.ts';
import type { StepTools } from './stepTools.ts';

/** Carries RUN out. Throws BuildError, RunFailed, EngineError. */
export async function runInstruction({ command, mountFlags }: RunInstruction, tools: StepTools): Promise<void> {
  const { setup, words, commit } = tools;
  const { buildArguments, surroundings } = setup;
  if (mountFlags.length > 0) throw new BuildError('instruction', `the --mount ${NEEDS_BUILDKIT}`);
  const build = setup.build;
  const args = command.shell ? words.shellWords(command.args) : command.args;
  const inForce = buildArguments.inForce(build.config.Env ?? []);
  const shown = inForce.filter((one) => buildArguments.isShown(splitVariable(one)[0])).sort();
  const saved = inForce.length > 0 ? [`|${shown.length}`, ...shown, ...args] : args;
  const probed: ContainerConfig = { ...build.config, Cmd: saved, Entrypoint: null };
  if (await commit.isCached(probed)) return;
  const container = await commit.create({
    ...build.config,
    Healthcheck: { Test: ['NONE'] },
    // A command of nothing is the image's own.
    ...(args.length > 0 && { Cmd: args, Entrypoint: [''] }),
    Env: [...(build.config.Env ?? []), ...inForce],
  });
  await execute(container.id, args, setup);
  await commit.commit(container, probed, await surroundings.engine.containers.sealLayer(container.id));
}

async function execute(id: string, command: readonly string[], setup: StepSetup): Promise<void> {
  const { engine, print, printError, work } = setup.surroundings;
  const attachment = await engine.containers.attach(id, { wantsStdin: false, wantsStdout: true, wantsStderr: true });
  const passing = (async () => {
    const decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
    for await (const { stream, bytes } of attachment.output) {
      const text = decoders[stream].decode(bytes, { stream: true });
      await (stream === 'stdout' ? print(text) : printError(text));
    }
  })();
  const stop = () => void engine.containers.kill(id, 'KILL').catch(() => undefined);
  work.signal?.addEventListener('abort', stop);
  try {
    await engine.containers.start(id);
    await passing;
    const { statusCode } = await engine.containers.wait(id, 'not-running', work.signal);
    work.signal?.throwIfAborted();
    if (statusCode !== 0) throw new RunFailed(command, statusCode);
  } finally {
    work.signal?.removeEventListener('abort', stop);
    attachment.detach();
  }
}
