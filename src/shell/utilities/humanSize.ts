import type { Flavour } from '../kernel/program.ts';

const UNITS = ['', 'K', 'M', 'G', 'T', 'P', 'E'];

/** Sizes as `ls -h`, `du -h` and `df -h` show them: GNU rounds up, to one decimal below ten; busybox rounds to the
 *  nearest and keeps a decimal throughout. `base` 1000 is GNU's `--si`, with a small k. */
export function humanSize(sizeBytes: number, flavour: Flavour, base: 1000 | 1024 = 1024): string {
  if (flavour === 'busybox') return busyboxSize(sizeBytes);
  let power = 0;
  let value = sizeBytes;
  while (value >= base && power < UNITS.length - 1) {
    value /= base;
    power++;
  }
  if (power === 0) return String(sizeBytes);
  const tenths = Math.ceil(value * 10 - 1e-9);
  let text = tenths < 100 ? (tenths / 10).toFixed(1) : String(Math.ceil(value - 1e-9));
  if (Number(text) >= base && power < UNITS.length - 1) {
    text = '1.0';
    power++;
  }
  const unit = UNITS[power] as string;
  return text + (base === 1000 && power === 1 ? 'k' : unit);
}

function busyboxSize(sizeBytes: number): string {
  let power = 0;
  let value = sizeBytes;
  while (value >= 1024 && power < UNITS.length - 1) {
    value /= 1024;
    power++;
  }
  if (power === 0) return String(sizeBytes);
  return value.toFixed(1) + (UNITS[power] as string);
}

const SUFFIX_POWERS = 'KMGTPEZY';

/** `10`, `4K`, `4KiB`, `4kB`, `1M`…: GNU's sizes. Undefined for what is none. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+)(?:([kKMGTPEZY])(B|iB)?|(b|c|w))?$/.exec(text);
  if (!match) return undefined;
  const [, digits, unit, form, block] = match;
  if (block) return Number(digits) * (block === 'b' ? 512 : block === 'w' ? 2 : 1);
  if (!unit) return Number(digits);
  const power = SUFFIX_POWERS.indexOf(unit.toUpperCase()) + 1;
  return Number(digits) * (form === 'B' ? 1000 : 1024) ** power;
}
