import type { LabMachine } from '../../../machine/bootMachine.ts';
import { asProcess } from '../../../machine/machineProcess.ts';
import * as calls from '../../../shell/kernel/calls.ts';
import type { Process } from '../../../shell/kernel/process.ts';
import { SIGNALS } from '../../../shell/kernel/signals.ts';
import { isDirectory, isRegular } from '../../../vfs/overlay/fileMode.ts';
import { WorkerError } from '../../faults.ts';
import type {
  BuildEvent,
  BuildFolder,
  BuildRequest,
  BuildResult,
  BuildsService,
  ContextRequest,
} from './buildsProtocol.ts';
import { listContext, readIgnore } from './contextListing.ts';
import { checkForEditor } from './dockerfileCheck.ts';
import { packContext } from './packContext.ts';
import { runBuild, shownCommandLine } from './runBuild.ts';
import { WatchedBuilds } from './watchedBuilds.ts';

const HOME = '/root';
const MAX_TEXT_BYTES = 4 * 2 ** 20;
const MAX_FOLDERS = 200;
const MAX_DEPTH = 6;
const MAX_LOOKED_AT = 20_000;

/** Builds on a machine as the page works with them: files, contexts, checks, and `docker build` itself. */
export class LabBuilds {
  readonly #machine: () => Promise<LabMachine>;
  readonly #emit: (event: BuildEvent) => void;
  #watched: WatchedBuilds | undefined;
  #running: Process | undefined;

  constructor(machine: () => Promise<LabMachine>, emit: (event: BuildEvent) => void) {
    this.#machine = machine;
    this.#emit = emit;
  }

  /** To be called with each machine that is switched on. */
  watch({ machine }: LabMachine): void {
    this.#watched = new WatchedBuilds(machine.host.kernel, this.#emit);
  }

  get service(): BuildsService {
    return {
      readText: (path) => this.#as('read', (process) => readText(process, path)),
      saveText: (path, text) => this.#put(`edit ${path}`, new Map([[path, text]])),
      putFiles: (folder, files) =>
        this.#put(
          `files ${folder}`,
          new Map(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text] as const)),
        ),
      buildFolders: () => this.#as('find', buildFolders),
      listContext: (request) => this.#as('context', (process) => listContext(process, request)),
      packContext: (request) => this.#as('context', (process) => packContext(process, request)),
      checkDockerfile: async (text, request) => checkForEditor(text, await this.#ignorePatterns(request)),
      imageNames: () => this.#imageNames(),
      build: (request) => this.#build(request),
      cancelBuild: async () => this.#running?.kill(SIGNALS.INT),
    };
  }

  async #as<T>(name: string, body: (process: Process) => Promise<T>): Promise<T> {
    const { machine } = await this.#machine();
    return asProcess(machine.host, name, body);
  }

  async #put(title: string, files: ReadonlyMap<string, string>): Promise<void> {
    const { machine } = await this.#machine();
    await asProcess(machine.host, 'editor', async (process) => {
      for (const [path, text] of files) {
        calls.makeDirectories(process, path.slice(0, path.lastIndexOf('/')) || '/', 0o755);
        await calls.writeFile(process, path, new TextEncoder().encode(text), 0o644);
      }
    });
    machine.record(title);
  }

  #ignorePatterns(request: ContextRequest): Promise<readonly string[]> {
    return this.#as('check', async (process) => {
      if (!calls.statIfThere(process, request.folder)) return [];
      return (await readIgnore(process, request)).lines.map(({ pattern }) => pattern);
    });
  }

  async #imageNames(): Promise<readonly string[]> {
    const { machine, catalogue } = await this.#machine();
    const here = [...machine.host.engine.snapshot().state.references.keys()]
      .filter((reference) => !reference.includes('@'))
      .map((reference) => reference.replace(/^docker\.io\/(library\/)?/, ''));
    const entries = await catalogue.entries();
    const offered = entries.flatMap(({ repository, tags }) =>
      tags.map((tag) => `${repository.replace(/^library\//, '')}:${tag}`),
    );
    return [...new Set([...here, ...offered])];
  }

  async #build(request: BuildRequest): Promise<BuildResult> {
    const { machine } = await this.#machine();
    const watched = this.#watched;
    if (!watched || this.#running) throw new WorkerError('internal', 'a build is under way');
    const build = watched.newNumber();
    const commandLine = shownCommandLine(request);
    this.#emit({ kind: 'asked', build, commandLine });
    let own: Process | undefined;
    try {
      const status = await runBuild(machine.host, request, {
        onProcess: (process) => {
          own = process;
          this.#running = process;
          watched.claim(process, build);
        },
        onText: (text) => this.#emit({ kind: 'log', build, text }),
      });
      const imageId = own && watched.release(own);
      this.#emit({ kind: 'ended', build, imageId });
      machine.record(commandLine);
      return { status, imageId, isCanceled: status === 128 + SIGNALS.INT };
    } finally {
      this.#running = undefined;
    }
  }
}

async function readText(process: Process, path: string): Promise<string | undefined> {
  const stat = calls.statIfThere(process, path);
  if (!stat) return undefined;
  if (!isRegular(stat.mode)) throw new WorkerError('read', `${path} is no file`, { path });
  const bytes = await calls.readFile(process, path, MAX_TEXT_BYTES);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new WorkerError('read', `${path} is no UTF-8 text`, { path });
  }
}

/** Looks through /root, nearest folders first, as far as bounds allow. */
async function buildFolders(process: Process): Promise<readonly BuildFolder[]> {
  const found: BuildFolder[] = [];
  let looked = 0;
  let level: readonly string[] = [HOME];
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const next: string[] = [];
    for (const folder of level) {
      const names = calls
        .readdir(process, folder)
        .map(({ name }) => name)
        .sort();
      looked += names.length;
      if (looked > MAX_LOOKED_AT || found.length >= MAX_FOLDERS) return found;
      if (process.isDue) await process.pause();
      const dockerfiles: string[] = [];
      for (const name of names) {
        const stat = calls.lstatIfThere(process, `${folder}/${name}`);
        if (!stat) continue;
        if (isDirectory(stat.mode) && !name.startsWith('.')) next.push(`${folder}/${name}`);
        if (isRegular(stat.mode) && /^(.+\.)?dockerfile(\..+)?$/i.test(name) && !name.endsWith('.dockerignore'))
          dockerfiles.push(name);
      }
      if (dockerfiles.length > 0) found.push({ folder, dockerfiles });
    }
    level = next;
  }
  return found;
}
