import type { Finding } from '../bytes/finding.ts';

/** Why dockerd would refuse a layer, in its words; undefined where it unpacks it. `unpack`: its helper process says
 *  so; `store`: what splits the tar for keeping does (tar-split). */
export interface LayerFault {
  readonly words: string;
  readonly from: 'unpack' | 'store';
}

/** The first fault that the reading of a layer's tar has found. */
export function layerFault(findings: readonly Finding[]): LayerFault | undefined {
  const faults = findings.filter(({ severity }) => severity === 'error').sort((a, b) => offsetOf(a) - offsetOf(b));
  for (const finding of faults) {
    const fault = faultOf(finding);
    if (fault) return fault;
  }
  return undefined;
}

/** Links are judged at the end: those without a place come last. */
function offsetOf({ params }: Finding): number {
  return typeof params.offset === 'number' ? params.offset : Number.MAX_SAFE_INTEGER;
}

function faultOf({ code, params }: Finding): LayerFault | undefined {
  const path = `/${String(params.path ?? '')}`.replace(/^\/+/, '/');
  const target = `/${String(params.target ?? '')}`.replace(/^\/+/, '/');
  const unpack = (words: string): LayerFault => ({ words, from: 'unpack' });
  switch (code) {
    case 'duplicateEntry':
      return { words: 'duplicates of file paths not supported', from: 'store' };
    case 'nameTooLong':
      return unpack(`open ${path}: file name too long`);
    case 'whiteoutInvalid':
      return unpack('failed to mknod("/", S_IFCHR, 0): file exists');
    case 'whiteoutAfterEntry':
      return unpack(`failed to mknod(${JSON.stringify(withoutMark(path))}, S_IFCHR, 0): file exists`);
    case 'symlinkEmpty':
      return unpack(`symlink ${path}: no such file or directory`);
    case 'hardLinkMissing':
    case 'hardLinkForward':
      return unpack(`link ${target} ${path}: no such file or directory`);
    case 'hardLinkToDirectory':
      return unpack(`link ${target} ${path}: operation not permitted`);
    case 'belowDanglingSymlink':
    case 'symlinkLoop':
    case 'belowWhiteout':
    case 'belowNonDirectory':
      return unpack(
        `open ${path}: ${code === 'belowDanglingSymlink' ? 'no such file or directory' : 'not a directory'}`,
      );
    case 'typeUnsupported':
      return unpack(`unhandled tar header type ${String(params.typeflag).charCodeAt(0)}`);
    case 'loneZeroBlock':
      return unpack('archive/tar: invalid tar header');
    default:
      return undefined;
  }
}

function withoutMark(path: string): string {
  return path.replace(/\.wh\.([^/]*)$/, '$1');
}
