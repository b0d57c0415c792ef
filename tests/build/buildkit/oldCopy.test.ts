import { describe, expect, it } from 'vitest';
import { HOST_PROGRAMS } from '../../../src/machine/hostPrograms.ts';
import { ContextFilter } from '../../../src/build/context/contextFilter.ts';
import { standIn } from '../../../src/shell/kernel/standIn.ts';
import { writeTar } from '../../../src/tar/writeTar.ts';
import { buildkitBuild, type ContextFile } from '../../support/buildkitBuild.ts';
import { testEngine } from '../../support/testEngine.ts';

// What recordings of the BuildKit inside dockerd 20.10 show.

const NAMES = ['sh', 'ln', 'echo'];
const FILES: Readonly<Record<string, ContextFile>> = {
  ...Object.fromEntries(NAMES.map((name) => [`bin/${name}`, { text: standIn(name), mode: 0o755 }])),
  a: { text: 'alpha\n' },
  'd/x': { text: 'x\n', mode: 0o640 },
};
const BASE = 'FROM scratch AS base\nCOPY bin /bin/\n';

async function archive(): Promise<Uint8Array> {
  const member = { name: new TextEncoder().encode('in'), type: 'file' as const, mode: 0o600, uid: 8, gid: 9 };
  const chunks: number[] = [];
  for await (const chunk of writeTar([{ member: { ...member, sizeBytes: 0, mtimeSec: 0 } }])) chunks.push(...chunk);
  return Uint8Array.from(chunks);
}

async function built(lines: string, files = FILES) {
  const host = testEngine({ programs: HOST_PROGRAMS });
  const { id, error, log } = await buildkitBuild(host, `${BASE}${lines}\n`, files, { vintage: '0.8' });
  if (id === undefined) return { error: error?.message, log, facts: [] as string[], layerSizes: [] as number[] };
  const { layers } = host.engine.images.find(id);
  const { mount } = host.engine.images.mount(layers.map(({ diffId }) => diffId));
  const facts = ['/o', '/o/a', '/o/x', '/o/in'].flatMap((path) => {
    try {
      const { mode, uid, gid } = mount.lstat(path);
      return [`${path} ${(mode & 0o7777).toString(8)} ${uid}:${gid}`];
    } catch {
      return [];
    }
  });
  return { error: error?.message, log, facts, layerSizes: layers.map(({ sizeBytes }) => sizeBytes) };
}

describe('BK-6 COPY and ADD in 0.8', () => {
  it.each([
    ['COPY --chmod=600 a d /o/', ['/o 755 0:0', '/o/a 600 0:0', '/o/x 600 0:0']],
    ['COPY --chmod=u+x a /o/', ['/o 755 0:0', '/o/a 644 0:0']],
    ['COPY --chmod=99 a /o/', ['/o 755 0:0', '/o/a 644 0:0']],
    ['ADD --chown=5:6 t.tar /o/', ['/o 755 5:6', '/o/in 600 8:9']],
  ])('%s', async (line, expected) => {
    const { facts } = await built(line, { ...FILES, 't.tar': { text: await archive() } });
    expect(facts).toEqual(expected);
  });

  it.each([
    [
      'COPY a /o/\nCOPY d /o/a',
      /^cannot copy to non-directory: \/var\/lib\/docker\/overlay2\/[a-z0-9]{25}\/merged\/o\/a$/,
    ],
    ['COPY a /bin/sh/x', /^mkdir \/var\/lib\/docker\/overlay2\/[a-z0-9]{25}\/merged\/bin\/sh: not a directory$/],
    ['ADD git://x /y', /^failed to compute cache key: "\/git:\/x" not found: not found$/],
  ])('%s fails', async (lines, expected) => {
    expect((await built(lines)).error).toMatch(expected);
  });

  it('counts no link in the size of a layer', async () => {
    expect((await built('RUN ln -s /somewhere /l')).layerSizes.at(-1)).toBe(0);
  });
});

describe('BK-5 what 0.8 tells', () => {
  it('no arguments of another stage in the history', async () => {
    const host = testEngine({ programs: HOST_PROGRAMS });
    const text = `${BASE}ARG V=1\nFROM base\nRUN echo "v=$V"\n`;
    const { id, log } = await buildkitBuild(host, text, FILES, { vintage: '0.8' });
    expect(log).toContain('v=1');
    const { history } = host.engine.images.find(String(id)).config;
    expect(history.at(-1)?.createdBy).toBe('RUN /bin/sh -c echo "v=$V" # buildkit');
  });

  it('that a platform is empty', async () => {
    const host = testEngine({ programs: HOST_PROGRAMS });
    const { error } = await buildkitBuild(host, 'FROM --platform=$NOPE x\n', FILES, { vintage: '0.8' });
    expect(error?.message).toContain('failed to parse platform : "" is an invalid component of "": ');
  });

  it('of an exported cache that it lies in the image', async () => {
    const host = testEngine({ programs: HOST_PROGRAMS });
    const cache = { imports: [], exports: [], isInline: true };
    const { log } = await buildkitBuild(host, `${BASE}RUN echo\n`, FILES, { vintage: '0.8', cache });
    expect(log).toMatch(/exporting cache\n.*preparing build cache for export done/s);
  });
});

describe('BUILD-4 which folders the clients go into', () => {
  it.each([
    ['buildkit', true],
    ['buildkit 0.8', false],
    ['classic', false],
  ] as const)('%s goes into what an exception with wildcards may lie in: %s', (client, isWalked) => {
    const filter = new ContextFilter(['**', '!**/*.txt'], client);
    expect(filter.judge('a', { isDirectory: true, parent: undefined }).walked).toBe(isWalked);
  });
});
