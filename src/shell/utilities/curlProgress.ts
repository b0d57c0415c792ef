import type { Timestamp } from '../../vfs/overlay/layer.ts';
import type { Process } from '../kernel/process.ts';

const HEAD =
  '  % Total    % Received % Xferd  Average Speed   Time    Time     Time  Current\n                                 Dload  Upload   Total   Spent    Left  Speed\n';

/** The table that curl shows of a transfer, at its end. */
export async function curlProgress(
  process: Process,
  sizeBytes: number,
  started: Timestamp,
  isBar: boolean,
): Promise<void> {
  if (isBar) {
    await process.write(2, `\r${'#'.repeat(72)} 100.0%\n`);
    return;
  }
  const now = process.kernel.clock.now();
  const seconds = Math.max(0.001, now.sec - started.sec + (now.nsec - started.nsec) / 1e9);
  const speed = shortSize(sizeBytes / seconds);
  const size = shortSize(sizeBytes);
  const time = seconds < 1 ? '--:--:--' : ` 0:00:${String(Math.floor(seconds)).padStart(2, '0')}`;
  await process.write(
    2,
    `${HEAD}\r100 ${size.padStart(5)}  100 ${size.padStart(5)}    0     0 ${speed.padStart(6)}      0 ${time} ${time} --:--:-- ${speed.padStart(5)}\n`,
  );
}

/** At most five characters. */
function shortSize(bytes: number): string {
  if (bytes < 100_000) return String(Math.round(bytes));
  if (bytes < 10_000 * 1024) return `${Math.floor(bytes / 1024)}k`;
  const mebibytes = bytes / 1024 ** 2;
  return mebibytes < 100 ? `${mebibytes.toFixed(1)}M` : `${Math.floor(mebibytes)}M`;
}
