import { exitCode } from '../shell/kernel/waitStatus.ts';
import type { ExecOptions, StartedExec } from './containerCalls.ts';
import { attachTo } from './containerAttachment.ts';
import { environmentOf } from './containerEnvironment.ts';
import { logContainerEvent } from './containerEvents.ts';
import { execFault, notRunning, pausedExec } from './containerMessages.ts';
import { launchInContainer, type LaunchedProcess } from './containerProcess.ts';
import type { ContainerRecord } from './containerRecord.ts';
import type { ContainerRuntime, RunningContainer } from './containerRuntime.ts';
import type { ContainerRuntimes } from './containerRuntimes.ts';
import { containerCredentials } from './containerPrivileges.ts';
import { resolveUser } from './containerUser.ts';
import { parseDetachKeys } from './detachKeys.ts';
import type { EngineCore } from './engineCore.ts';
import { EngineError } from './engineError.ts';
import type { ExecutableFault } from './executable.ts';
import { helperProcess } from './helperProcess.ts';
import { other } from './messages.ts';
import { ProcessOutput } from './processOutput.ts';

/** Exit status of an exec whose command cannot be executed: from 23 on as a shell tells them apart. */
const CANNOT_EXEC = 126;
const NOT_FOUND = 127;

/** `docker exec`: one more process in a running container. What cannot be executed is told on its output. */
export async function execInContainer(
  core: EngineCore,
  runtimes: ContainerRuntimes,
  record: ContainerRecord,
  typed: string,
  options: ExecOptions,
): Promise<StartedExec> {
  if (options.command.length === 0) throw other('invalidParameter', 'No exec command specified');
  const { running } = runtimes.of(record);
  if (!running) throw notRunning(record.id);
  if (record.state.status === 'paused') throw pausedExec(typed);
  const id = core.newId();
  // A space behind the program, even where nothing follows (moby daemon/exec.go).
  const [program, ...following] = options.command;
  const words = `${program} ${following.join(' ')}`;
  logContainerEvent(core, record, `exec_create: ${words}`, { execID: id });
  const output = new ProcessOutput(core.kernel.clock, undefined);
  requireKeys(options);
  let target: ReturnType<Parameters<typeof attachTo>[1]>;
  const attachment = options.isDetached
    ? undefined
    : attachTo(output, () => target, {
        wantsStdin: options.wantsStdin,
        wantsStdout: true,
        wantsStderr: true,
        detachKeys: options.hasTty ? options.detachKeys : '',
      });
  // Held open until it is known whether the command runs.
  const held = output.writer('stdout');
  const launched = await launch(core, record, running, options, output, runtimes.of(record).terminals);
  logContainerEvent(core, record, `exec_start: ${words}`, { execID: id });
  if ('told' in launched) {
    if (options.isDetached) throw other('invalidParameter', launched.told);
    void output.put('stdout', new TextEncoder().encode(`${launched.told}\r\n`));
    held.close();
    const status = core.vintage !== '20.10' && launched.code === 'startNotFound' ? NOT_FOUND : CANNOT_EXEC;
    return { id, attachment, exit: Promise.resolve(status), resize: () => undefined };
  }
  if (!launched.terminal) held.close();
  const { process, terminal, status } = launched;
  let { stdin } = launched;
  target = {
    terminal,
    get stdin() {
      return stdin;
    },
    close: () => {
      stdin?.close();
      stdin = undefined;
    },
  };
  running.execs.set(process, id);
  const exit = status.then((waitStatus) => {
    running.execs.delete(process);
    target?.close();
    if (terminal) held.close();
    logContainerEvent(core, record, 'exec_die', { execID: id, exitCode: String(exitCode(waitStatus)) });
    return exitCode(waitStatus);
  });
  return { id, attachment, exit, resize: (columns, rows) => terminal?.resize(columns, rows) };
}

/** Throws EngineError: of an exec they are told in words of their own. */
function requireKeys({ detachKeys = '' }: ExecOptions): void {
  try {
    parseDetachKeys(detachKeys);
  } catch (error) {
    if (error instanceof EngineError) throw other('invalidParameter', `Invalid escape keys (${detachKeys}) provided`);
    throw error;
  }
}

/** Starts the process; or what is told of it that cannot be started. */
async function launch(
  core: EngineCore,
  record: ContainerRecord,
  running: RunningContainer,
  options: ExecOptions,
  output: ProcessOutput,
  terminals: ContainerRuntime['terminals'],
): Promise<LaunchedProcess | { readonly told: string; readonly code: ExecutableFault['code'] }> {
  const workingDir = options.workingDir || record.config.WorkingDir;
  try {
    const user = await resolveUser(
      helperProcess(core.kernel, running.namespaces.mounts),
      options.user || record.config.User,
      record.hostConfig.GroupAdd ?? [],
    );
    // runc, validateProcessSpec
    if (!workingDir.startsWith('/') && workingDir !== '')
      return { told: 'OCI runtime exec failed: exec failed: Cwd must be an absolute path: unknown', code: 'other' };
    const launched = await launchInContainer(
      core,
      running.namespaces,
      {
        command: options.command,
        env: environmentOf(record, { hasTty: options.hasTty, home: user.home, extra: options.env }),
        workingDir,
        user: {
          ...user,
          credentials: containerCredentials(core.vintage, record.hostConfig, user.credentials, options),
        },
        hasTty: options.hasTty,
        wantsStdin: options.wantsStdin,
        columns: options.columns,
        rows: options.rows,
        limits: record.hostConfig.Ulimits,
      },
      output,
      terminals,
    );
    return 'why' in launched ? { told: execFault(launched.why), code: launched.code } : launched;
  } catch (error) {
    // A user that is not there: told like a command that is not.
    if (error instanceof EngineError) return { told: error.message, code: 'other' };
    throw error;
  }
}
