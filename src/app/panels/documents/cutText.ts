const ROW_CHARACTERS = 120;

/** A text by lines, long lines folded at a fixed width and never within a surrogate pair: a document without a
 *  single line feed is the usual case. Joined, the rows are the text again. */
export function cutText(text: string): string[] {
  const rows: string[] = [];
  let at = 0;
  while (at < text.length) {
    const limit = Math.min(text.length, at + ROW_CHARACTERS);
    const feed = text.slice(at, limit).indexOf('\n');
    let end = feed < 0 ? limit : at + feed + 1;
    if (feed < 0 && end < text.length && /[\ud800-\udbff]/.test(text[end - 1] as string)) end--;
    rows.push(text.slice(at, end));
    at = end;
  }
  return rows;
}
