/** Words that would stand alone on the last line may reach this far into the margin (pflag's `slop`). */
const SLOP = 5;
/** Narrower than that, nothing is wrapped beside the names. */
const LEAST_WIDTH = 24;
const BLOCK_INDENT = 16;

/** Wraps the description of a flag that begins at column `indent` as pflag does. */
export function wrapUsage(text: string, indent: number, columns: number): string {
  let left = indent;
  let width = columns - left;
  let wrapped = '';
  if (width < LEAST_WIDTH) {
    left = BLOCK_INDENT;
    width = columns - left;
    wrapped = `\n${' '.repeat(left)}`;
  }
  if (width < LEAST_WIDTH) return text.replaceAll('\n', wrapped);
  const margin = `\n${' '.repeat(left)}`;
  let [line, rest] = takeLine(text, width - SLOP);
  wrapped += line.replaceAll('\n', margin);
  while (rest !== '') {
    [line, rest] = takeLine(rest, width - SLOP);
    wrapped += margin + line.replaceAll('\n', margin);
  }
  return wrapped;
}

function takeLine(text: string, width: number): [string, string] {
  if (width + SLOP > text.length) return [text, ''];
  const head = text.slice(0, width);
  const space = Math.max(head.lastIndexOf(' '), head.lastIndexOf('\t'), head.lastIndexOf('\n'));
  if (space <= 0) return [text, ''];
  const newline = head.lastIndexOf('\n');
  const at = newline > 0 && newline < space ? newline : space;
  return [text.slice(0, at), text.slice(at + 1)];
}
