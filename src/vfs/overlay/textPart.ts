/** As `startsWith`, which calls out of the compiled code: names are short. */
export function isAt(text: string, start: number, part: string): boolean {
  for (let i = 0; i < part.length; i++) if (text.charCodeAt(start + i) !== part.charCodeAt(i)) return false;
  return true;
}

/** Whether a text from `start` on is that. Of a part nothing is cut out to be compared: the runtime is slow at it. */
export function isRest(text: string, start: number, rest: string): boolean {
  if (start === 0) return text === rest;
  return text.length - start === rest.length && isAt(text, start, rest);
}
