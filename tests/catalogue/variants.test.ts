import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { decodeName } from '../../src/bytes/byteName.ts';
import { run } from '../support/testKernel.ts';
import { catalogue, imageKernel } from './container.ts';

/** Names by which Dockerfiles call their bases. */
const BASES = [
  'alpine:3.18',
  'alpine:3.19',
  'alpine:3.20',
  'alpine:3.21',
  'golang:1.22',
  'golang:1.23-alpine',
  'golang:alpine',
  'nginx:1.25-alpine',
  'nginx:alpine',
  'node:18',
  'node:20-alpine',
  'node:22-slim',
  'node:alpine',
  'node:lts-alpine',
  'node:lts-slim',
  'python:3.12-slim',
  'python:3.13-alpine',
  'python:3.9',
  'redis:7-alpine',
];

describe('CAT-1 versions and variants of base images', () => {
  it.each(BASES)('%s is there', async (name) => {
    const [repository = '', tag = ''] = name.split(':');
    expect((await catalogue.image(`library/${repository}`, tag))?.layers.length).toBeGreaterThan(0);
  });

  it('a tag names one image', async () => {
    const names = (await catalogue.entries()).flatMap(({ repository, tags }) =>
      tags.map((tag) => `${repository}:${tag}`),
    );
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([]);
  });

  it('docs/catalogue.md names every tag', async () => {
    const text = decodeName(await readFile(new URL('../../docs/catalogue.md', import.meta.url)));
    for (const { repository, tags } of await catalogue.entries()) {
      const row = text.split('\n').find((line) => line.startsWith(`| ${repository.replace('library/', '')} `)) ?? '';
      for (const tag of tags) expect(row, repository).toContain(`\`${tag}\``);
    }
  });

  it('versions of a language share the layers below theirs', async () => {
    const [a, b] = await Promise.all(['18', '22'].map((tag) => catalogue.image('library/node', tag)));
    const shared = a?.layers.filter(({ diffId }) => b?.layers.some((layer) => layer.diffId === diffId));
    expect(shared?.length).toBeGreaterThanOrEqual(4);
  });

  it('Alpine’s variants run their programs, and know their packages and users', async () => {
    const machine = await imageKernel('library/node', '22-alpine');
    const out = async (line: string) =>
      (await run(machine, ['/bin/sh', '-c', `PATH=/usr/local/bin:/usr/bin:/sbin:/bin; ${line}`])).stdout;
    expect(await out('cat /etc/alpine-release; id -u node; apk info -e libstdc++')).toBe('3.18.4\n1000\nlibstdc++\n');
    expect(await out('which node npm')).toBe('/usr/local/bin/node\n/usr/local/bin/npm\n');
  });

  it('Debian’s and Ubuntu’s images have the directories that base-files makes', async () => {
    for (const [repository, tag] of [
      ['debian', 'bookworm-slim'],
      ['ubuntu', '20.04'],
    ] as const) {
      const machine = await imageKernel(`library/${repository}`, tag);
      const { code, stderr } = await run(machine, [
        '/bin/sh',
        '-c',
        'cd /usr/local/bin; cd /srv; cd /opt; cd /mnt; cd /var/run',
      ]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    }
  });

  it('busybox and Alpine add users and groups', async () => {
    for (const repository of ['busybox', 'alpine']) {
      const machine = await imageKernel(`library/${repository}`, 'latest');
      const { code, stderr } = await run(machine, [
        '/bin/sh',
        '-c',
        'PATH=/usr/sbin:/usr/bin:/sbin:/bin; addgroup -S app && adduser -S -D -H -G app app && id app && printenv PATH && nohup true',
      ]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    }
  });

  it('a variant says the version that its tag names', async () => {
    for (const [repository, tag, variable] of [
      ['node', '18-alpine', 'NODE_VERSION=18.18.2'],
      ['python', '3.12-slim', 'PYTHON_VERSION=3.12.1'],
      ['golang', '1.22', 'GOLANG_VERSION=1.22.5'],
    ] as const) {
      const image = await catalogue.image(`library/${repository}`, tag);
      expect(decodeName(image?.config as Uint8Array)).toContain(variable);
    }
  });
});
