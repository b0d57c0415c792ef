import { describe, expect, it } from 'vitest';
import { COMMANDS } from '../../src/app/commands.ts';
import { keyName } from '../../src/app/keys.ts';
import { rankCommands } from '../../src/app/shell/rankCommands.ts';

const NONE = { code: '', ctrlKey: false, metaKey: false, altKey: false, shiftKey: false };

describe('keyName', () => {
  it.each([
    [{ key: 'k', ctrlKey: true }, 'Mod+k'],
    [{ key: 'K', metaKey: true, shiftKey: true }, 'Mod+Shift+k'],
    [{ key: '≈', code: 'KeyX', altKey: true }, 'Alt+x'],
    [{ key: 'ArrowUp', code: 'ArrowUp', altKey: true }, 'Alt+ArrowUp'],
    [{ key: '≥', code: 'Period', altKey: true }, 'Alt+.'],
    [{ key: '?', code: 'Slash', shiftKey: true }, '?'],
    [{ key: 'F1' }, 'F1'],
  ])('%j is %s', (event, name) => expect(keyName({ ...NONE, ...event })).toBe(name));
});

describe('COMMANDS', () => {
  it('have ids and keys of their own', () => {
    const ids = COMMANDS.map((command) => command.id);
    const keys = COMMANDS.flatMap((command) => command.keys);
    expect(new Set(ids).size).toBe(ids.length);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('take no letter or digit alone: those are for typing a name in the tree', () => {
    expect(COMMANDS.flatMap((command) => command.keys).filter((key) => /^[\p{L}\p{N}]$/u.test(key))).toEqual([]);
  });
});

describe('rankCommands', () => {
  const items = ['View X-ray on or off', 'Details Waste', 'Archive Open a folder', 'View Unfold all directories'];
  it.each([
    ['', items],
    ['fold', [items[2], items[3]]],
    ['view x', [items[0]]],
    ['nothing', []],
  ])('“%s”', (typed, expected) => expect(rankCommands(items, typed, (item) => item)).toEqual(expected));
});
