import type { Component } from 'svelte';
import { loadMessages } from '../../i18n/i18n.svelte.ts';
import type { PanelName, PanelProps } from './panelName.ts';

type PanelModule = { readonly default: Component<PanelProps> };

const FILES = import.meta.glob<PanelModule>('./*Panel.svelte');

/** A panel's component with its messages, as chunks of their own, loaded when first shown. */
export async function loadPanel(name: PanelName): Promise<Component<PanelProps>> {
  const [module] = await Promise.all([
    (FILES[`./${name[0]?.toUpperCase()}${name.slice(1)}Panel.svelte`] as () => Promise<PanelModule>)(),
    loadMessages('panels'),
  ]);
  return module.default;
}
