import type { Timestamp } from '../../vfs/overlay/layer.ts';
import type { OpenFile } from '../kernel/openFile.ts';
import type { Process } from '../kernel/process.ts';
import { encodeName } from '../../bytes/byteName.ts';
import type { Accounts } from './accounts.ts';
import type { TimeZone } from './timeZone.ts';
import type { FollowRule } from './findNode.ts';

const FLUSH_CHARACTERS = 32768;

/** One run of find: its global rules, its output, its status. */
export class FindRun {
  readonly process: Process;
  readonly accounts: Accounts;
  readonly zone: TimeZone;
  readonly now: Timestamp;
  follow: FollowRule = 'never';
  regexType = 'findutils-default';
  maxDepth = Number.POSITIVE_INFINITY;
  minDepth = 0;
  isPostOrder = false;
  staysOnFilesystem = false;
  countsFromDayStart = false;
  status = 0;
  hasQuit = false;
  /** What `-exec +` has gathered is run at the end. */
  readonly atEnd: (() => Promise<void>)[] = [];
  readonly #files = new Map<string, OpenFile>();
  #out = '';

  constructor(process: Process, accounts: Accounts, zone: TimeZone) {
    this.process = process;
    this.accounts = accounts;
    this.zone = zone;
    this.now = process.kernel.clock.now();
  }

  get isGnu(): boolean {
    return this.process.flavour === 'gnu';
  }

  /** Kept until `flush`, or until there is much of it. */
  print(text: string): undefined | Promise<void> {
    this.#out += text;
    return this.#out.length > FLUSH_CHARACTERS ? this.flush() : undefined;
  }

  async flush(): Promise<void> {
    if (this.#out === '') return;
    const out = this.#out;
    this.#out = '';
    await this.process.print(out);
  }

  async complain(message: string): Promise<void> {
    this.status = 1;
    await this.flush();
    await this.process.complain(message);
  }

  addFile(path: string, file: OpenFile): void {
    if (this.#files.has(path)) file.close();
    else this.#files.set(path, file);
  }

  async printTo(path: string, text: string): Promise<void> {
    await this.#files.get(path)?.write(encodeName(text));
  }

  close(): void {
    for (const file of this.#files.values()) file.close();
    this.#files.clear();
  }
}
