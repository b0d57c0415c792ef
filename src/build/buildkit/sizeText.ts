import { fixedText } from '../go/floatText.ts';

/** As BuildKit prints sizes: decimal units, two digits. */
export function sizeText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB'];
  let [value, unit] = [bytes, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  return unit === 0 ? `${value}B` : `${fixedText(value, 2)}${units[unit]}`;
}
