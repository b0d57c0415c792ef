/** What the comments above say of a stage or argument: the rest of the first that begins with its name. */
export function description(comments: readonly string[], name: string): string {
  if (name === '') return '';
  const found = comments.find((comment) => comment.startsWith(`${name} `));
  return found?.slice(name.length + 1) ?? '';
}
