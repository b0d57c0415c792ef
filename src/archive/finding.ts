import { FindingLog, type Finding } from '../bytes/finding.ts';

/** What this folder reports. The tar and vfs folders have codes of their own; all share one shape. */
export type ArchiveFindingCode =
  // the container
  | 'truncatedArchive' // ends before its end; what came before is shown
  | 'damagedArchive' // a member's header is wrong; what came before is shown
  | 'trailingBytes' // bytes after the end of the compressed stream or the archive
  | 'memberEscapes' // a member's name leads out of the archive: left out
  | 'memberTwice' // several members of one name: the last counts
  | 'memberIsLink' // a document is a link to another member: followed
  | 'tooManyMembers'
  | 'membersNested' // the container was packed with a folder around it
  | 'compressedTwice'
  // documents
  | 'jsonBom' // engines refuse a byte order mark
  | 'jsonTrailing'
  | 'documentTypes' // a value of another type than engines read there: they refuse the document
  | 'documentUnreadable' // a document beside the one in use is no JSON or not what it should be
  | 'manifestNull'
  | 'manifestNotUsed' // a file named manifest.json that describes no image
  | 'descriptionsDisagree' // manifest.json and index.json describe different images
  | 'layoutFileMissing'
  | 'layoutVersion'
  | 'indexTooDeep'
  | 'manifestMissing'
  | 'manifestUnreadable'
  | 'manifestAmbiguous' // holds `manifests` and `layers` at once
  | 'mediaTypeConflict'
  | 'digestInvalid'
  | 'digestMismatch'
  | 'sizeMismatch'
  | 'tagInvalid'
  // configs
  | 'configMissing'
  | 'configEmbedded' // only the manifest holds it, as `data`
  | 'configUnreadable'
  | 'configNameMismatch'
  | 'rootfsMissing' // the config names no layers
  | 'diffIdInvalid'
  | 'diffIdAlgorithm' // engines know sha256 only
  | 'layerCountMismatch'
  | 'tooManyLayers' // more than docker's storage takes
  | 'layersReordered'
  // layers
  | 'layerMissing'
  | 'layerDigestInvalid' // of its descriptor
  | 'layerSizeMismatch'
  | 'layerLinkLoop'
  | 'layerEscapes'
  | 'gzipFlags' // the header has flags that gzip refuses and engines do not look at
  | 'layerTruncated'
  | 'layerDamaged'
  // v1
  | 'headsNotNamed' // no `repositories` says which layers are images: those that are no parents are
  | 'v1IdInvalid'
  | 'v1ParentMissing'
  | 'v1Cycle'
  | 'v1JsonUnreadable'
  | 'v1HistoryUnreadable' // a `v1Compatibility` of a schema 1 manifest
  | 'v1TooDeep';

type Params = Finding['params'];

/** Collects findings, bounded (`bytes/finding.ts`), with the codes of this folder. */
export class ArchiveFindings {
  readonly #log = new FindingLog();

  info(code: ArchiveFindingCode, params?: Params): void {
    this.#log.add('info', code, params);
  }

  /** Engines or tools may refuse it, or see something else. */
  warning(code: ArchiveFindingCode, params?: Params): void {
    this.#log.add('warning', code, params);
  }

  /** Something cannot be shown, or is not what it claims to be. */
  fault(code: ArchiveFindingCode, params?: Params): void {
    this.#log.add('error', code, params);
  }

  /** Findings that another collected. */
  addAll(findings: readonly Finding[]): void {
    for (const { severity, code, params } of findings) this.#log.add(severity, code, params);
  }

  list(): readonly Finding[] {
    return this.#log.list();
  }
}
