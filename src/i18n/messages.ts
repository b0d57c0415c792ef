import type panels from './en/panels.json';
import type shell from './en/shell.json';
import type findings from './en/findings.json';
import type companion from './en/companion.json';
import type lab from './en/lab.json';
import type builds from './en/builds.json';
import type pull from './en/pull.json';

/** A message is a text with `{name}` places, or two forms chosen by the plural rule of `{count}`. */
export type Message = string | { readonly one?: string; readonly other: string };
export type Params = Readonly<Record<string, string | number>>;
export type Catalogue = Readonly<Record<string, Message>>;

/** Catalogues are loaded one by one: the shell's with the page, a panel's with the first panel. */
export type CatalogueName = 'shell' | 'panels' | 'findings' | 'companion' | 'lab' | 'builds' | 'pull';
export type Language = 'en' | 'zh';

export const LANGUAGES: readonly { readonly code: Language; readonly locale: string; readonly name: string }[] = [
  { code: 'en', locale: 'en', name: 'English' },
  { code: 'zh', locale: 'zh-CN', name: '简体中文' },
];

/** The first of the reader's languages that there is, else English. */
export function preferredLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = LANGUAGES.find((one) => tag.toLowerCase().split('-')[0] === one.code);
    if (found) return found.code;
  }
  return 'en';
}

export type FindingKey = keyof typeof findings;
export type MessageKey =
  | keyof typeof shell
  | keyof typeof panels
  | FindingKey
  | keyof typeof companion
  | keyof typeof lab
  | keyof typeof builds
  | keyof typeof pull;

/** Fills `{name}` places. Numbers are written as the language writes them; a place without a parameter stays
 *  as it is, so that a gap is seen rather than hidden. */
export function fillMessage(message: Message, params: Params, locale: string): string {
  return pluralForm(message, params, locale).replace(/\{(\w+)\}/g, (place, name: string) => {
    const value = params[name];
    if (value === undefined) return place;
    return typeof value === 'number' ? new Intl.NumberFormat(locale).format(value) : value;
  });
}

function pluralForm(message: Message, params: Params, locale: string): string {
  if (typeof message === 'string') return message;
  const count = params.count;
  if (typeof count !== 'number' || message.one === undefined) return message.other;
  return new Intl.PluralRules(locale).select(count) === 'one' ? message.one : message.other;
}
