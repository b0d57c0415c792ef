/** Items whose text holds all typed words, those that begin with what was typed first; in the given order otherwise. */
export function rankCommands<T>(items: readonly T[], typed: string, textOf: (item: T) => string): readonly T[] {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return items;
  return items
    .map((item, order) => ({ item, order, score: score(textOf(item).toLowerCase(), words) }))
    .filter((one) => one.score > 0)
    .sort((a, b) => b.score - a.score || a.order - b.order)
    .map((one) => one.item);
}

/** 0: a word is missing. Otherwise more for a word that begins a word of the text. */
function score(text: string, words: readonly string[]): number {
  let sum = 0;
  for (const word of words) {
    const at = text.indexOf(word);
    if (at < 0) return 0;
    sum += at === 0 || text.includes(` ${word}`) ? 3 : 1;
  }
  return sum;
}
