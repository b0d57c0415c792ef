/** `1 file`, `2 files`; the plural where it is not the noun with an s. */
export function countText(count: number, noun: string, plural = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
