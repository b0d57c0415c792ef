import { describe, expect, it } from 'vitest';
import { checkLogConfig, checkSettings } from '../../src/engine/checkContainer.ts';
import { type ContainerConfig, EMPTY_CONFIG, type HostConfig } from '../../src/engine/containerConfig.ts';
import { NO_FILTERS, wordFilter } from '../../src/engine/filters.ts';
import { withDefaults } from '../../src/engine/hostConfigDefaults.ts';

type Refused = readonly [given: Partial<ContainerConfig>, host: Partial<HostConfig>, message: string];

// As dockerd 20.10.24 told them.
const REFUSED: readonly Refused[] = [
  [{ StopSignal: 'SIGNOSUCH' }, {}, 'Invalid signal: SIGNOSUCH'],
  [{ WorkingDir: 'rel' }, {}, "the working directory 'rel' is invalid, it needs to be an absolute path"],
  [{ Env: ['=x'] }, {}, 'invalid environment variable: =x'],
  [{}, { Isolation: 'hyperv' }, `Invalid isolation: "hyperv" - linux only supports 'default'`],
  [{}, { CapAdd: ['nosuch'] }, 'invalid CapAdd: unknown capability: "CAP_NOSUCH"'],
  [{}, { CapDrop: ['CAP_X'] }, 'invalid CapDrop: unknown capability: "CAP_X"'],
  [{}, { Memory: 1024 }, 'Minimum memory limit allowed is 6MB'],
  [{}, { Runtime: 'nosuch' }, 'Unknown runtime specified nosuch'],
  [
    {},
    { RestartPolicy: { Name: 'always', MaximumRetryCount: 3 } },
    "maximum retry count cannot be used with restart policy 'always'",
  ],
  [{}, { RestartPolicy: { Name: 'sometimes' as 'no', MaximumRetryCount: 0 } }, "invalid restart policy 'sometimes'"],
  [
    {},
    { AutoRemove: true, RestartPolicy: { Name: 'always', MaximumRetryCount: 0 } },
    "can't create 'AutoRemove' container with restart policy",
  ],
];

describe('what a daemon refuses of a new container', () => {
  it.each(REFUSED)('%j %j', (config, host, message) => {
    expect(() => checkSettings({ ...EMPTY_CONFIG, ...config }, withDefaults(host))).toThrow(message);
  });

  it('takes what is fit', () => {
    const host = withDefaults({
      CapAdd: ['sys_admin', 'ALL', 'CAP_CHOWN'],
      Memory: 64 << 20,
      RestartPolicy: { Name: 'on-failure', MaximumRetryCount: 2 },
      LogConfig: { Type: '', Config: { 'max-size': '1k' } },
    });
    expect(() => checkSettings({ ...EMPTY_CONFIG, StopSignal: 'SIGINT' }, host)).not.toThrow();
    expect(() => checkLogConfig(host.LogConfig)).not.toThrow();
    expect(host).toMatchObject({
      CapAdd: ['CAP_SYS_ADMIN', 'ALL', 'CAP_CHOWN'],
      MemorySwap: 128 << 20,
      Runtime: 'runc',
    });
  });

  it.each([
    [{ Type: 'nosuch', Config: {} }, 'error looking up logging plugin nosuch: plugin "nosuch" not found'],
    [{ Type: 'json-file', Config: { nosuch: '1' } }, "unknown log opt 'nosuch' for json-file log driver"],
  ])('a log of %j', (config, message) => {
    expect(() => checkLogConfig(config)).toThrow(message);
  });

  it('filters that took words alone in 20.10', () => {
    const filters = new Map([['dangling', ['1']]]);
    expect(() => wordFilter(filters, 'dangling', '20.10')).toThrow("Invalid filter 'dangling=[1]'");
    expect(wordFilter(filters, 'dangling', '26')).toBe(true);
    expect(wordFilter(new Map([['dangling', ['false']]]), 'dangling', '20.10')).toBe(false);
    expect(wordFilter(NO_FILTERS, 'dangling', '20.10')).toBeUndefined();
  });
});
