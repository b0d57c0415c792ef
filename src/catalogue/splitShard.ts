/** A file with the listings of several packages, by name; `= NAME` begins one. */
export function splitShard(text: string): ReadonlyMap<string, string> {
  const listings = new Map<string, string>();
  for (const part of text.split(/^= /m)) {
    const newline = part.indexOf('\n');
    if (newline > 0) listings.set(part.slice(0, newline), part.slice(newline + 1));
  }
  return listings;
}
