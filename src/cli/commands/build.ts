import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { BuildError } from '../../build/buildError.ts';
import { buildWithBuildkit } from '../../build/buildkit/buildkitBuilder.ts';
import { BuildkitError, excerpt } from '../../build/buildkit/buildkitError.ts';
import type { BuildSource } from '../../build/buildkit/buildkitOptions.ts';
import { PlainProgress } from '../../build/buildkit/plainProgress.ts';
import { RawJsonProgress } from '../../build/buildkit/rawJsonProgress.ts';
import { whyText } from '../../build/buildkit/whyText.ts';
import { decodeName } from '../../bytes/byteName.ts';
import type { Work } from '../../bytes/platform.ts';
import { EngineError } from '../../engine/engineError.ts';
import { rfc3339 } from '../../engine/goTime.ts';
import { isReference } from '../../image/reference.ts';
import { bootMachine } from '../../machine/bootMachine.ts';
import { missingBase } from '../build/missingBase.ts';
import { namedContexts } from '../build/namedContexts.ts';
import { bytesSource, folderSource, inputSource } from '../build/nodeContext.ts';
import { readSecrets } from '../build/secrets.ts';
import { readTarget, requireNewTarget, treeOutput, writeImage } from '../build/buildTarget.ts';
import { fetchedSource } from '../../build/buildkit/fetchedSource.ts';
import { download, gitFetch, isRemoteContext, repositoryContext } from '../build/remoteContext.ts';
import { CliError } from '../cliError.ts';
import type { Command, CommandContext } from '../command.ts';
import { ExitCode } from '../exitCode.ts';
import { nodeCatalogue } from '../machine/nodeCatalogue.ts';
import type { ParsedArguments } from '../arguments.ts';

export const command: Command = {
  usage: ['[options] -t NAME -o FILE DIR', '[options] -t NAME -o FILE URL', '[options] -t NAME -o FILE -'],
  description: [
    'Builds an image with the simulated engine, as a BuildKit of today would: no engine, no root, and what RUN executes ' +
      'are the simulated programs. Builds a folder of this computer, a git repository (https://…/x.git#ref:dir), or a ' +
      'Dockerfile or tar of a URL or of standard input. Progress goes to standard error.',
    'FILE is what docker load takes; type=oci,dest=FILE is an OCI layout, type=tar and type=local,dest=DIR are the files.',
    'Bases are those of the simulated hub, or of archives given with --base.',
  ],
  options: [
    { name: 'tag', short: 't', kind: 'list', metavar: 'NAME', help: 'a name of the image; may be given again' },
    { name: 'file', short: 'f', kind: 'value', metavar: 'PATH', help: 'the Dockerfile (DIR/Dockerfile)' },
    {
      name: 'output',
      short: 'o',
      kind: 'value',
      metavar: 'FILE',
      help: 'where to write; - is standard output; or type=…',
    },
    { name: 'base', kind: 'list', metavar: 'FILE', help: 'an archive with images to build on; may be given again' },
    { name: 'build-arg', kind: 'list', metavar: 'NAME=VALUE', help: 'a build-time variable; may be given again' },
    {
      name: 'build-context',
      kind: 'list',
      metavar: 'NAME=PLACE',
      help: 'a folder, a URL or docker-image://NAME by name',
    },
    { name: 'label', kind: 'list', metavar: 'NAME=VALUE', help: 'a label of the image; may be given again' },
    {
      name: 'secret',
      kind: 'list',
      metavar: 'id=ID,src=FILE',
      help: 'a file, or env=NAME, for RUN --mount=type=secret',
    },
    { name: 'platform', kind: 'value', metavar: 'OS/ARCH', help: 'what to build for (linux/amd64)' },
    { name: 'no-cache', kind: 'flag', help: 'build every step' },
    { name: 'progress', kind: 'value', metavar: 'FORM', help: 'plain or rawjson' },
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
    const target = args.has('output') ? readTarget(args.value('output') as string) : undefined;
    const form = args.choice('progress', ['plain', 'rawjson']) ?? 'plain';
    const tags = args.list('tag');
    for (const tag of tags) if (!isReference(tag)) throw new CliError('usage', `“${tag}” is no name of an image`);
    const work = { ...(await context.work()), signal: context.signal };
    const setup = { context, isForced: args.has('force'), isQuiet: args.has('quiet') };
    if (target) await requireNewTarget(target, setup);
    const { machine, catalogue } = bootMachine({ platform: work.platform, files: nodeCatalogue(), vintage: '26' });
    context.onExit(() => machine.halt());
    const { engine, kernel } = machine.host;
    for (const base of args.list('base')) {
      context.noteFile(base);
      await engine.images.load(createReadStream(base), () => undefined, context.signal);
    }
    const from = await sourceOf(source, args.value('file'), work, context);
    const { isQuiet } = setup;
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
          labels: Object.fromEntries(pairs(args.list('label'))),
          usesCache: !args.has('no-cache'),
          pulls: false,
          platform: args.value('platform') ?? '',
          secrets: await readSecrets(args.list('secret'), context),
          output: treeOutput(target, setup),
          layerWriter: 'buildkitd',
          namedContexts: namedContexts(args.list('build-context'), work, context),
        },
        {
          engine,
          work,
          display:
            form === 'rawjson' ? new RawJsonProgress(print, nowMs) : new PlainProgress(print, { showsDigests: false }),
          download: (url) => download(url, context.signal),
          fetchGit: gitFetch(context.signal),
          owners: { users: new Map(), groups: new Map() },
          random: (length) => kernel.random(length),
          nowMs,
          now: () => rfc3339(kernel.clock.now()),
          onCache: (name, decision) => {
            if (args.has('why')) void context.errors.text(`${name}: ${whyText(decision)}\n`);
          },
        },
      );
      if (id !== undefined && target) await writeImage(target, tags.length > 0 ? tags : [id], { engine, work }, setup);
      if (id !== undefined && target?.path !== '-') await context.output.line(id);
      return ExitCode.fine;
    } catch (error) {
      if (error instanceof EngineError) throw new CliError('build', error.message);
      if (!(error instanceof BuildkitError)) throw error;
      const file = (await from.dockerfile()).value;
      const text = file ? decodeName(await file.read(0, file.sizeBytes)) : '';
      if (error.vertexName !== undefined) await context.errors.text(`------\n > ${error.vertexName}:\n------\n`);
      await context.errors.text(excerpt(from.dockerfileName, text, error.lines));
      const advice = await missingBase(error.vertexName, catalogue);
      if (advice !== undefined) await context.errors.text(`palimpsest: ${advice}\n`);
      throw new CliError('build', error.message);
    }
  },
};

async function sourceOf(
  source: string,
  file: string | undefined,
  work: Work,
  context: CommandContext,
): Promise<BuildSource> {
  if (source === '-') return inputSource(context.input, file, work);
  if (!isRemoteContext(source)) return folderSource(await folderOf(source), file, work, context);
  const repository = await repositoryContext(source, work, Math.floor(Date.now() / 1000));
  if (repository) return fetchedSource(repository, file);
  try {
    return await bytesSource((await download(source, context.signal)).bytes, file, work);
  } catch (error) {
    throw error instanceof BuildError ? new CliError('build', error.message) : error;
  }
}

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

function* pairs(words: readonly string[]): Generator<readonly [string, string]> {
  for (const text of words) {
    const at = text.indexOf('=');
    yield at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  }
}
