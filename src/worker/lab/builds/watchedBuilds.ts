import type { Kernel } from '../../../shell/kernel/kernel.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import { type WatchedBuild, watchBuilds } from '../../../docker/build/buildWatch.ts';
import type { BuildEvent } from './buildsProtocol.ts';

/** Tells the page of all builds on a machine, whoever started them. */
export class WatchedBuilds {
  readonly #emit: (event: BuildEvent) => void;
  /** Builds that the page asked for, by their process. */
  readonly #asked = new Map<Process, number>();
  readonly #results = new Map<number, string | undefined>();
  #count = 0;

  constructor(kernel: Kernel, emit: (event: BuildEvent) => void) {
    this.#emit = emit;
    watchBuilds(kernel, (build) => this.#watch(build));
  }

  /** A build that the page asks for; its process comes later. */
  newNumber(): number {
    return ++this.#count;
  }

  claim(process: Process, build: number): void {
    this.#asked.set(process, build);
  }

  /** The image of a build that the page asked for, once its process has ended. */
  release(process: Process): string | undefined {
    const build = this.#asked.get(process);
    this.#asked.delete(process);
    if (build === undefined) return undefined;
    const imageId = this.#results.get(build);
    this.#results.delete(build);
    return imageId;
  }

  #watch({ builder, process, source, file, cwd, tags }: WatchedBuild) {
    const asked = this.#asked.get(process);
    const build = asked ?? this.newNumber();
    const folder = isFolder(source) ? absolute(cwd, source) : undefined;
    const dockerfile = dockerfileOf(folder, file, cwd);
    this.#emit({ kind: 'began', build, builder, folder, dockerfile, tags, isTyped: asked === undefined });
    return {
      step: (event: Extract<BuildEvent, { kind: 'step' }>['event']) =>
        this.#emit({ kind: 'step', build, atMs: performance.now(), event }),
      ended: (imageId: string | undefined) => {
        if (asked === undefined) this.#emit({ kind: 'ended', build, imageId });
        else this.#results.set(build, imageId);
      },
    };
  }
}

function isFolder(source: string): boolean {
  return source !== '-' && !/^[a-z+]+:\/\//.test(source);
}

function dockerfileOf(folder: string | undefined, file: string, cwd: string): string | undefined {
  if (file === '-') return undefined;
  if (file !== '') return absolute(cwd, file);
  return folder === undefined ? undefined : `${folder === '/' ? '' : folder}/Dockerfile`;
}

function absolute(cwd: string, path: string): string {
  const parts: string[] = [];
  for (const part of `${path.startsWith('/') ? '' : `${cwd}/`}${path}`.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
