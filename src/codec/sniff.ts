/** How a run of bytes is compressed, told from its first bytes: names and media types lie. */
export type Compression = 'none' | 'gzip' | 'bzip2' | 'xz' | 'zstd';
