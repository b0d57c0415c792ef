import type { ByteSource } from '../bytes/byteSource.ts';
import type { Spool } from '../bytes/platform.ts';
import { runSpool } from '../bytes/runSpool.ts';
import { MemberTable } from '../archive/memberTable.ts';
import { JSON_LIMITS } from '../image/json.ts';
import { scanTar } from '../tar/scanTar.ts';
import { TarError } from '../tar/tarEntry.ts';
import { daemonTarStream } from './decompressStream.ts';
import type { EngineCore } from './engineCore.ts';
import { layerFault } from './layerFault.ts';
import { tarWords } from './layerStore.ts';
import { archiveFault, missingFile, tarFault } from './messages.ts';

/** An archive as dockerd unpacks it into a temporary directory before it looks at it: its members by path, links
 *  followed inside. */
export class UnpackedArchive {
  readonly members: MemberTable;
  /** The directory, as messages name it. */
  readonly directory: string;
  readonly #spool: Spool;

  private constructor(members: MemberTable, directory: string, spool: Spool) {
    this.members = members;
    this.directory = directory;
    this.#spool = spool;
  }

  /** Throws EngineError `archive` for what is no whole tar. */
  static async unpack(
    core: EngineCore,
    chunks: AsyncIterable<Uint8Array>,
    signal?: AbortSignal,
  ): Promise<UnpackedArchive> {
    const spool = runSpool(core.platform.createSpool());
    try {
      for await (const chunk of daemonTarStream(core, chunks)) {
        signal?.throwIfAborted();
        await spool.write(chunk);
      }
      const source = await spool.finish();
      const members = new MemberTable(source);
      if (source.sizeBytes > 0) await scanMembers(core, source, members, signal);
      const number = core.kernel.random(4).reduce((sum, byte) => sum * 256 + byte, 0);
      const directory = `/var/lib/docker/tmp/docker-import-${String(number % 1_000_000_000).padStart(9, '0')}`;
      return new UnpackedArchive(members, directory, spool);
    } catch (error) {
      await spool.dispose();
      throw error;
    }
  }

  /** Top-level directories, sorted. */
  directories(): readonly string[] {
    const found = new Set<string>();
    for (const path of this.members.paths()) {
      const slash = path.indexOf('/');
      if (slash > 0) found.add(path.slice(0, slash));
      else if (!this.members.has(path)) found.add(path);
    }
    return [...found].sort();
  }

  /** Throws EngineError `archive` where there is no such file. */
  source(path: string): ByteSource {
    const hit = this.members.lookup(path);
    if (hit.status === 'found') return hit.source;
    const place = cleaned(`${this.directory}/${path}`);
    if (hit.status === 'escapes') throw archiveFault(`evalSymlinksInScope: ${place} is not in ${this.directory}`);
    if (hit.status === 'linkLoop') throw archiveFault(`evalSymlinksInScope: too many links in ${place}`);
    throw missingFile(place);
  }

  /** A small document. */
  async read(path: string): Promise<Uint8Array> {
    const source = this.source(path);
    if (source.sizeBytes > JSON_LIMITS.maxBytes) throw archiveFault(`${path}: file too large`);
    return (await source.read(0, source.sizeBytes)).slice();
  }

  has(path: string): boolean {
    return this.members.has(path);
  }

  dispose(): Promise<void> {
    return this.#spool.dispose();
  }
}

async function scanMembers(
  core: EngineCore,
  source: ByteSource,
  members: MemberTable,
  signal: AbortSignal | undefined,
): Promise<void> {
  try {
    const { findings } = await scanTar(source, members.addTarEntry.bind(members), { signal });
    const fault = layerFault(findings);
    if (fault) throw tarFault(core.vintage, fault.words);
  } catch (error) {
    if (error instanceof TarError) throw tarFault(core.vintage, tarWords(error, source.sizeBytes), error);
    throw error;
  }
}

/** Without `.` and `..`. */
function cleaned(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '' && part !== '.') parts.push(part);
  }
  return `/${parts.join('/')}`;
}
