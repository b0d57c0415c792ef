import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { BuildError } from '../../build/buildError.ts';
import { buildWithBuildkit } from '../../build/buildkit/buildkitBuilder.ts';
import { BuildkitError, excerpt } from '../../build/buildkit/buildkitError.ts';
import { PlainProgress } from '../../build/buildkit/plainProgress.ts';
import { whyText } from '../../build/buildkit/whyText.ts';
import { decodeName, printableName } from '../../bytes/byteName.ts';
import { EngineError } from '../../engine/engineError.ts';
import { rfc3339 } from '../../engine/goTime.ts';
import { isReference } from '../../image/reference.ts';
import { bootMachine } from '../../machine/bootMachine.ts';
import { folderSource, inputSource } from '../build/nodeContext.ts';
import { CliError } from '../cliError.ts';
import type { Command } from '../command.ts';
import { ExitCode } from '../exitCode.ts';
import { formatBytes } from '../formatSize.ts';
import { nodeCatalogue } from '../machine/nodeCatalogue.ts';
import { writeOutput } from '../outputFile.ts';
import type { ParsedArguments } from '../arguments.ts';

export const command: Command = {
  usage: ['[options] -t NAME -o FILE DIR', '[options] -t NAME -o FILE -'],
  description: [
    'Builds an image from a folder of this computer, or from a Dockerfile or a tar on standard input, with the ' +
      'simulated engine: no engine, no root, and what RUN executes are the simulated programs. FILE is what docker ' +
      'load takes. Progress goes to standard error.',
    'Bases are those of the simulated hub, or of archives given with --base.',
  ],
  options: [
    { name: 'tag', short: 't', kind: 'list', metavar: 'NAME', help: 'a name of the image; may be given again' },
    { name: 'file', short: 'f', kind: 'value', metavar: 'PATH', help: 'the Dockerfile (DIR/Dockerfile)' },
    { name: 'output', short: 'o', kind: 'value', metavar: 'FILE', help: 'where to write; - is standard output' },
    { name: 'base', kind: 'list', metavar: 'FILE', help: 'an archive with images to build on; may be given again' },
    { name: 'build-arg', kind: 'list', metavar: 'NAME=VALUE', help: 'a build-time variable; may be given again' },
    { name: 'target', kind: 'value', metavar: 'STAGE', help: 'the stage to build, instead of the last' },
    { name: 'why', kind: 'flag', help: 'tell of each step why it was built or was there' },
    { name: 'quiet', short: 'q', kind: 'flag', help: 'no progress, only the ID' },
    { name: 'force', kind: 'flag', help: 'replace FILE when it is there' },
  ],
  examples: ['build -t app:1 -o app.tar .', 'build --base debian.tar -t app -o - . | docker load'],
  async run(args, context) {
    const [source, ...rest] = args.positionals;
    if (source === undefined) throw new CliError('usage', 'DIR is missing: what should be built?');
    if (rest.length > 0) throw new CliError('usage', `one DIR is enough; what is “${rest[0]}”?`);
    const output = args.value('output');
    const tags = args.list('tag');
    for (const tag of tags) if (!isReference(tag)) throw new CliError('usage', `“${tag}” is no name of an image`);
    const work = { ...(await context.work()), signal: context.signal };
    const { machine } = bootMachine({ platform: work.platform, files: nodeCatalogue() });
    context.onExit(() => machine.halt());
    const { engine, kernel } = machine.host;
    for (const base of args.list('base')) {
      context.noteFile(base);
      await engine.images.load(createReadStream(base), () => undefined, context.signal);
    }
    const from =
      source === '-'
        ? await inputSource(context.input, args.value('file'), work)
        : folderSource(await folderOf(source), args.value('file'), work, context);
    const isQuiet = args.has('quiet');
    const print = (text: string) => (isQuiet ? undefined : context.errors.text(text));
    const nowMs = () => {
      const { sec, nsec } = kernel.clock.now();
      return sec * 1000 + nsec / 1e6;
    };
    try {
      const id = await buildWithBuildkit(
        from,
        {
          vintage: 'current',
          buildArgs: buildArguments(args, context.environment),
          target: args.value('target') ?? '',
          tags,
          labels: {},
          usesCache: true,
          pulls: false,
          secrets: new Map(),
          output: { kind: 'image' },
        },
        {
          engine,
          work,
          display: new PlainProgress(print, { showsDigests: false }),
          download: async (url) => {
            throw new BuildError('context', `Get ${JSON.stringify(url)}: the build has no network`);
          },
          owners: { users: new Map(), groups: new Map() },
          random: (length) => kernel.random(length),
          nowMs,
          now: () => rfc3339(kernel.clock.now()),
          onCache: (name, decision) => {
            if (args.has('why')) void context.errors.text(`${name}: ${whyText(decision)}\n`);
          },
        },
      );
      if (id === undefined) throw new Error('the build gave no image');
      if (output !== undefined) {
        const chunks = await engine.images.save(tags.length > 0 ? tags : [id], context.signal);
        const existing = args.has('force') ? 'replace' : 'refuse';
        const sizeBytes = await writeOutput(output, existing, chunks, context);
        if (output !== '-' && !isQuiet)
          await context.errors.text(`${printableName(output)}: ${formatBytes(sizeBytes)}\n`);
      }
      if (output !== '-') await context.output.line(id);
      return ExitCode.fine;
    } catch (error) {
      if (error instanceof EngineError) throw new CliError('build', error.message);
      if (!(error instanceof BuildkitError)) throw error;
      const file = (await from.dockerfile()).value;
      const text = file ? decodeName(await file.read(0, file.sizeBytes)) : '';
      if (error.vertexName !== undefined) await context.errors.text(`------\n > ${error.vertexName}:\n------\n`);
      await context.errors.text(excerpt(from.dockerfileName, text, error.lines));
      throw new CliError('build', error.message);
    }
  },
};

async function folderOf(source: string): Promise<string> {
  const found = await stat(source).catch(() => undefined);
  if (found?.isDirectory()) return source;
  throw new CliError('usage', found ? `${source} is no folder` : `there is no folder ${source}`);
}

/** `NAME` alone takes the variable of this computer, where there is one. */
function buildArguments(
  args: ParsedArguments,
  environment: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const text of args.list('build-arg')) {
    const at = text.indexOf('=');
    const name = at < 0 ? text : text.slice(0, at);
    const value = at < 0 ? environment[name] : text.slice(at + 1);
    if (value !== undefined) values.set(name, value);
  }
  return values;
}
