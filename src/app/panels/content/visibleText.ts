/** A row of a file's text as it may be shown: its line end cut off, controls as their pictures (U+2400…), and
 *  what would turn or hide the text around it (bidirectional and zero-width controls) spelled out. */
export function visibleText(text: string): string {
  return text
    .replace(/\r?\n$/, '')
    .replaceAll(/[\u0000-\u0008\u000b-\u001f\u007f]/g, (character) => {
      const code = character.charCodeAt(0);
      return String.fromCharCode(code === 0x7f ? 0x2421 : 0x2400 + code);
    })
    .replaceAll(/[\u0080-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g, (character) => {
      return `⟨${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}⟩`;
    });
}
