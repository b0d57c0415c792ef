import type { ByteSource } from '../bytes/byteSource.ts';
import type { TrailingBytes, Work } from '../bytes/platform.ts';
import type { CodecError } from '../codec/codecError.ts';
import { decompress } from '../codec/decompress.ts';
import { hasReservedFlags } from '../codec/gzipMember.ts';
import type { Compression } from '../codec/sniff.ts';
import { scanTar } from '../tar/scanTar.ts';
import { scanTarStream } from '../tar/scanTarStream.ts';
import type { TarScan } from '../tar/tarScan.ts';
import { LayerTreeBuilder } from '../vfs/layerTreeBuilder.ts';
import type { IndexedLayer } from './archive.ts';
import { ArchiveFindings } from './finding.ts';
import { untilFault } from './untilFault.ts';

/** Reads all headers of a layer's blob. What a damaged one still shows is given with findings; where it shows no
 *  entry at all and is not merely cut, throws TarError or CodecError. */
export async function indexTar(blob: ByteSource, compression: Compression, work: Work): Promise<IndexedLayer> {
  const findings = new ArchiveFindings();
  const builder = new LayerTreeBuilder(compression === 'none' ? blob.sizeBytes : undefined);
  const totalBytes = blob.sizeBytes;
  const report = (doneBytes: number) => work.onProgress?.({ phase: 'index', doneBytes, totalBytes });
  const options = { partial: true, signal: work.signal } as const;
  const visit = builder.add.bind(builder);

  let codecFault: CodecError | undefined;
  let scan: TarScan;
  if (compression === 'none') {
    scan = await scanTar(blob, visit, { ...options, onProgress: report });
  } else {
    // gzip and bzip2 leave it be; xz and zstd refuse, and so does each engine.
    const isRefused = compression === 'xz' || compression === 'zstd';
    const onTrailing = ({ kind, offset, sizeBytes }: TrailingBytes) =>
      findings[isRefused ? 'fault' : 'warning']('trailingBytes', { kind, offset, bytes: sizeBytes });
    if (compression === 'gzip' && hasReservedFlags(await blob.read(0, 4))) findings.fault('gzipFlags');
    const again = () => blob.stream();
    const chunks = decompress(compression, counted(blob.stream(), report), work.platform, onTrailing, again);
    const guarded = untilFault(chunks, (error) => {
      codecFault = error;
    });
    try {
      scan = await scanTarStream(guarded, visit, options);
    } catch (error) {
      if (codecFault?.code !== 'truncated') throw codecFault ?? error;
      scan = NOTHING_SEEN; // cut within the first header
    }
  }
  const error = codecFault ?? scan.error;
  // One that is cut before its first entry has none to show, and is no reason to show no other layer.
  if (error && scan.entryCount === 0 && codecFault?.code !== 'truncated') throw error;
  if (codecFault) tellCodecFault(findings, codecFault, scan.entryCount);
  else if (!scan.trailing.zeros) {
    findings.info('trailingBytes', { kind: 'junk', bytes: scan.trailing.bytes }); // eStargz has its index there
  }
  const { tree, findings: treeFindings } = builder.finish(scan.totalBytes);
  return {
    tree,
    entryCount: scan.entryCount,
    sizeBytes: scan.totalBytes,
    findings: [...findings.list(), ...scan.findings, ...treeFindings],
  };
}

const NOTHING_SEEN: TarScan = {
  entryCount: 0,
  endOffset: 0,
  totalBytes: 0,
  trailing: { bytes: 0, zeros: true },
  endBlocks: 0,
  findings: [],
  error: undefined,
};

function tellCodecFault(findings: ArchiveFindings, fault: CodecError, entries: number): void {
  const params = { fault: fault.message, code: fault.code, offset: fault.offset, entries };
  if (fault.code === 'truncated') findings.fault('layerTruncated', params);
  else findings.fault('layerDamaged', params);
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  report: (doneBytes: number) => void,
): AsyncIterable<Uint8Array> {
  let doneBytes = 0;
  for await (const chunk of chunks) {
    yield chunk;
    doneBytes += chunk.length;
    report(doneBytes);
  }
}
