import type { EngineApi } from '../engine/engineApi.ts';
import { CommandLineError, findCommand } from './commandLine/dispatch.ts';
import { commandOf } from './commandLine/spec.ts';
import { ROOT } from './specs/root.ts';

/** What could stand for the last word of a `docker` command line: commands, flags, or the engine's own names. Undefined:
 *  names of files. */
export function completeDocker(engine: EngineApi, words: readonly string[]): readonly string[] | undefined {
  const found = commandBefore(words.slice(1, -1));
  if (!found) return undefined;
  const command = commandOf(found.path);
  const word = words.at(-1) ?? '';
  if (word.startsWith('-')) return command.flags.filter(({ isHidden }) => !isHidden).map(({ name }) => `--${name}`);
  if (command.commands) return command.commands.filter(({ isHidden }) => !isHidden).map(({ name }) => name);
  const operands = found.words.filter((one) => !one.startsWith('-')).length;
  const use = command.use ?? '';
  // After the image or container stands what runs in it.
  if (operands > 0 && /COMMAND|PRIVATE_PORT|NEW_NAME/.test(use)) return undefined;
  if (/SRC_PATH/.test(use)) return containers(engine).map((name) => `${name}:`);
  if (/CONTAINER/.test(use)) return containers(engine);
  if (/IMAGE|NAME\[:TAG|REPOSITORY/.test(use)) return images(engine);
  if (/VOLUME/.test(use)) return engine.volumes.list().map(({ name }) => name);
  if (/NETWORK/.test(use)) return engine.networks.list().map(({ name }) => name);
  if (/NAME\|ID/.test(use)) return [...containers(engine), ...images(engine)];
  return undefined;
}

function commandBefore(words: readonly string[]): ReturnType<typeof findCommand> | undefined {
  try {
    return findCommand(ROOT, words);
  } catch (error) {
    if (error instanceof CommandLineError) return undefined;
    throw error;
  }
}

function containers(engine: EngineApi): readonly string[] {
  return engine.containers.list({ isAll: true, filters: new Map() }).map(({ name }) => name);
}

function images(engine: EngineApi): readonly string[] {
  const tags = engine.images.list({}).flatMap(({ repoTags }) => repoTags);
  return tags.flatMap((tag) => (tag.endsWith(':latest') ? [tag, tag.slice(0, -':latest'.length)] : [tag]));
}
