/** Bytes of a dot, dots of a cluster and of a line, by style (wget(1), `--progress=dot`). */
const STYLES: Readonly<Record<string, readonly [dotBytes: number, cluster: number, line: number]>> = {
  default: [1024, 10, 50],
  binary: [8192, 16, 48],
  mega: [65536, 8, 48],
  giga: [1 << 20, 8, 32],
};
/** Rows at most: a forged length draws no more. */
const MAX_ROWS = 2000;

export function isDotStyle(progress: string): boolean {
  return progress === 'dot' || (progress.startsWith('dot:') && Object.hasOwn(STYLES, progress.slice(4)));
}

/** The rows of dots for so many bytes, each with the part of the whole that was there by then. */
export function dotRows(progress: string, sizeBytes: number): string {
  const [dotBytes, cluster, dots] = STYLES[progress.slice(4) || 'default'] ?? [1024, 10, 50];
  const rowBytes = dotBytes * dots;
  const rows: string[] = [];
  for (let from = 0; (from < sizeBytes || from === 0) && rows.length < MAX_ROWS; from += rowBytes) {
    const here = Math.min(rowBytes, sizeBytes - from);
    const end = from + rowBytes >= sizeBytes ? '=0s' : '';
    const drawn = '.'.repeat(Math.floor(here / dotBytes)).padEnd(dots);
    const clusters = drawn.match(new RegExp(`.{${cluster}}|.+$`, 'g')) ?? [];
    const percent = sizeBytes === 0 ? 100 : Math.floor(((from + here) * 100) / sizeBytes);
    rows.push(`${String(from / 1024).padStart(6)}K ${clusters.join(' ')} ${String(percent).padStart(3)}%${end}\n`);
  }
  return `${rows.join('')}\n`;
}
