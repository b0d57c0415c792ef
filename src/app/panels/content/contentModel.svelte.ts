import { EntryKind, type EntryDetail, type FileRef } from '../../../client/protocol.ts';
import type { ExplorerState, Version } from '../../state/explorer.svelte.ts';
import { Loader } from '../parts/loader.svelte.ts';
import { type EncodingGuess, guessEncoding, HEAD_BYTES } from './encoding.ts';
import { FilePages, type ReadBytes } from './filePages.svelte.ts';
import { type ImageMediaType, MAX_PREVIEW_BYTES, sniffImage } from './imageType.ts';

export type ContentView = 'text' | 'hex' | 'image' | 'attributes';

/** A file as the content panel shows it: what it is, judged from its head, and how its bytes are read. */
export interface FileContent {
  readonly file: FileRef;
  readonly guess: EncodingGuess;
  readonly image: ImageMediaType | undefined;
  readonly pages: FilePages;
  readonly read: ReadBytes;
}

/** One version of the selected path and its content. */
export class ContentModel {
  readonly detail: Loader<EntryDetail>;
  readonly content: Loader<FileContent>;
  readonly blob: Loader<Blob>;
  readonly digest: Loader<string>;
  #chosen = $state<ContentView | undefined>(undefined);
  readonly #explorer: ExplorerState;

  constructor(explorer: ExplorerState) {
    this.#explorer = explorer;
    this.detail = new Loader(explorer.calls, 'detail');
    this.content = new Loader(explorer.calls, 'read');
    this.blob = new Loader(explorer.calls, 'read');
    this.digest = new Loader(explorer.calls, 'digest');
  }

  readonly views = $derived.by<readonly ContentView[]>(() => {
    const content = this.content.value;
    if (this.detail.value?.kind !== EntryKind.file || !content) return ['attributes'];
    const image: readonly ContentView[] = content.image ? ['image'] : [];
    const text: readonly ContentView[] = content.guess.isBinary ? ['hex', 'text'] : ['text', 'hex'];
    return [...image, ...text, 'attributes'];
  });
  readonly view = $derived<ContentView>(
    this.#chosen && this.views.includes(this.#chosen) ? this.#chosen : (this.views[0] ?? 'attributes'),
  );

  choose(view: ContentView): void {
    this.#chosen = view;
    if (view === 'image') void this.loadImage();
  }

  /** Shows a version. Its attributes come from the view of the stack as it was at the version's layer. */
  async load(path: string, version: Version, known: EntryDetail | undefined): Promise<void> {
    for (const loader of [this.content, this.blob, this.digest]) loader.reset();
    const { archive, image } = this.#explorer;
    if (!archive || !image) return;
    const isKnown = known?.path === path && known.layer === version.layer && known.entry === version.entry;
    const detail = await this.detail.load(`/${path}`, async () =>
      isKnown ? known : await this.#explorer.service.entryDetail(archive.id, image.index, path, version.layer),
    );
    if (detail?.kind === EntryKind.file) await this.#loadContent(path, detail);
  }

  /** The panel goes: what is under way ends, and is shown nowhere. */
  end(): void {
    for (const loader of [this.detail, this.content, this.blob, this.digest]) loader.reset();
  }

  async #loadContent(path: string, detail: EntryDetail): Promise<void> {
    const { service, calls } = this.#explorer;
    const file = this.#explorer.fileRef({ layer: detail.layer, entry: detail.entry });
    if (!file) return;
    const read: ReadBytes = (offset, length) =>
      calls.run('read', `/${path}`, () => service.readFile(file, offset, length));
    const content = await this.content.load(`/${path}`, async () => {
      const head = await service.readFile(file, 0, Math.min(HEAD_BYTES, detail.sizeBytes));
      const image = detail.sizeBytes <= MAX_PREVIEW_BYTES ? sniffImage(head, path) : undefined;
      return { file, guess: guessEncoding(head), image, pages: new FilePages(detail.sizeBytes, read), read };
    });
    if (content && this.view === 'image') await this.loadImage();
  }

  async loadImage(): Promise<void> {
    if (!this.blob.value) await this.loadBlob();
  }

  /** The whole file. */
  async loadBlob(): Promise<Blob | undefined> {
    const file = this.content.value?.file;
    if (!file) return undefined;
    return this.blob.load(this.#subject, (callId) => this.#explorer.service.fileBlob(file, callId));
  }

  async loadDigest(): Promise<void> {
    const file = this.content.value?.file;
    if (file) await this.digest.load(this.#subject, (callId) => this.#explorer.service.fileDigest(file, callId));
  }

  get #subject(): string {
    return `/${this.detail.value?.path ?? ''}`;
  }
}
