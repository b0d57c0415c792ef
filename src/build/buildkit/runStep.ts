import { encodeName } from '../../bytes/byteName.ts';
import { MemorySource } from '../../bytes/byteSource.ts';
import type { BuildMount } from '../../engine/buildProcess.ts';
import { EngineError } from '../../engine/engineError.ts';
import { memoryFilesystem } from '../../shell/kernel/memoryFilesystem.ts';
import { BuildError } from '../buildError.ts';
import { writeContent } from '../classic/placeFiles.ts';
import type { Mount, RunInstruction } from '../instructions/instruction.ts';
import { chompContent } from '../parse/heredocWord.ts';
import { SCRIPT_FOLDER } from '../plan/runCommand.ts';
import type { PlannedStep } from '../plan/stageState.ts';
import type { BuildkitOptions } from './buildkitOptions.ts';
import type { LayerStack } from './layerStack.ts';
import { prepareMounts } from './runMounts.ts';
import type { KeyParts } from './stepCache.ts';
import { cached, failedEarly, type StepSetup } from './stepWork.ts';

/** What runc's init ends with where the kernel takes a program for none of its own. */
const NOT_OURS = 255;

/** Carries RUN out. Throws StepFailed. */
export async function runStep(
  step: PlannedStep,
  body: RunInstruction,
  base: LayerStack,
  setup: StepSetup,
): Promise<LayerStack> {
  const { surroundings, options, signal } = setup;
  await refuseEntitlements(body, setup);
  const { args, variables, user, workingDir } = step.surroundings;
  const { extraHosts = [] } = options;
  const network = body.network === 'default' ? (options.network ?? 'default') : body.network;
  const directory = workingDir === '' ? '/' : workingDir;
  let prepared: Awaited<ReturnType<typeof prepareMounts>>;
  try {
    prepared = await prepareMounts(step.mounts, {
      workingDir: directory,
      secrets: options.secrets,
      cacheMount: (mount) => surroundings.engine.images.cacheMount(mount),
      command: args.join(' '),
      now: setup.now,
      work: surroundings.work,
      vintage: options.vintage,
      filesOf: ({ from }: Mount, index) => setup.filesOf(from === '' ? -1 : index),
    });
  } catch (error) {
    // Binds are part of the key; what else is missing is found out as the command starts.
    const isOfKey = error instanceof BuildError && error.code === 'context';
    throw await failedEarly(error, setup, isOfKey ? 'failed to compute cache key: ' : '');
  }
  const script = body.files.map(({ name, data }) => `${name} ${data}`).join('\n');
  const env = new Map([...variables.entries()]);
  const parts: KeyParts = {
    kind: 'run',
    command: JSON.stringify(args),
    environment: JSON.stringify([...env]),
    user,
    directory,
    network,
    mounts: prepared.digest,
    files: script,
    ...(extraHosts.length > 0 && { hosts: extraHosts.join(' ') }),
  };
  return cached(
    parts,
    base,
    setup,
    { isIgnored: !options.usesCache || setup.isUncached },
    async (_, vertex, mounted) => {
      const { platform } = setup;
      if (platform.os !== 'linux' || platform.architecture !== 'amd64') {
        await vertex.line(`exec ${args[0] ?? ''}: exec format error`);
        throw new BuildError(
          'instruction',
          failure(`executor failed running [${args.join(' ')}]`, args, NOT_OURS, options),
        );
      }
      const shown = `executor failed running [${args.join(' ')}]`;
      const end = await mounted
        .run({
          args,
          env: new Map([...env, ...proxiesOf(options), ...prepared.env]),
          workingDir: directory,
          user,
          keepsPrimaryGroup: options.vintage !== '0.8',
          network,
          mounts: [await hostsMount(extraHosts, setup), ...prepared.mounts, ...(await scriptMount(args, body, setup))],
          stubs: options.vintage === '0.8' ? 'files' : 'all',
          onOutput: (stream, bytes) => vertex.output(stream, bytes),
          signal,
        })
        .catch((error: unknown) => {
          if (!(error instanceof EngineError)) throw error;
          throw new BuildError('instruction', `${shown}: ${error.message}`);
        });
      if ('cannotStart' in end) {
        await vertex.line(`runc run failed: unable to start container process: ${end.cannotStart}`);
        throw new BuildError('instruction', failure(shown, args, 1, options));
      }
      if (end.exitCode !== 0) throw new BuildError('instruction', failure(shown, args, end.exitCode, options));
    },
  );
}

const PROXIES = ['HTTP_PROXY', 'HTTPS_PROXY', 'FTP_PROXY', 'NO_PROXY', 'ALL_PROXY'];

/** Proxies that are given as arguments reach every command, in both spellings, and count in no key (solver/llbsolver,
 *  proxyEnvList). */
function proxiesOf({ buildArgs }: BuildkitOptions): readonly (readonly [string, string])[] {
  return PROXIES.flatMap((name) => {
    const value = [...buildArgs].findLast(([key]) => key.toUpperCase() === name)?.[1] ?? '';
    return value === '' ? [] : [[name, value] as const, [name.toLowerCase(), value] as const];
  });
}

/** What a build may only do when it is allowed to (util/entitlements): nobody can allow it here. */
async function refuseEntitlements(body: RunInstruction, setup: StepSetup): Promise<void> {
  const words =
    body.network === 'host'
      ? 'network.host is not allowed'
      : body.security === 'insecure'
        ? 'security.insecure is not allowed'
        : body.devices.length > 0
          ? 'device feature is only supported in Dockerfile frontend 1.14.0-labs or later'
          : undefined;
  if (words === undefined) return;
  const error = new BuildError('instruction', words);
  throw await failedEarly(error, setup, 'failed to load LLB: ');
}

const HOSTS = '127.0.0.1\tlocalhost buildkitsandbox\n::1\tlocalhost ip6-localhost ip6-loopback\n';

/** /etc/hosts that every command finds (buildkit executor/oci/hosts.go). */
async function hostsMount(extraHosts: readonly string[], { now }: StepSetup): Promise<BuildMount> {
  const filesystem = memoryFilesystem(now);
  const extra = extraHosts.map((one) => `${one.slice(one.indexOf(':') + 1)}\t${one.slice(0, one.indexOf(':'))}\n`);
  await writeContent(filesystem, '/hosts', new MemorySource(encodeName(HOSTS + extra.join(''))), 0o644);
  return { target: '/etc/hosts', filesystem, root: '/hosts', isFile: true, isReadOnly: true };
}

/** A here-document that is a script lies in a folder of its own, and is run there (dockerfile2llb, dispatchRun). */
async function scriptMount(
  args: readonly string[],
  { files }: RunInstruction,
  { now }: StepSetup,
): Promise<BuildMount[]> {
  const script = args.at(-1) ?? '';
  const [file] = files;
  if (!file || script !== SCRIPT_FOLDER + file.name) return [];
  const filesystem = memoryFilesystem(now);
  const data = file.chomp ? chompContent(file.data) : file.data;
  await writeContent(filesystem, `/${file.name}`, new MemorySource(encodeName(data)), 0o755);
  return [{ target: SCRIPT_FOLDER.slice(0, -1), filesystem, root: '', isFile: false, isReadOnly: true }];
}

function failure(shown: string, args: readonly string[], code: number, { vintage }: BuildkitOptions): string {
  if (vintage === '0.8') return `${shown}: exit code: ${code}`;
  return `process ${JSON.stringify(args.join(' '))} did not complete successfully: exit code: ${code}`;
}
