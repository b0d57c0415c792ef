import { describe, expect, it } from 'vitest';
import { faultText } from '../../src/app/shell/faultText.ts';
import { fillMessage } from '../../src/i18n/messages.ts';
import findings from '../../src/i18n/en/findings.json';

const lookup = (key: string, params: Readonly<Record<string, string | number>>): string | undefined => {
  const message = (findings as Record<string, Parameters<typeof fillMessage>[0]>)[key];
  return message === undefined ? undefined : fillMessage(message, params, 'en');
};

describe('PAGE-5 a fault says why in words', () => {
  it.each([
    [{ code: 'network', reason: 'http', status: 404, message: '' }, 'That server answered with the error 404.', true],
    [{ code: 'network', message: '' }, 'The download failed.', false],
    [{ code: 'corrupt', source: 'codec', message: '' }, 'The compressed data are damaged.', true],
    [{ code: 'corrupt', source: 'archive', message: '' }, findings['fault.corrupt'], true],
    [{ code: 'neverHeardOf', message: 'x' }, findings['fault.internal'], true],
    [
      { code: 'malformed', path: 'manifest.json', offset: 1200, message: '' },
      `${findings['fault.malformed']} (in manifest.json, byte 1,200)`,
      false,
    ],
  ] as const)('%j', (fault, what, hasRemedy) => {
    const text = faultText(fault, lookup);
    expect(text.what).toBe(what);
    expect(text.remedy !== undefined).toBe(hasRemedy);
  });
});
