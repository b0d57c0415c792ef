import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CompanionError } from '../../companionError.ts';
import type { BuildResult } from '../../protocol.ts';
import type { BuildRequest, BuildRules, EarlyStart, EmitStep, Engine, EngineFacts } from '../engine.ts';
import { HELD_FILE, HeldProgram } from '../heldProgram.ts';
import { StepTracker } from '../stepTracker.ts';
import { BUILDKIT_FLOOR, isAtLeast } from '../versions.ts';
import { watchFree } from '../watchFree.ts';
import { watchSize } from '../watchSize.ts';
import { buildctlArguments } from './buildctlArguments.ts';
import { buildctlFailure } from './buildctlFailure.ts';
import type { BuildkitAddress } from './buildkitAddress.ts';
import { BuildkitControl } from './buildkitControl.ts';
import type { BuildCgroups } from './buildCgroups.ts';
import { WaitingShell } from '../waitingShell.ts';
import { takeProgressLine } from './rawProgress.ts';
import { sourcePolicy } from './sourcePolicy.ts';

export interface BuildkitOptions {
  readonly address: BuildkitAddress;
  /** The `buildctl` program. */
  readonly program: string;
  readonly slots: number;
  readonly cgroups: BuildCgroups | undefined;
  /** On the volume that buildkitd keeps its layers on, where that is of this machine and was told. */
  readonly diskFolder: string | undefined;
}

/** Lines that are no progress: `buildctl` ends with what went wrong. */
const MAX_KEPT_LINES = 40;
const PROBE_MS = 3_000;
const PRUNE_MS = 60_000;
const SPARE_PAUSE_MS = 20;
/** After a spare program was taken: by then the build that took it has its context, and what starts now takes nothing from
 *  it. */
const SPARE_USED_PAUSE_MS = 500;

/** Where `buildctl` leaves the name of its build in the engine's history. */
function referenceFile(workFolder: string): string {
  return join(workFolder, 'reference');
}

/** A buildkitd, here or elsewhere: builds through `buildctl`, facts through gRPC. */
export class BuildkitEngine implements Engine {
  readonly kind = 'buildkit';
  readonly name: string;
  readonly slots: number;
  readonly readsContextTar = false;
  readonly #options: BuildkitOptions;
  readonly #control: BuildkitControl;
  /** For the next build. */
  #spare: WaitingShell | undefined;
  #spareTimer: NodeJS.Timeout | undefined;

  constructor(options: BuildkitOptions) {
    this.#options = options;
    this.name = options.address.name;
    this.slots = options.slots;
    this.#control = new BuildkitControl(options.address);
  }

  async facts(signal: AbortSignal): Promise<EngineFacts> {
    const version = await this.#control.version(signal);
    const [platforms, running] = await Promise.all([
      this.#control.platforms(signal),
      this.#control.activeBuilds(signal),
    ]);
    const isNew = isAtLeast(version, BUILDKIT_FLOOR);
    const unfitForSeveral =
      isNew === true
        ? undefined
        : isNew === false
          ? `BuildKit ${version} is older than ${BUILDKIT_FLOOR}, which closed ways out of a build`
          : `this BuildKit does not tell its version; several users need ${BUILDKIT_FLOOR} or later`;
    const notes = this.#options.cgroups ? [] : ['memory and processes of RUN are as buildkitd itself bounds them'];
    return { version, platforms, running, unfitForSeveral, notes };
  }

  /** `buildctl` reads its policy before it looks at any folder and before it asks for anything: held there, it has
   *  started and connected (moby/buildkit, cmd/buildctl/build.go). */
  startEarly(request: BuildRequest, rules: BuildRules): HeldProgram {
    const { workFolder } = request;
    const cgroupParent = this.#options.cgroups?.pathOf(request.build);
    const files = { policy: HELD_FILE, reference: referenceFile(workFolder), cgroupParent };
    const spare = this.#spare;
    this.#spare = undefined;
    this.#makeSpareIn(SPARE_USED_PAUSE_MS);
    const words = {
      program: this.#options.program,
      words: buildctlArguments(this.#options.address, request, rules, files),
      folder: workFolder,
      // Nothing of the worker's own: no tokens, no proxies, no logins to registries.
      environment: { PATH: '/usr/bin:/bin', HOME: workFolder, DOCKER_CONFIG: workFolder },
    };
    return new HeldProgram(words, spare);
  }

  async build(
    request: BuildRequest,
    rules: BuildRules,
    emit: EmitStep,
    signal: AbortSignal,
    early?: EarlyStart,
  ): Promise<BuildResult> {
    const program = early instanceof HeldProgram ? early : this.startEarly(request, rules);
    const { cgroups } = this.#options;
    try {
      await cgroups?.make(request.build, rules);
    } catch (error) {
      await program.discard();
      throw error;
    }
    try {
      await this.#solve(program, request, rules, emit, signal);
    } finally {
      await cgroups?.remove(request.build);
      const file = referenceFile(request.workFolder);
      if (existsSync(file)) void this.#forget(readFileSync(file, 'utf8').trim());
    }
    const { size: sizeBytes } = statSync(request.resultFile);
    // It may have been written between two looks.
    if (sizeBytes > rules.resultBytes) {
      throw new CompanionError('limit', `the result is larger than ${rules.resultBytes} bytes`);
    }
    return { sizeBytes, format: 'oci-layout' };
  }

  async #solve(
    program: HeldProgram,
    request: BuildRequest,
    rules: BuildRules,
    emit: EmitStep,
    signal: AbortSignal,
  ): Promise<void> {
    const tracker = new StepTracker(emit);
    const told: string[] = [];
    const overflow = watchSize(request.resultFile, rules.resultBytes);
    const { diskFolder } = this.#options;
    const disk = diskFolder === undefined ? undefined : watchFree(diskFolder, rules.freeBytes);
    try {
      const bounded = AbortSignal.any([signal, overflow.signal, ...(disk ? [disk.signal] : [])]);
      const code = await program.release(sourcePolicy(rules), bounded, (line) => {
        if (takeProgressLine(line, tracker)) return;
        told.push(line.slice(0, 4096));
        if (told.length > MAX_KEPT_LINES) told.shift();
      });
      if (code === 0) return;
    } finally {
      overflow.stop();
      disk?.stop();
      // When what the build has to say is said.
      this.#makeSpareIn(SPARE_PAUSE_MS);
      // What the build wrote is cache now, and would stand in the way of the next.
      if (disk?.signal.aborted) await this.#makeRoom(2 * rules.freeBytes);
    }
    const failure = buildctlFailure(told);
    if (failure.code === 'failed' && !(await this.#answers())) {
      throw new CompanionError('connectionLost', `${this.name} is gone: ${failure.message}`);
    }
    throw failure;
  }

  #makeSpareIn(pauseMs: number): void {
    clearTimeout(this.#spareTimer);
    this.#spareTimer = setTimeout(() => {
      this.#spare ??= new WaitingShell();
    }, pauseMs).unref();
  }

  async #answers(): Promise<boolean> {
    try {
      await this.#control.version(AbortSignal.timeout(PROBE_MS));
      return true;
    } catch {
      return false;
    }
  }

  /** The engine keeps logs of builds; those of one user are no business of another. Nobody waits for it. */
  async #forget(reference: string): Promise<void> {
    try {
      await this.#control.forget(reference, AbortSignal.timeout(PROBE_MS));
    } catch {
      // The engine is gone, and its record with it.
    }
  }

  async #makeRoom(freeBytes: number): Promise<void> {
    await this.#control.prune(freeBytes, AbortSignal.timeout(PRUNE_MS)).catch(() => undefined);
  }

  async sweep(isAlive: (worker: string) => Promise<boolean>): Promise<void> {
    await this.#options.cgroups?.sweep(isAlive);
  }

  close(): void {
    clearTimeout(this.#spareTimer);
    this.#spare?.end();
    this.#control.close();
  }
}
