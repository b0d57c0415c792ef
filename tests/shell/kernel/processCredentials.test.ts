import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ALL_CAPABILITIES,
  CAPABILITY_NAMES,
  capabilitySet,
  decodeFileCapabilities,
  encodeFileCapabilities,
} from '../../../src/shell/kernel/capabilities.ts';
import {
  afterExec,
  becoming,
  type ExecutedFile,
  hasCapability,
  maySignal,
  type Privileges,
  type ProcessCredentials,
  privilegesOf,
  withPrivileges,
} from '../../../src/shell/kernel/processCredentials.ts';

const FEW = capabilitySet('CHOWN', 'KILL', 'SETUID', 'SETGID', 'NET_RAW');
const NONE: Privileges = {
  effective: 0n,
  permitted: 0n,
  inheritable: 0n,
  bounding: FEW,
  ambient: 0n,
  gainsNothing: false,
};
const BARE = { gid: 0, groups: [0], umask: 0o022 };
const root = withPrivileges({ uid: 0, ...BARE }, { ...NONE, effective: FEW, permitted: FEW });
const user = withPrivileges({ uid: 1000, ...BARE }, NONE);
const setuidRoot: ExecutedFile = { mode: 0o104755, uid: 0, gid: 0, capabilities: undefined };

const withCapabilities = (permitted: bigint, isEffective = true): ExecutedFile => ({
  mode: 0o100755,
  uid: 0,
  gid: 0,
  capabilities: { permitted, inheritable: 0n, isEffective },
});

describe('who a process is after exec', () => {
  it('root stays within its bounds, and gets back what it gave up', () => {
    expect(afterExec(root, undefined, 'x')).toBe(root);
    const dropped = withPrivileges(root, NONE);
    expect(privilegesOf(afterExec(dropped, undefined, 'x'))).toMatchObject({ effective: FEW, permitted: FEW });
  });

  it('a file of root with its setuid bit makes root of a user, whose own number stays the real one', () => {
    const after = afterExec(user, setuidRoot, 'x');
    expect(after).toMatchObject({ uid: 0, realUid: 1000, privileges: { effective: FEW } });
    expect(afterExec({ uid: 1000, ...BARE }, setuidRoot, 'x')).toMatchObject({ uid: 0, realUid: 1000 });
  });

  it('not where nothing may be gained', () => {
    const bound = withPrivileges(user, { ...NONE, gainsNothing: true });
    expect(afterExec(bound, setuidRoot, 'x')).toBe(bound);
    expect(afterExec(bound, withCapabilities(capabilitySet('CHOWN')), 'x')).toBe(bound);
  });

  it('a file gives its capabilities, within the bounds', () => {
    const given = privilegesOf(afterExec(user, withCapabilities(capabilitySet('NET_RAW')), 'x'));
    expect(given).toMatchObject({ effective: capabilitySet('NET_RAW'), permitted: capabilitySet('NET_RAW') });
    const silent = privilegesOf(afterExec(user, withCapabilities(capabilitySet('NET_RAW'), false), 'x'));
    expect(silent).toMatchObject({ effective: 0n, permitted: capabilitySet('NET_RAW') });
    expect(() => afterExec(user, withCapabilities(capabilitySet('SYS_ADMIN')), 'x')).toThrow(
      expect.objectContaining({ code: 'EPERM', path: 'x' }),
    );
  });

  it('ambient ones are handed on, but not to a file that has some of its own', () => {
    const own = capabilitySet('CHOWN');
    const ambient = withPrivileges(user, { ...NONE, permitted: own, inheritable: own, ambient: own });
    expect(privilegesOf(afterExec(ambient, undefined, 'x'))).toMatchObject({ effective: own, permitted: own });
    const other = privilegesOf(afterExec(ambient, withCapabilities(capabilitySet('NET_RAW')), 'x'));
    expect(other).toMatchObject({ ambient: 0n, effective: capabilitySet('NET_RAW') });
  });

  it('nobody gets more than the bounds and what was inheritable', () => {
    const set = fc.bigInt({ min: 0n, max: ALL_CAPABILITIES });
    fc.assert(
      fc.property(set, set, set, set, fc.boolean(), (bounding, inheritable, permitted, carried, isRoot) => {
        const before = withPrivileges(
          { uid: isRoot ? 0 : 1000, ...BARE },
          { ...NONE, bounding, inheritable, permitted },
        );
        const after = privilegesOf(afterExec(before, withCapabilities(carried, false), 'x'));
        expect(after.permitted & ~(bounding | inheritable)).toBe(0n);
        expect(after.effective & ~after.permitted).toBe(0n);
      }),
    );
  });
});

describe('becoming somebody else', () => {
  const other = { uid: 5, gid: 6, groups: [6] };

  it('takes all capabilities from who was root', () => {
    expect(becoming(root, other)).toMatchObject({ uid: 5, gid: 6, groups: [6], privileges: NONE, capabilities: 0 });
    expect(privilegesOf(becoming(root, other, 'permitted'))).toMatchObject({ effective: 0n, permitted: FEW });
  });

  it.each([
    ['SETGID', 'setgroups', other],
    ['SETGID', 'setgid', { uid: 0, gid: 6 }],
    ['SETUID', 'setuid', { uid: 5, gid: 0 }],
  ] as const)('wants %s for %s', (name, syscall, identity) => {
    const set = FEW & ~capabilitySet(name);
    const without: ProcessCredentials = withPrivileges(root, { ...NONE, effective: set, permitted: set });
    expect(() => becoming(without, identity)).toThrow(expect.objectContaining({ code: 'EPERM', syscall }));
  });

  it('lets everybody be who they are', () => {
    expect(becoming(user, { uid: 1000, gid: 0 })).toMatchObject({ uid: 1000 });
    expect(becoming({ ...user, uid: 0, realUid: 1000 }, { uid: 1000, gid: 0 })).toMatchObject({ uid: 1000 });
  });
});

describe('kill', () => {
  it('reaches the own processes, and all with CAP_KILL', () => {
    expect(maySignal(user, user)).toBe(true);
    expect(maySignal(user, root)).toBe(false);
    expect(maySignal(root, user)).toBe(true);
    expect(maySignal(withPrivileges(root, NONE), user)).toBe(false);
    expect(hasCapability({ uid: 0, ...BARE }, 'KILL')).toBe(true);
    expect(hasCapability({ uid: 1, ...BARE }, 'KILL')).toBe(false);
  });
});

describe('capabilities of files', () => {
  it('are written as they are read', () => {
    const set = fc.bigInt({ min: 0n, max: ALL_CAPABILITIES });
    fc.assert(
      fc.property(set, set, fc.boolean(), (permitted, inheritable, isEffective) => {
        const held = { permitted, inheritable, isEffective };
        expect(decodeFileCapabilities(encodeFileCapabilities(held))).toEqual(held);
      }),
    );
  });

  it('of any other bytes are none', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const held = decodeFileCapabilities(bytes);
        if (held) expect([12, 20, 24]).toContain(bytes.length);
      }),
    );
    expect(CAPABILITY_NAMES).toHaveLength(41);
  });
});
