import { execFileSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { DebianPackages } from '../../src/catalogue/debianPackages.ts';
import { layerTar } from '../../src/catalogue/layerTar.ts';
import { readListing } from '../../src/catalogue/listing.ts';
import { standInName } from '../../src/shell/kernel/standIn.ts';

const files = {
  text: (path: string) => readFile(new URL(`../../public/catalogue/${path}`, import.meta.url), 'utf8'),
};

describe('CAT-1 listings', () => {
  it('a packed listing gives every entry back', () => {
    const listing = [
      ...readListing('d0 usr\nd3 /bin\nf7 /tool\t2000\t4755\t0:42\nl8 alias -> tool\nf0 etc/conf\t12\n'),
    ];
    expect(listing).toEqual([
      { kind: 'd', path: 'usr', mode: 0o755, uid: 0, gid: 0, sizeBytes: 0 },
      { kind: 'd', path: 'usr/bin', mode: 0o755, uid: 0, gid: 0, sizeBytes: 0 },
      { kind: 'f', path: 'usr/bin/tool', mode: 0o4755, uid: 0, gid: 42, sizeBytes: 2000 },
      { kind: 'l', path: 'usr/bin/alias', mode: 0o777, uid: 0, gid: 0, sizeBytes: 0, target: 'tool' },
      { kind: 'f', path: 'etc/conf', mode: 0o644, uid: 0, gid: 0, sizeBytes: 12 },
    ]);
  });
});

describe('CAT-1 layers of stand-ins', () => {
  const entries = [
    { kind: 'f', path: 'usr/bin/tool', mode: 0o755, uid: 0, gid: 0, sizeBytes: 123456 },
    { kind: 'f', path: 'usr/bin/small', mode: 0o755, uid: 0, gid: 0, sizeBytes: 60 },
    { kind: 'f', path: `usr/share/${'long/'.repeat(30)}text`, mode: 0o644, uid: 1, gid: 2, sizeBytes: 5000 },
    { kind: 'f', path: 'etc/tiny', mode: 0o600, uid: 0, gid: 0, sizeBytes: 3 },
    { kind: 'f', path: 'etc/motd', mode: 0o644, uid: 0, gid: 0, sizeBytes: 0, text: 'hello\n' },
    { kind: 'l', path: 'bin', mode: 0o777, uid: 0, gid: 0, sizeBytes: 0, target: 'usr/bin' },
    { kind: 'h', path: 'usr/bin/alias', mode: 0o644, uid: 0, gid: 0, sizeBytes: 0, target: 'usr/bin/tool' },
  ] as const;

  it('is the tar that GNU tar reads, of the sizes asked for', async () => {
    const source = layerTar(entries, 1_700_000_000);
    const tar = await source.read(0, source.sizeBytes);
    const listed = execFileSync('tar', ['-tv', '--numeric-owner', '--utc', '-f', '-'], { input: tar }).toString();
    expect(listed.replaceAll(/ +/g, ' ').trim().split('\n')).toEqual([
      'lrwxrwxrwx 0/0 0 2023-11-14 22:13 bin -> usr/bin',
      'drwxr-xr-x 0/0 0 2023-11-14 22:13 etc/',
      '-rw-r--r-- 0/0 6 2023-11-14 22:13 etc/motd',
      '-rw------- 0/0 3 2023-11-14 22:13 etc/tiny',
      'drwxr-xr-x 0/0 0 2023-11-14 22:13 usr/',
      'drwxr-xr-x 0/0 0 2023-11-14 22:13 usr/bin/',
      '-rwxr-xr-x 0/0 60 2023-11-14 22:13 usr/bin/small',
      '-rwxr-xr-x 0/0 123456 2023-11-14 22:13 usr/bin/tool',
      'drwxr-xr-x 0/0 0 2023-11-14 22:13 usr/share/',
      ...Array.from({ length: 30 }, (_, i) => `drwxr-xr-x 0/0 0 2023-11-14 22:13 usr/share/${'long/'.repeat(i + 1)}`),
      `-rw-r--r-- 1/2 5000 2023-11-14 22:13 usr/share/${'long/'.repeat(30)}text`,
      'hrwxr-xr-x 0/0 0 2023-11-14 22:13 usr/bin/alias link to usr/bin/tool',
    ]);
    const tool = execFileSync('tar', ['-xO', '-f', '-', 'usr/bin/tool', 'usr/bin/small'], { input: tar });
    expect(standInName(tool.subarray(60))).toBe('tool');
    expect(standInName(tool)).toBe('small');
    expect(tool.length).toBe(123456 + 60);
    expect(tool.subarray(1000).every((byte) => byte === 0)).toBe(true);
    expect(tar.length % 512).toBe(0);
    expect(source.parts?.stored.sizeBytes).toBeLessThan(40_000);
  });
});

describe('CAT-2 packages of Debian', () => {
  it('every package of the index has its files, and what it depends on', async () => {
    const packages = new DebianPackages(files);
    const index = await packages.index();
    expect(index.size).toBeGreaterThan(300);
    const provided = new Set(
      [...index.values()].flatMap(({ name, fields }) => [name, ...namesOf(fields.get('Provides'))]),
    );
    for (const { name, fields } of index.values()) {
      const entries = await packages.entries(name);
      expect(
        entries.some(({ path }) => path.includes('/doc/') || path.startsWith('.')) || entries.length > 0,
        name,
      ).toBe(true);
      for (const choice of `${fields.get('Pre-Depends') ?? ''},${fields.get('Depends') ?? ''}`.split(',')) {
        const names = choice.split('|').map((one) => one.trim().replace(/[ :(].*/, ''));
        if (names[0] !== '')
          expect(
            names.some((one) => provided.has(one)),
            `${name} needs ${choice}`,
          ).toBe(true);
      }
    }
  });
});

function namesOf(list = ''): string[] {
  return list.split(',').map((one) => one.trim().replace(/[ :(].*/, ''));
}
