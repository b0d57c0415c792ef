/** BuildKit suggests a word only when fewer edits than this away. */
const TOO_FAR = 3;

/** The words nearest to `value`, all that are equally near, in the order of the options; none when one equals it or all
 *  are 3 edits away. BuildKit takes the first, which is any of them where its options are in a map. */
export function nearestWords(value: string, options: Iterable<string>, { ignoreCase = false } = {}): string[] {
  const wanted = ignoreCase ? value.toLowerCase() : value;
  let nearest: string[] = [];
  let best = TOO_FAR;
  for (const option of options) {
    const word = ignoreCase ? option.toLowerCase() : option;
    if (word === wanted) return [];
    const distance = editDistance(wanted, word);
    if (distance > best || distance >= TOO_FAR) continue;
    if (distance < best) nearest = [];
    best = distance;
    nearest.push(ignoreCase ? inCaseOf(word, value) : word);
  }
  return [...new Set(nearest)];
}

/** ` (did you mean X?)`, or nothing. */
export function suggestion(value: string, options: Iterable<string>, flags: { ignoreCase?: boolean } = {}): string {
  const [nearest] = nearestWords(value, options, flags);
  return nearest === undefined ? '' : ` (did you mean ${nearest}?)`;
}

function inCaseOf(word: string, original: string): string {
  if (original === original.toLowerCase()) return word;
  return original === original.toUpperCase() ? word.toUpperCase() : word;
}

/** Levenshtein distance in code points; TOO_FAR or more as soon as that is sure. Cost: the product of the lengths, of
 *  words whose lengths are alike. */
function editDistance(left: string, right: string): number {
  if (Math.abs(left.length - right.length) >= 2 * TOO_FAR) return TOO_FAR;
  const a = [...left];
  const b = [...right];
  if (Math.abs(a.length - b.length) >= TOO_FAR) return TOO_FAR;
  let previous = b.map((_, column) => column + 1);
  previous.unshift(0);
  for (const [row, character] of a.entries()) {
    const current = [row + 1];
    for (let column = 0; column < b.length; column++) {
      const replaced = (previous[column] as number) + (character === b[column] ? 0 : 1);
      current.push(Math.min(replaced, (previous[column + 1] as number) + 1, (current[column] as number) + 1));
    }
    if (Math.min(...current) >= TOO_FAR) return TOO_FAR;
    previous = current;
  }
  return previous[b.length] as number;
}
