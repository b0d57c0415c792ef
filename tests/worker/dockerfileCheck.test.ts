import { describe, expect, it } from 'vitest';
import { checkForEditor } from '../../src/worker/lab/builds/dockerfileCheck.ts';

describe('where the editor shows a fault', () => {
  it.each([
    ['# escape=x\nFROM a\n', 0, 10],
    ['FROM a\nENV x\n', 7, 12],
    ['FROM a\nRUN x\nFROM --platform=q! b\n', 13, 33],
  ])('%j', (text, from, to) => {
    const [first] = checkForEditor(text, []).diagnostics.filter(({ severity }) => severity === 'error');
    expect([first?.from, first?.to]).toEqual([from, to]);
  });
});
