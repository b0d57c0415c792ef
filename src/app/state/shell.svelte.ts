import type { BuildsState } from '../builds/buildsState.svelte.ts';
import type { BuildView } from '../companion/buildView.svelte.ts';
import type { CompanionSession } from '../companion/companionSession.svelte.ts';
import type { LabState } from '../lab/labState.svelte.ts';
import { addressQuery } from '../address.ts';
import type { Route } from '../route.ts';
import { setLanguage } from '../../i18n/i18n.svelte.ts';
import { LANGUAGES, type Language } from '../../i18n/messages.ts';
import { Settings, THEMES, type Theme } from './settings.svelte.ts';

export type DialogName = 'palette' | 'help' | 'search' | 'url' | 'pull' | 'companion';
/** Parts of the page that a command can bring the focus to. */
export type FocusPlace = 'stack' | 'tree' | 'panel' | 'filter';
export type PageView = 'explorer' | 'builds';
/** In a narrow window one part is on show at a time. */
export type NarrowPart = 'stack' | 'tree' | 'panel';

/** The page's own furniture: dialogs, theme, language, which part has the focus. */
export class ShellState {
  readonly settings = new Settings();
  readonly isEmbedded = addressQuery(location.search).isEmbedded;
  dialog = $state<DialogName | undefined>(undefined);
  narrowPart = $state<NarrowPart>('tree');
  /** Counts requests so that asking for the same place twice is seen. */
  focusRequest = $state.raw<{ readonly place: FocusPlace; readonly turn: number }>({ place: 'tree', turn: 0 });

  /** The companion, once somebody asked for one; its code is loaded then. */
  companion = $state.raw<CompanionSession | undefined>(undefined);
  /** The last build, so that its steps stay when the dialog is closed. */
  companionBuild = $state.raw<BuildView | undefined>(undefined);

  /** `docker pull` of the simulated machine asks real registries, from this page itself. */
  pullsDirectly = $state(false);

  /** The simulated machine, once somebody asked for one; its code is loaded then. */
  lab = $state.raw<LabState | undefined>(undefined);
  isLabOpen = $state(false);

  /** What fills the page: the explorer of images, or the builds of the machine, whose code is loaded then. */
  view = $state<PageView>('explorer');
  builds = $state.raw<BuildsState | undefined>(undefined);

  /** An address that a link or the clipboard brought; the reader decides. */
  offeredUrl = $state<string | undefined>(undefined);
  /** Where in that archive the link leads. */
  offeredRoute = $state.raw<Route | undefined>(undefined);

  offerUrl(url: string, route?: Route): void {
    this.offeredUrl = url;
    this.offeredRoute = route;
    this.showDialog('url');
  }

  showDialog(dialog: DialogName | undefined): void {
    this.dialog = dialog;
  }

  /** Shows the machine's terminal, which boots it the first time, or hides it. */
  toggleLab(): void {
    this.isLabOpen = !this.isLabOpen;
  }

  showView(view: PageView): void {
    this.view = view;
  }

  /** Connects by the link that opened the page, or by the one that this tab had. */
  async openCompanion(hash: string): Promise<void> {
    if (this.companion) return;
    const { CompanionSession } = await import('../companion/companionSession.svelte.ts');
    this.companion ??= CompanionSession.resume(hash);
  }

  focusOn(place: FocusPlace): void {
    this.narrowPart = place === 'filter' ? 'tree' : place;
    this.focusRequest = { place, turn: this.focusRequest.turn + 1 };
  }

  setTheme(theme: Theme): void {
    this.settings.theme = theme;
    this.settings.store();
  }

  nextTheme(): void {
    this.setTheme(THEMES[(THEMES.indexOf(this.settings.theme) + 1) % THEMES.length] as Theme);
  }

  async setLanguage(language: Language): Promise<void> {
    await setLanguage(language);
    this.settings.language = language;
    this.settings.store();
  }

  async nextLanguage(): Promise<void> {
    const codes = LANGUAGES.map((one) => one.code);
    await this.setLanguage(codes[(codes.indexOf(this.settings.language) + 1) % codes.length] as Language);
  }
}
