import type { OverlayNode } from './overlayNode.ts';

/** Path from the root without a leading slash. */
export function nodePath(node: OverlayNode): string {
  const parts: string[] = [];
  for (let at: OverlayNode = node; at.parent; at = at.parent) parts.push(at.name);
  return parts.reverse().join('/');
}
