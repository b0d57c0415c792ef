const TERMINAL_COLUMNS = 80;

/** Sizes as yum and dnf print them: `547 k`, `2.0 M` (yum, output.py). */
export function rpmSize(sizeBytes: number): string {
  const symbols = [' ', 'k', 'M', 'G', 'T'];
  let size = sizeBytes;
  let unit = 0;
  for (; size > 999 && unit < symbols.length - 1; unit++) size /= 1024;
  return `${unit > 0 && size < 9.95 ? size.toFixed(1) : size.toFixed(0)} ${symbols[unit]}`;
}

/** A table of packages, as wide as the terminal: what its cells need, and what is left shared among them. The last
 *  column, of sizes, stands at the right. */
export function packageTable(heading: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const count = heading.length;
  const last = count - 1;
  const widths = heading.map((_, i) => (i === last ? 5 : Math.max(1, ...rows.map((row) => row[i]?.length ?? 0))));
  const left = TERMINAL_COLUMNS - 2 - (count - 1) - widths.reduce((sum, width) => sum + width, 0);
  const share = Math.max(0, Math.trunc(left / last));
  const wide = widths.map((width, i) => (i === last ? width : width + share));
  // What cannot be shared goes to the versions.
  wide[2] = (wide[2] ?? 0) + Math.max(0, left - share * last);
  const line = (cells: readonly string[]) =>
    ` ${cells.map((cell, i) => (i === last ? cell.padStart(wide[i] as number) : cell.padEnd(wide[i] as number))).join(' ')}`;
  return [line(heading), ...rows.map(line)];
}

/** Words in as many columns as fit, each line padded to its end. */
export function wordColumns(words: readonly string[]): string {
  let widths: readonly number[] | undefined;
  for (let count = 8; count >= 2 && !widths; count--) widths = fitting(words, count);
  const columns = widths ?? [TERMINAL_COLUMNS - 2];
  let text = '';
  for (let at = 0; at < words.length; at += columns.length) {
    const cells = words.slice(at, at + columns.length).map((word, i) => word.padEnd(columns[i] as number));
    text += `  ${cells.join(' ')}\n`;
  }
  return text;
}

function fitting(words: readonly string[], count: number): readonly number[] | undefined {
  if (words.length < count) return undefined;
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...words.filter((_word, i) => i % count === column).map((word) => word.length)),
  );
  const left = TERMINAL_COLUMNS - (count + 1) - widths.reduce((sum, width) => sum + width, 0);
  return left < 0 ? undefined : widths.map((width) => width + Math.trunc(left / count));
}
