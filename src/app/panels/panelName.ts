import type { ExplorerState } from '../state/explorer.svelte.ts';

/** Panels about the selected path, then those about the image. */
export const PATH_PANELS = ['content', 'biography'] as const;
export const IMAGE_PANELS = [
  'history',
  'documents',
  'treemap',
  'waste',
  'leftovers',
  'compare',
  'verify',
  'save',
] as const;

export type PathPanel = (typeof PATH_PANELS)[number];
export type ImagePanel = (typeof IMAGE_PANELS)[number];
export type PanelName = PathPanel | ImagePanel;

/** What every panel is given. A panel is made anew when the archive or image changes; it reads `state.path`,
 *  `state.version`, `state.layer` … itself. */
export interface PanelProps {
  readonly explorer: ExplorerState;
}

export function isPanelName(name: string): name is PanelName {
  return ([...PATH_PANELS, ...IMAGE_PANELS] as readonly string[]).includes(name);
}

export function isPathPanel(name: PanelName): name is PathPanel {
  return (PATH_PANELS as readonly PanelName[]).includes(name);
}
