import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { type Catalogue, type Message, fillMessage, preferredLanguage } from '../../src/i18n/messages.ts';
import enFindings from '../../src/i18n/en/findings.json';
import enCompanion from '../../src/i18n/en/companion.json';
import enLab from '../../src/i18n/en/lab.json';
import enPull from '../../src/i18n/en/pull.json';
import enPanels from '../../src/i18n/en/panels.json';
import enShell from '../../src/i18n/en/shell.json';
import zhFindings from '../../src/i18n/zh/findings.json';
import zhCompanion from '../../src/i18n/zh/companion.json';
import zhLab from '../../src/i18n/zh/lab.json';
import zhPull from '../../src/i18n/zh/pull.json';
import zhPanels from '../../src/i18n/zh/panels.json';
import zhShell from '../../src/i18n/zh/shell.json';

const CATALOGUES: readonly (readonly [string, Catalogue, Catalogue])[] = [
  ['shell', enShell, zhShell],
  ['panels', enPanels, zhPanels],
  ['findings', enFindings, zhFindings],
  ['companion', enCompanion, zhCompanion],
  ['lab', enLab, zhLab],
  ['pull', enPull, zhPull],
];

const placesOf = (message: Message | undefined): string[] => {
  const texts = message === undefined ? [] : typeof message === 'string' ? [message] : Object.values(message);
  return [...new Set(texts.flatMap((text) => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '')))].sort();
};

describe.each(CATALOGUES)('I18N-1 the catalogue %s', (_, en, zh) => {
  it('has the same keys in both languages', () => expect(Object.keys(zh).sort()).toEqual(Object.keys(en).sort()));

  it('has the same places in both languages', () => {
    const differing = Object.keys(en).filter((key) => placesOf(en[key]).join() !== placesOf(zh[key]).join());
    expect(differing).toEqual([]);
  });

  it('leaves no text empty', () => {
    expect(Object.entries({ ...en, ...zh }).filter(([, message]) => message === '')).toEqual([]);
  });
});

it('no key is in two catalogues', () => {
  const keys = CATALOGUES.flatMap(([, en]) => Object.keys(en));
  expect(keys.filter((key, i) => keys.indexOf(key) !== i)).toEqual([]);
});

describe('I18N-2 findings are worded', () => {
  const codes = (path: string, type: string): string[] => {
    const text = readFileSync(fileURLToPath(new URL(`../../src/${path}`, import.meta.url)), 'utf8');
    const union = text.slice(text.indexOf(`type ${type}`)).split(';')[0] ?? '';
    return [...union.matchAll(/\| '(\w+)'/g)].map((match) => match[1] ?? '');
  };
  const known = new Set(Object.keys(enFindings));

  it.each([
    ['finding', 'archive/finding.ts', 'ArchiveFindingCode'],
    ['finding', 'vfs/parentFinder.ts', 'ParentFault'],
    ['fault', 'archive/archive.ts', 'ArchiveErrorCode'],
    ['fault', 'codec/codecError.ts', 'CodecErrorCode'],
    ['fault', 'tar/tarEntry.ts', 'TarErrorCode'],
    ['fault', 'worker/protocol.ts', 'WorkerFaultCode'],
    ['fault.registry', 'registry/registryError.ts', 'RegistryErrorCode'],
  ])('%s codes of %s', (prefix, path, type) => {
    const all = codes(path, type);
    expect(all.length).toBeGreaterThan(0);
    // `cancelled` is what the reader asked for, and is not shown.
    expect(all.filter((code) => code !== 'cancelled' && !known.has(`${prefix}.${code}`))).toEqual([]);
  });
});

describe('fillMessage', () => {
  it.each([
    ['{count} of {total}', { count: 1234, total: 5 }, '1,234 of 5'],
    [{ one: '{count} layer', other: '{count} layers' }, { count: 1 }, '1 layer'],
    [{ one: '{count} layer', other: '{count} layers' }, { count: 0 }, '0 layers'],
    ['{name} {gap}', { name: '{count}' }, '{count} {gap}'],
  ] as const)('%j', (message, params, text) => expect(fillMessage(message, params, 'en')).toBe(text));
});

describe('preferredLanguage', () => {
  it.each([
    [['zh-CN', 'en'], 'zh'],
    [['zh'], 'zh'],
    [['fr', 'en-GB'], 'en'],
    [['fr'], 'en'],
    [[], 'en'],
  ] as const)('%j → %s', (wanted, language) => expect(preferredLanguage(wanted)).toBe(language));
});
