import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressKind } from '../../src/registry/guard/addressRules.ts';
import { HostPolicy } from '../../src/registry/guard/hostPolicy.ts';
import { isLoopbackHost, judgeHost } from '../../src/registry/guard/hostRules.ts';
import { parseIpv4 } from '../../src/registry/guard/ipv4.ts';
import { parseIpv6 } from '../../src/registry/guard/ipv6.ts';

describe('hosts that are refused', () => {
  it.each([
    ['127.0.0.1', 'loopback'],
    ['127.1', 'loopback'],
    ['127.0.1', 'loopback'],
    ['2130706433', 'loopback'],
    ['0x7f000001', 'loopback'],
    ['0x7F.1', 'loopback'],
    ['0177.0.0.1', 'loopback'],
    ['017700000001', 'loopback'],
    ['127.0.0.1.', 'loopback'],
    ['127.0.0.1...', 'loopback'],
    ['127。0。0。1', 'loopback'],
    ['１２７.０.０.１', 'loopback'],
    ['①②⑦.⓪.⓪.①', 'loopback'],
    ['%31%32%37.0.0.1', 'loopback'],
    ['0', 'unspecified'],
    ['0.0.0.0', 'unspecified'],
    ['0x', 'unspecified'],
    ['10.1.2.3', 'private'],
    ['012.1.2.3', 'private'],
    ['167772161', 'private'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.168.1.1', 'private'],
    ['192.168.257', 'private'],
    ['100.64.0.1', 'private'],
    ['169.254.169.254', 'linkLocal'],
    ['0xa9fea9fe', 'linkLocal'],
    ['224.0.0.1', 'multicast'],
    ['255.255.255.255', 'reserved'],
    ['198.18.0.1', 'reserved'],
    ['[::]', 'unspecified'],
    ['[::1]', 'loopback'],
    ['[0:0:0:0:0:0:0:1]', 'loopback'],
    ['[::ffff:127.0.0.1]', 'loopback'],
    ['[::ffff:7f00:1]', 'loopback'],
    ['[0:0:0:0:0:ffff:7f00:0001]', 'loopback'],
    ['[::ffff:10.0.0.1]', 'private'],
    ['[64:ff9b::7f00:1]', 'loopback'],
    ['[64:ff9b::169.254.169.254]', 'linkLocal'],
    ['[64:ff9b:1::1]', 'reserved'],
    ['[::7f00:1]', 'reserved'],
    ['[2002:7f00:1::]', 'reserved'],
    ['[2001::1]', 'reserved'],
    ['[fe80::1]', 'linkLocal'],
    ['[fe80::1%25eth0]', 'linkLocal'],
    ['[fec0::1]', 'private'],
    ['[fc00::1]', 'private'],
    ['[fdff::1]', 'private'],
    ['[ff02::1]', 'multicast'],
    ['[2001:db8::1]', 'reserved'],
    ['::1', 'loopback'],
    ['localhost', 'localName'],
    ['LOCALHOST.', 'localName'],
    ['ｌｏｃａｌｈｏｓｔ', 'localName'],
    ['a.b.localhost', 'localName'],
    ['ip6-loopback', 'localName'],
    ['localhost.localdomain', 'localName'],
    ['1.2.3.4.5', 'malformed'],
    ['256.256.256.256', 'malformed'],
    ['1.2.3.0x100000000', 'malformed'],
    ['a..b', 'malformed'],
    ['a b', 'malformed'],
    ['', 'malformed'],
    ['...', 'malformed'],
    ['[1.2.3.4]', 'malformed'],
    ['%zz', 'malformed'],
    ['evil.com%00.good.com', 'malformed'],
    ['[::1', 'malformed'],
    ['1::2::3', 'malformed'],
  ] as const)('%s: %s', (host, why) => {
    expect(judgeHost(host)).toEqual({ kind: 'refused', why });
  });
});

describe('hosts that pass', () => {
  it.each(['1.1.1.1', '8.8.8.8', '172.15.0.1', '172.32.0.1', '100.63.0.1', '100.128.0.1', '169.253.1.1'])(
    '%s',
    (host) => {
      expect(judgeHost(host)).toEqual({ kind: 'publicAddress' });
    },
  );
  it.each(['[2606:4700::1111]', '[2a00:1450::1]', '[::ffff:8.8.8.8]', '[64:ff9b::808:808]'])('%s', (host) => {
    expect(judgeHost(host)).toEqual({ kind: 'publicAddress' });
  });
  it.each([
    ['registry-1.docker.io', 'registry-1.docker.io'],
    ['GHCR.IO.', 'ghcr.io'],
    ['127.0.0.1.nip.io', '127.0.0.1.nip.io'],
    ['xn--bcher-kva.example', 'xn--bcher-kva.example'],
    ['notlocalhost', 'notlocalhost'],
  ])('%s is to be looked up', (host, name) => {
    expect(judgeHost(host)).toEqual({ kind: 'name', name });
  });
});

const PRIVATE_NETS: readonly (readonly [number, number])[] = [
  [0x00000000, 8],
  [0x0a000000, 8],
  [0x64400000, 10],
  [0x7f000000, 8],
  [0xa9fe0000, 16],
  [0xac100000, 12],
  [0xc0a80000, 16],
  [0xe0000000, 4],
  [0xf0000000, 4],
];

const privateIpv4 = fc
  .tuple(fc.constantFrom(...PRIVATE_NETS), fc.nat(0xffffffff))
  .map(([[net, bits], rest]) => (net + (rest % 2 ** (32 - bits))) >>> 0);

/** One spelling of a number as one part of an address. */
function spellPart(value: number, form: number): string {
  return (
    [String(value), `0${value.toString(8)}`, `0x${value.toString(16)}`, `0X${value.toString(16).toUpperCase()}`][
      form % 4
    ] ?? ''
  );
}

function spellIpv4(address: number, partCount: number, forms: readonly number[]): string {
  const parts: string[] = [];
  for (let i = 0; i < partCount - 1; i++) parts.push(spellPart((address >>> (24 - 8 * i)) & 255, forms[i] ?? 0));
  const restBits = 32 - 8 * (partCount - 1);
  const rest = restBits === 32 ? address : address & (2 ** restBits - 1);
  return [...parts, spellPart(rest >>> 0, forms[3] ?? 0)].join('.');
}

function fullWidth(text: string): string {
  return text.replace(/[0-9a-zA-Z]/g, (c) => String.fromCharCode(c.charCodeAt(0) + 0xfee0));
}

const forms = fc.array(fc.nat(3), { minLength: 4, maxLength: 4 });

describe('no private address passes in any spelling', () => {
  it('IPv4: parts, bases, dots at the end, full-width characters, escapes', () => {
    fc.assert(
      fc.property(privateIpv4, fc.integer({ min: 1, max: 4 }), forms, fc.nat(4), (address, parts, bases, disguise) => {
        const plain = spellIpv4(address, parts, bases);
        const escaped = [...plain].map((c) => `%${c.charCodeAt(0).toString(16)}`).join('');
        const host = [plain, `${plain}.`, fullWidth(plain), plain.replaceAll('.', '。'), escaped][disguise] ?? plain;
        expect(judgeHost(host).kind).toBe('refused');
        expect(new HostPolicy().refusal(new URL(`http://${plain}/`))).toBeDefined();
      }),
      { numRuns: 2000 },
    );
  });

  it('IPv4 within IPv6: mapped, compatible, NAT64, 6to4', () => {
    fc.assert(
      fc.property(
        privateIpv4,
        fc.constantFrom('::ffff:', '64:ff9b::', '::', '2002:'),
        fc.boolean(),
        (address, head, dotted) => {
          const hex = `${(address >>> 16).toString(16)}:${(address & 0xffff).toString(16)}`;
          const quad = [24, 16, 8, 0].map((shift) => (address >>> shift) & 255).join('.');
          const host = `[${head}${dotted && head !== '2002:' ? quad : hex}${head === '2002:' ? '::1' : ''}]`;
          expect(judgeHost(host).kind).toBe('refused');
          expect(new HostPolicy().refusal(new URL(`http://${host}/`))).toBeDefined();
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('IPv6: only what is assigned for the world passes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        const first = bytes[0] ?? 0;
        const groups = Array.from({ length: 8 }, (_, i) =>
          (((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)).toString(16),
        );
        const text = groups.join(':');
        expect(parseIpv6(text)).toEqual(bytes);
        if (first >> 5 !== 1) expect(judgeHost(`[${text}]`).kind).toBe('refused');
      }),
    );
  });

  it('reads an address as the URL parser does', () => {
    fc.assert(
      fc.property(fc.nat(0xffffffff), fc.integer({ min: 1, max: 4 }), forms, (address, parts, bases) => {
        const text = spellIpv4(address, parts, bases);
        expect([...(parseIpv4(text) ?? [])].join('.')).toBe(new URL(`http://${text}/`).hostname);
      }),
    );
  });

  it('ends for any text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80, unit: 'binary' }), (text) => typeof judgeHost(text).kind === 'string'),
    );
  });
});

describe('HostPolicy', () => {
  it('lets through what is named, with its port or without', () => {
    const policy = new HostPolicy(['localhost:5000', '10.0.0.1']);
    expect(policy.refusal(new URL('http://localhost:5000/'))).toBeUndefined();
    expect(policy.refusal(new URL('http://localhost:5001/'))).toContain('this machine');
    expect(policy.refusal(new URL('https://10.0.0.1:444/'))).toBeUndefined();
    expect(policy.addressRefusal(new URL('http://localhost:5000/'), '127.0.0.1')).toBeUndefined();
    expect(new HostPolicy(['localhost:80']).refusal(new URL('http://localhost/'))).toBeUndefined();
  });

  it.each(['ftp://example.com/', 'file:///etc/passwd', 'http://user:secret@example.com/'])('refuses %s', (url) => {
    expect(new HostPolicy().refusal(new URL(url))).toBeDefined();
    expect(new HostPolicy().refusal(new URL(url))).not.toContain('secret');
  });

  it('judges where a name leads', () => {
    const url = new URL('https://rebound.example/');
    expect(new HostPolicy().addressRefusal(url, '93.184.216.34')).toBeUndefined();
    for (const address of ['127.0.0.1', '::1', 'fe80::1%eth0', '::ffff:10.0.0.1', 'rubbish']) {
      expect(new HostPolicy().addressRefusal(url, address)).toBeDefined();
    }
  });

  it('knows this machine by its spelling', () => {
    expect(['localhost', '127.3.2.1', '[::1]', '0x7f.1'].every(isLoopbackHost)).toBe(true);
    expect(['10.0.0.1', 'example.com', '0.0.0.0'].some(isLoopbackHost)).toBe(false);
  });

  it('has no kind for what is no address', () => {
    expect(() => addressKind(new Uint8Array(5))).toThrow(RangeError);
  });
});
