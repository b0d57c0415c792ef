/** One member of a tar archive, PAX and GNU extensions applied (POSIX.1-2017 pax, GNU tar "Basic Tar Format").
 *  It is valid only during the callback that hands it over: the reader fills the same one with the next member, and
 *  byte fields may be views of its buffer. `keepEntry` copies what must stay. Global PAX headers are not applied: container engines ignore them. */
export interface TarEntry {
  /** Position of the member's first header block (an extension header, if it has any) in the archive. */
  readonly headerOffset: number;
  /** Position of its content; `storedBytes` follow, padded to 512. */
  readonly contentOffset: number;
  /** Bytes of content in the archive: less than `sizeBytes` for a sparse file. */
  readonly storedBytes: number;
  /** The name as stored, bytes, not normalised: may be absolute, hold `.` and `..`, or end in a slash. */
  readonly name: Uint8Array;
  readonly type: TarEntryType;
  /** The typeflag byte as stored. */
  readonly typeflag: number;
  /** As stored: file-type bits of old writers included. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly userName: Uint8Array;
  readonly groupName: Uint8Array;
  /** Size of the file as a reader sees it. */
  readonly sizeBytes: number;
  readonly mtimeSec: number;
  /** 0..999,999,999, counted upwards from `mtimeSec` also before 1970. */
  readonly mtimeNsec: number;
  readonly linkName: Uint8Array;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  /** From SCHILY.xattr.* (raw bytes), in order; undefined when there are none. LIBARCHIVE.xattr.* stays in `pax`
   *  alone: no engine applies it. */
  readonly xattrs: readonly Xattr[] | undefined;
  /** Where the stored bytes belong in the file; undefined unless sparse. Ascending, not overlapping. */
  readonly sparse: readonly SparseExtent[] | undefined;
  /** The member's own PAX records; undefined when there are none. */
  readonly pax: ReadonlyMap<string, Uint8Array> | undefined;
}

/** A copy of the entry with bytes of its own, to be kept after the callback. */
export function keepEntry(entry: TarEntry): TarEntry {
  return {
    headerOffset: entry.headerOffset,
    contentOffset: entry.contentOffset,
    storedBytes: entry.storedBytes,
    name: entry.name.slice(),
    type: entry.type,
    typeflag: entry.typeflag,
    mode: entry.mode,
    uid: entry.uid,
    gid: entry.gid,
    userName: entry.userName.slice(),
    groupName: entry.groupName.slice(),
    sizeBytes: entry.sizeBytes,
    mtimeSec: entry.mtimeSec,
    mtimeNsec: entry.mtimeNsec,
    linkName: entry.linkName.slice(),
    deviceMajor: entry.deviceMajor,
    deviceMinor: entry.deviceMinor,
    xattrs: entry.xattrs,
    sparse: entry.sparse,
    pax: entry.pax,
  };
}

export type TarEntryType = 'file' | 'directory' | 'symlink' | 'hardlink' | 'charDevice' | 'blockDevice' | 'fifo';

export interface Xattr {
  readonly name: Uint8Array;
  readonly value: Uint8Array;
}

export interface SparseExtent {
  /** Position in the file. */
  readonly offset: number;
  readonly length: number;
}

/** A tar stream that cannot be read further. `offset` is in the tar (uncompressed). */
export class TarError extends Error {
  override readonly name = 'TarError';
  readonly code: TarErrorCode;
  readonly offset: number;
  constructor(code: TarErrorCode, offset: number, message: string) {
    super(message);
    this.code = code;
    this.offset = offset;
  }
}

export type TarErrorCode =
  | 'notTar' // the first block is no tar header
  | 'checksum' // a later header fails its checksum
  | 'truncated' // ends within a header or within content
  | 'number' // a numeric field is neither octal nor base-256, or out of range
  | 'pax' // a PAX record is malformed
  | 'sparse' // a sparse map is malformed
  | 'tooLong' // a name, an extension header or the entry count exceeds our bounds
  | 'contentLength'; // writing: a content is not as long as its header says
