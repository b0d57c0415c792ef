import { addressQuery } from '../address.ts';
import { type Language, preferredLanguage } from '../../i18n/messages.ts';

export type Theme = 'system' | 'light' | 'dark';
export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

interface StoredSettings {
  readonly theme: Theme;
  readonly language: Language | undefined;
  readonly stackPx: number;
  readonly panelPx: number;
  readonly labPx: number;
}

const STORAGE_KEY = 'palimpsest.settings';
const DEFAULTS: StoredSettings = { theme: 'system', language: undefined, stackPx: 320, panelPx: 460, labPx: 320 };

/** What a reader sets once: kept in localStorage, which is there before the first paint. */
export class Settings {
  theme = $state<Theme>('system');
  language = $state<Language>('en');
  stackPx = $state(DEFAULTS.stackPx);
  panelPx = $state(DEFAULTS.panelPx);
  /** Height of the terminal. */
  labPx = $state(DEFAULTS.labPx);

  constructor() {
    const stored = readStored();
    const asked = addressQuery(location.search);
    this.theme = asked.theme ?? stored.theme;
    this.language = asked.language ?? stored.language ?? preferredLanguage(navigator.languages);
    this.stackPx = stored.stackPx;
    this.panelPx = stored.panelPx;
    this.labPx = stored.labPx;
  }

  /** Writes it all. A browser that keeps nothing (private mode) is no fault: the settings last as long as the page. */
  store(): void {
    const { theme, language, stackPx, panelPx, labPx } = this;
    try {
      localStorage.setItem(
        STORAGE_KEY,
        JSON.stringify({ theme, language, stackPx, panelPx, labPx } satisfies StoredSettings),
      );
    } catch (error) {
      console.warn('The settings could not be stored.', error);
    }
  }
}

function readStored(): StoredSettings {
  let raw: unknown;
  try {
    raw = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? '{}');
  } catch {
    return DEFAULTS;
  }
  const value = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
  return {
    theme: THEMES.find((one) => one === value.theme) ?? DEFAULTS.theme,
    language: value.language === 'en' || value.language === 'zh' ? value.language : undefined,
    stackPx: boundedPx(value.stackPx, DEFAULTS.stackPx),
    panelPx: boundedPx(value.panelPx, DEFAULTS.panelPx),
    labPx: boundedPx(value.labPx, DEFAULTS.labPx),
  };
}

function boundedPx(value: unknown, otherwise: number): number {
  return typeof value === 'number' && value >= 120 && value <= 4000 ? value : otherwise;
}
