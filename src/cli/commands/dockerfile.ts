import type { ContextClient } from '../../build/context/contextFilter.ts';
import { checkDockerfile, type PlanOptions } from '../../build/plan/planBuild.ts';
import { parsePlatform } from '../../build/plan/platform.ts';
import type { ParsedArguments } from '../arguments.ts';
import { CliError } from '../cliError.ts';
import { type Command, type CommandContext, JSON_OPTION } from '../command.ts';
import { findIgnoreFile, reportContext } from '../dockerfile/contextReport.ts';
import { dockerfileJson } from '../dockerfile/dockerfileJson.ts';
import { printContext, printError, printFindings, printPlan } from '../dockerfile/dockerfileText.ts';
import { readText } from '../dockerfile/readDockerfile.ts';
import { ExitCode } from '../exitCode.ts';
import { printJson } from '../jsonOutput.ts';

const CLIENTS: readonly ContextClient[] = ['buildkit', 'classic'];

export const command: Command = {
  usage: ['[options] FILE'],
  description: [
    'Reads a Dockerfile (- is standard input) as BuildKit does and tells what a build would do: stage by stage, each ' +
      'instruction with its line, and with its variables filled in where it has any; then what BuildKit’s own checks find. ' +
      'With --context also which files of a folder would be sent, and what leaves the others out.',
    'No image is fetched: variables that a base image sets are not known, and findings that depend on them say so. Exit ' +
      'status 1 when there is a finding or an error in the file.',
  ],
  options: [
    {
      name: 'build-arg',
      kind: 'list',
      metavar: 'NAME[=VALUE]',
      help: 'an argument; without VALUE, from the environment',
    },
    { name: 'target', kind: 'value', metavar: 'STAGE', help: 'the stage to build; without it every stage is checked' },
    { name: 'platform', kind: 'value', metavar: 'OS/ARCH[/VARIANT]', help: 'the platform to build for (linux/amd64)' },
    { name: 'context', kind: 'value', metavar: 'DIR', help: 'the folder that would be sent' },
    { name: 'client', kind: 'value', metavar: CLIENTS.join('|'), help: 'who packs the context (buildkit)' },
    JSON_OPTION,
  ],
  examples: ['dockerfile Dockerfile', 'dockerfile --build-arg VERSION=2 --target test --context . Dockerfile'],
  async run(args, context) {
    const [file, ...rest] = args.positionals;
    if (file === undefined || rest.length > 0) throw new CliError('usage', 'FILE, a Dockerfile, is needed');
    context.noteFile(file);
    const text = await readText(file, context);
    const directory = args.value('context');
    const client = args.choice('client', CLIENTS) ?? 'buildkit';
    const ignore = directory === undefined ? undefined : await findIgnoreFile(file, directory, client, context);
    const checked = checkDockerfile(text, {
      ...planOptions(args, context),
      ignorePatterns: ignore?.lines.map((line) => line.pattern) ?? [],
    });
    const report =
      directory === undefined || !ignore ? undefined : await reportContext(file, directory, client, ignore, context);
    if (args.has('json')) {
      await printJson(context.output, 'dockerfile', { file, ...dockerfileJson(checked, report) });
    } else {
      if (checked.plan) await printPlan(checked.plan, context);
      await printFindings(file, checked.findings, context);
      if (checked.error) await printError(file, checked.error, context);
      if (report) await printContext(report, context);
    }
    return checked.error || checked.findings.length > 0 ? ExitCode.found : ExitCode.fine;
  },
};

function planOptions(args: ParsedArguments, { environment }: CommandContext): PlanOptions {
  const buildArgs = new Map<string, string>();
  for (const word of args.list('build-arg')) {
    const at = word.indexOf('=');
    const name = at < 0 ? word : word.slice(0, at);
    if (name === '') throw new CliError('usage', `--build-arg takes NAME=VALUE; not “${word}”`);
    // A name that the environment does not hold leaves the argument's default.
    const value = at < 0 ? environment[name] : word.slice(at + 1);
    if (value !== undefined) buildArgs.set(name, value);
  }
  const platform = args.value('platform');
  const target = args.value('target');
  return {
    buildArgs,
    allStages: target === undefined,
    ...(target === undefined ? {} : { target }),
    ...(platform === undefined ? {} : { targetPlatform: parsePlatform(platform) }),
  };
}
