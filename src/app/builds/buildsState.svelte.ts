import type {
  BuildEvent,
  BuildFolder,
  Builder,
  BuildRequest,
  ContextListing,
  ContextRequest,
  DockerfileCheck,
  LabService,
} from '../../client/labClient.ts';
import type { LabState } from '../lab/labState.svelte.ts';
import type { ExplorerState } from '../state/explorer.svelte.ts';
import { BuildRun, type RunStep } from './buildRun.svelte.ts';
import type { Example } from './examples.ts';
import type { RealBuild } from './realBuild.svelte.ts';

const REFRESH_PAUSE_MS = 250;
/** Events of a build that come together are shown together. */
const SHOW_PAUSE_MS = 40;
const FIRST_FOLDER = '/root/app';
const MACHINE_ID = 'machine';

/** The builds of the machine as the page works on them: the folder, the file in the editor, the last build. */
export class BuildsState {
  readonly #explorer: ExplorerState;
  readonly lab: LabState;

  folders = $state.raw<readonly BuildFolder[]>([]);
  folder = $state(FIRST_FOLDER);
  dockerfile = $state('Dockerfile');
  /** Of the file in the editor. */
  path = $state(`${FIRST_FOLDER}/Dockerfile`);
  /** As it is in the editor, and on the disk; undefined where there is no such file. */
  text = $state('');
  savedText = $state<string | undefined>(undefined);
  /** Counts texts that came from elsewhere than the editor. */
  textTurn = $state(0);
  /** The file on the disk is another than the one that is being changed here. */
  theirs = $state<string | undefined>(undefined);

  builder = $state<Builder>('classic');
  tag = $state('app');
  target = $state('');
  /** A line each, `NAME=value`. */
  buildArgs = $state('');
  usesCache = $state(true);

  context = $state.raw<ContextListing | undefined>(undefined);
  check = $state.raw<DockerfileCheck | undefined>(undefined);
  imageNames = $state.raw<readonly string[]>([]);
  run = $state.raw<BuildRun | undefined>(undefined);
  /** A build that this page asked for is under way. */
  isBuilding = $state(false);
  fault = $state('');
  selected = $state<number | undefined>(undefined);
  resultTab = $state<'log' | 'stack' | 'images' | 'real'>('log');
  /** The last build by a real engine. */
  real = $state.raw<RealBuild | undefined>(undefined);
  /** Lines to bring to sight in the editor. */
  revealed = $state.raw<{ readonly startLine: number; readonly endLine: number; readonly turn: number } | undefined>(
    undefined,
  );
  isReady = $state(false);

  readonly isDirty = $derived(this.text !== (this.savedText ?? ''));
  readonly isNew = $derived(this.savedText === undefined);
  readonly request = $derived<ContextRequest>({
    folder: this.folder,
    dockerfile: this.dockerfile,
    builder: this.builder,
  });
  readonly isDockerfile = $derived(this.path === `${this.folder}/${this.dockerfile}`);
  readonly #argumentLines = $derived(
    this.buildArgs
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== ''),
  );
  /** Those with a value. */
  readonly argumentPairs = $derived(
    this.#argumentLines.flatMap((line): readonly (readonly [string, string])[] => {
      const at = line.indexOf('=');
      return at > 0 ? [[line.slice(0, at), line.slice(at + 1)]] : [];
    }),
  );
  readonly #runs = new Map<number, BuildRun>();
  #timer: ReturnType<typeof setTimeout> | undefined;
  #waiting: BuildEvent[] = [];
  #showTimer: ReturnType<typeof setTimeout> | undefined;
  #checkTurn = 0;

  constructor(explorer: ExplorerState, lab: LabState) {
    this.#explorer = explorer;
    this.lab = lab;
    lab.onBuild = (event) => {
      this.#waiting.push(event);
      this.#showTimer ??= setTimeout(() => this.#showEvents(), SHOW_PAUSE_MS);
    };
    lab.onChange = () => this.#refreshSoon();
  }

  /** Shows the first folder with a Dockerfile, unless another was asked for before the machine was there. */
  async start(): Promise<void> {
    await this.#try(async (service) => {
      const [first] = await service.buildFolders();
      if (first && this.text === '') await this.openFolder(first.folder, first.dockerfiles[0] ?? 'Dockerfile');
      else await this.refresh();
    });
    this.isReady = true;
  }

  /** Shows a folder and its Dockerfile. */
  async openFolder(folder: string, dockerfile: string): Promise<void> {
    if (!(await this.#saveIfDirty())) return;
    this.folder = folder;
    this.dockerfile = dockerfile;
    await this.openFile(`${folder}/${dockerfile}`);
    await this.refresh();
  }

  /** Brings another file into the editor; what was changed is saved first. */
  async openFile(path: string): Promise<void> {
    if (!(await this.#saveIfDirty())) return;
    await this.#try(async (service) => {
      const text = await service.readText(path);
      this.path = path;
      this.#setText(text);
    });
  }

  async save(): Promise<boolean> {
    const { path, text } = this;
    return this.#try(async (service) => {
      await service.saveText(path, text);
      if (path === this.path) this.savedText = text;
      this.theirs = undefined;
    });
  }

  takeTheirs(): void {
    this.#setText(this.theirs);
  }

  keepMine(): void {
    this.savedText = this.theirs;
    this.theirs = undefined;
  }

  /** Writes the files of an example into a folder of their own, and shows them. */
  async startExample({ id, files, build }: Example): Promise<void> {
    if (!(await this.#saveIfDirty())) return;
    const folder = `/root/${id}`;
    const isDone = await this.#try((service) => service.putFiles(folder, files));
    if (!isDone) return;
    this.tag = build?.tag ?? id;
    this.target = '';
    this.buildArgs = build?.buildArgs ?? '';
    await this.openFolder(folder, 'Dockerfile');
  }

  async build(): Promise<void> {
    if (this.isBuilding || !(await this.#saveIfDirty())) return;
    const { folder, dockerfile, builder, tag, target, usesCache } = this;
    const buildArgs = this.#argumentLines;
    const request: BuildRequest = { folder, dockerfile, builder, tag: tag.trim(), target, buildArgs, usesCache };
    this.isBuilding = true;
    this.resultTab = 'log';
    this.selected = undefined;
    try {
      await this.#try(async (service) => {
        const { status, isCanceled } = await service.build(request);
        this.#showEvents();
        const run = this.run;
        if (!run || run.isTyped) return;
        run.status = status;
        run.isCanceled = isCanceled;
        const { failed } = run;
        if (failed) this.selectStep(failed);
      });
    } finally {
      this.isBuilding = false;
      await this.refresh();
    }
  }

  cancel(): void {
    void this.#try((service) => service.cancelBuild());
  }

  /** Shows a step's lines in the editor, and its layer in the stack where there is one. */
  selectStep(step: RunStep): void {
    this.selected = step.number;
    this.#reveal(step);
    const { run } = this;
    const position = run?.layerOf(step);
    if (!run || position === undefined || !this.showStack(step.layers)) return;
    this.#explorer.selectLayer(position);
    this.resultTab = 'stack';
  }

  /** The step that made the layer that is selected in the stack. */
  selectLayer(position: number): void {
    const diffIds = this.#explorer.layers.slice(0, position + 1).map(({ diffId }) => diffId ?? '');
    const step = this.run?.stepOfLayer(diffIds, position);
    if (!step || step.number === this.selected) return;
    this.selected = step.number;
    this.#reveal(step);
  }

  /** Shows the image of a build that has ended, at the step that is selected. */
  showResult(run: BuildRun): void {
    const chosen = run.steps.find(({ number }) => number === this.selected);
    const position = chosen && run.layerOf(chosen);
    if (this.showStack(run.steps.at(-1)?.layers ?? []) && position !== undefined) this.#explorer.selectLayer(position);
  }

  /** Selects an image of the machine that has these layers, the build's own before others. Whether there is one. */
  showStack(layers: readonly string[]): boolean {
    const explorer = this.#explorer;
    const machine = explorer.archives.find(({ id }) => id === MACHINE_ID);
    const fits = (image: { readonly layers: readonly number[] }): boolean =>
      layers.every((diffId, i) => machine?.layers[image.layers[i] ?? -1]?.diffId === diffId);
    const images = machine?.images.filter(fits) ?? [];
    const image = images.find(({ imageId }) => imageId === this.run?.imageId) ?? images[0];
    if (!machine || !image) return false;
    if (explorer.archiveId !== machine.id) explorer.selectArchive(machine.id);
    if (explorer.image?.index !== image.index) explorer.selectImage(image.index);
    return true;
  }

  /** Asks for what the parser and the linter say of the text as it is now. */
  async checkNow(): Promise<DockerfileCheck | undefined> {
    const turn = ++this.#checkTurn;
    if (!this.isDockerfile) {
      this.check = undefined;
      return undefined;
    }
    const { text, request } = this;
    await this.#try(async (service) => {
      const check = await service.checkDockerfile(text, request);
      if (turn === this.#checkTurn) this.check = check;
    });
    return this.check;
  }

  /** Reads the disk again: the folders, the context, the file in the editor. */
  async refresh(): Promise<void> {
    await this.#try(async (service) => {
      const { request, path } = this;
      const [folders, text] = await Promise.all([service.buildFolders(), service.readText(path)]);
      this.folders = folders;
      const hasFolder = folders.some(({ folder }) => folder === request.folder);
      const context = hasFolder ? await service.listContext(request) : undefined;
      if (request.folder === this.folder) this.context = context;
      if (path === this.path) this.#take(text);
      this.imageNames = await service.imageNames();
    });
  }

  #take(text: string | undefined): void {
    if (text === this.savedText || text === this.text) {
      if (text === this.text) this.savedText = text;
      this.theirs = undefined;
    } else if (this.isDirty) this.theirs = text ?? '';
    else this.#setText(text);
  }

  #setText(text: string | undefined): void {
    this.savedText = text;
    this.text = text ?? '';
    this.theirs = undefined;
    this.textTurn++;
  }

  async #saveIfDirty(): Promise<boolean> {
    return this.isDirty ? this.save() : true;
  }

  #reveal({ startLine, endLine }: RunStep): void {
    const { run } = this;
    if (startLine === undefined || endLine === undefined || run?.dockerfile !== this.path) return;
    this.revealed = { startLine, endLine, turn: (this.revealed?.turn ?? 0) + 1 };
  }

  #refreshSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.refresh(), REFRESH_PAUSE_MS);
  }

  #showEvents(): void {
    clearTimeout(this.#showTimer);
    this.#showTimer = undefined;
    const events = this.#waiting;
    this.#waiting = [];
    for (const build of new Set(events.map((event) => event.build))) {
      const run = this.#runs.get(build) ?? new BuildRun(build);
      run.take(events.filter((event) => event.build === build));
      if (!this.#runs.has(build)) {
        this.#runs.set(build, run);
        this.run = run;
        this.selected = undefined;
      }
      if (run.hasEnded) this.#runs.delete(build);
    }
  }

  /** Whether it went well; else the fault is shown. */
  async #try(body: (service: LabService) => Promise<unknown>): Promise<boolean> {
    try {
      await this.lab.booted;
      await body(this.lab.service);
      this.fault = '';
      return true;
    } catch (error) {
      this.fault = error instanceof Error ? error.message : String(error);
      return false;
    }
  }
}
