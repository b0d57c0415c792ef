import { describe, expect, it } from 'vitest';
import { checkFlagValue } from '../../src/docker/commandLine/flagValue.ts';
import type { FlagSpec } from '../../src/docker/commandLine/spec.ts';
import { readMount } from '../../src/docker/runOptions/mounts.ts';

const ULIMIT: FlagSpec = { name: 'ulimit', type: 'ulimit', usage: '' };
const ATTACH: FlagSpec = { name: 'attach', type: 'list', usage: '', holds: 'stream' };
const ENV: FlagSpec = { name: 'env', type: 'list', usage: '', holds: 'variable' };

// As docker 28.2.2 told them.
describe('values that a flag does not take', () => {
  it.each([
    [ULIMIT, 'nosuch=1', 'invalid ulimit type: nosuch'],
    [ULIMIT, 'nofile', 'invalid ulimit argument: nofile'],
    [ULIMIT, 'nofile=5:3', 'ulimit soft limit must be less than or equal to hard limit: 5 > 3'],
    [ULIMIT, 'nofile=x', 'strconv.ParseInt: parsing "x": invalid syntax'],
    [ATTACH, 'nosuch', 'valid streams are STDIN, STDOUT and STDERR'],
    [ENV, '=x', 'invalid environment variable: =x'],
  ])('%j %s', (flag, value, message) => {
    expect(() => checkFlagValue(flag, value)).toThrow(message);
  });

  it.each([
    [ULIMIT, 'nofile=100:200'],
    [ULIMIT, 'nproc=5:-1'],
    [ATTACH, 'StdErr'],
    [ENV, 'A='],
  ])('%j takes %s', (flag, value) => {
    expect(checkFlagValue(flag, value)).toBe(value);
  });

  it.each([
    ['dst=/x,bogus=1', "unexpected key 'bogus' in 'bogus=1'"],
    ['type=volume,src=v', 'target is required'],
    ['nonsense', "invalid field 'nonsense' must be a key=value pair"],
  ])('--mount %s', (text, message) => {
    expect(() => readMount(text, '/')).toThrow(message);
  });

  it('leaves types of mounts to the engine', () => {
    expect(readMount('type=nosuch,dst=/x', '/')).toMatchObject({ Type: 'nosuch', Target: '/x' });
  });
});
