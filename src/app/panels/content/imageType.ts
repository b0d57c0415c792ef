/** Pictures that a browser shows, by their first bytes: extensions lie. SVG is text, so it needs its name too. */
export type ImageMediaType =
  'image/png' | 'image/jpeg' | 'image/gif' | 'image/webp' | 'image/avif' | 'image/x-icon' | 'image/svg+xml';

/** A picture above this is not decoded for a preview: the browser would unpack it whole. */
export const MAX_PREVIEW_BYTES = 32 * 1024 * 1024;

export function sniffImage(head: Uint8Array, path: string): ImageMediaType | undefined {
  for (const { type, at, magic } of MAGICS) if (startsWith(head, at, magic)) return type;
  return /\.svg$/i.test(path) && looksLikeSvg(head) ? 'image/svg+xml' : undefined;
}

/** XML whose root shows within the head; what precedes it (declaration, comments, doctype) is not parsed. */
function looksLikeSvg(head: Uint8Array): boolean {
  const text = new TextDecoder().decode(head.subarray(0, 4096));
  return text.trimStart().startsWith('<') && /<svg[\s>]/.test(text);
}

const MAGICS: readonly { readonly type: ImageMediaType; readonly at: number; readonly magic: string }[] = [
  { type: 'image/png', at: 0, magic: '\x89PNG\r\n\x1a\n' },
  { type: 'image/jpeg', at: 0, magic: '\xff\xd8\xff' },
  { type: 'image/gif', at: 0, magic: 'GIF87a' },
  { type: 'image/gif', at: 0, magic: 'GIF89a' },
  { type: 'image/webp', at: 8, magic: 'WEBP' },
  { type: 'image/avif', at: 4, magic: 'ftypavif' },
  { type: 'image/x-icon', at: 0, magic: '\x00\x00\x01\x00' },
];

function startsWith(bytes: Uint8Array, at: number, magic: string): boolean {
  if (bytes.length < at + magic.length) return false;
  for (let i = 0; i < magic.length; i++) if (bytes[at + i] !== magic.charCodeAt(i)) return false;
  return true;
}
