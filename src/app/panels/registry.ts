import type { Component } from 'svelte';
import { loadMessages } from '../../i18n/i18n.svelte.ts';
import type { PanelName, PanelProps } from './panelName.ts';

type PanelModule = { readonly default: Component<PanelProps> };

const LOADERS: Readonly<Record<PanelName, () => Promise<PanelModule>>> = {
  content: () => import('./ContentPanel.svelte'),
  biography: () => import('./BiographyPanel.svelte'),
  history: () => import('./HistoryPanel.svelte'),
  documents: () => import('./DocumentsPanel.svelte'),
  treemap: () => import('./TreemapPanel.svelte'),
  waste: () => import('./WastePanel.svelte'),
  leftovers: () => import('./LeftoversPanel.svelte'),
  compare: () => import('./ComparePanel.svelte'),
  verify: () => import('./VerifyPanel.svelte'),
  save: () => import('./SavePanel.svelte'),
};

/** A panel's component with its messages, as chunks of their own, loaded when first shown. */
export async function loadPanel(name: PanelName): Promise<Component<PanelProps>> {
  const [module] = await Promise.all([LOADERS[name](), loadMessages('panels')]);
  return module.default;
}
