import { loadCatalogue } from './loadCatalogue.ts';
import {
  type Catalogue,
  type CatalogueName,
  type Language,
  LANGUAGES,
  type MessageKey,
  type Params,
  fillMessage,
} from './messages.ts';

const loadedNames = new Set<CatalogueName>();
let language = $state.raw<Language>('en');
let catalogue = $state.raw<Catalogue>({});

export function currentLanguage(): Language {
  return language;
}

/** The BCP 47 tag that numbers, dates and `<html lang>` use. */
export function currentLocale(): string {
  return LANGUAGES.find((one) => one.code === language)?.locale ?? 'en';
}

/** Adds a catalogue in the language in use. A panel awaits this before it is shown. */
export async function loadMessages(name: CatalogueName): Promise<void> {
  if (loadedNames.has(name)) return;
  const wanted = language;
  const messages = await loadCatalogue(wanted, name);
  if (wanted !== language) return loadMessages(name);
  loadedNames.add(name);
  catalogue = { ...catalogue, ...messages };
}

/** Changes language; what is shown changes at once, when all catalogues in use are there. */
export async function setLanguage(next: Language): Promise<void> {
  const names: CatalogueName[] = loadedNames.size === 0 ? ['shell'] : [...loadedNames];
  const parts = await Promise.all(names.map((name) => loadCatalogue(next, name)));
  language = next;
  catalogue = Object.assign({}, ...parts) as Catalogue;
  for (const name of names) loadedNames.add(name);
}

/** The text of a message in the language in use. Reactive. */
export function t(key: MessageKey, params: Params = {}): string {
  const message = catalogue[key];
  return message === undefined ? key : fillMessage(message, params, currentLocale());
}

/** For keys that come from data (finding and fault codes): undefined where there is no such message. */
export function tMaybe(key: string, params: Params = {}): string | undefined {
  const message = catalogue[key];
  return message === undefined ? undefined : fillMessage(message, params, currentLocale());
}
