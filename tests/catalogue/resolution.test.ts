import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { decodeName } from '../../src/bytes/byteName.ts';
import { cataloguePrograms } from '../../src/catalogue/programs.ts';
import { joinPrograms } from '../../src/machine/programs.ts';
import { SHELL_PROGRAMS } from '../support/shellPrograms.ts';
import { catalogue } from './container.ts';

const PROGRAM = /^(?:usr\/|usr\/local\/|usr\/local\/(?:go|apache2)\/|)s?bin\/([^/]+)$|^(hello)$/;
/** Its layers name it; the machine adds it where an image's registry is served. */
const OF_THE_MACHINE = new Set(['registry', 'busybox']);

/** Programs that stand in for real ones in the images, by name, and the images that hold them. */
async function programsOfImages(): Promise<Map<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  for (const { name, repository, tags } of await catalogue.entries()) {
    const recipe = JSON.parse(
      await readFile(new URL(`../../public/catalogue/images/${name}.json`, import.meta.url), 'utf8'),
    ) as {
      steps: { layer?: { packages?: string[]; listing?: string; listingFile?: string; isUsrMerged?: boolean } }[];
    };
    expect(tags.length, repository).toBeGreaterThan(0);
    const { layerEntries } = await import('../../src/catalogue/layerEntries.ts');
    const files = {
      text: (path: string) => readFile(new URL(`../../public/catalogue/${path}`, import.meta.url), 'utf8'),
    };
    for (const { layer } of recipe.steps) {
      if (!layer) continue;
      for (const entry of await layerEntries(layer, files, catalogue.debian, new Set())) {
        const [, program, hello] = PROGRAM.exec(entry.path) ?? [];
        const one = program ?? hello;
        const isApplet = entry.kind === 'l' && entry.target === '/bin/busybox';
        const isFile = entry.kind === 'f' && (entry.mode & 0o111) !== 0 && entry.text === undefined;
        if (one === undefined || !(isApplet || isFile)) continue;
        found.set(one, (found.get(one) ?? new Set()).add(name));
      }
    }
  }
  return found;
}

describe('CAT-5 programs of images', () => {
  it('each runs, or is written down as one that cannot: docs/not-simulated.md', async () => {
    const programs = joinPrograms(SHELL_PROGRAMS, cataloguePrograms(catalogue));
    const text = decodeName(await readFile(new URL('../../docs/not-simulated.md', import.meta.url)));
    const written = new Set([...text.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string));
    const found = await programsOfImages();
    expect(found.size).toBeGreaterThan(300);
    const silent = [...found.keys()].filter(
      (name) => !programs.has(name) && !OF_THE_MACHINE.has(name) && !written.has(name),
    );
    expect(silent.sort()).toEqual([]);
    expect([...written].filter((name) => programs.has(name))).toEqual([]);
    for (const name of [
      'apk',
      'apt-get',
      'bash',
      'httpd',
      'ls',
      'nginx',
      'node',
      'npm-cli.js',
      'pip',
      'python3.11',
      'rpm',
      'yum',
    ])
      expect(programs.has(name) && written.has(name), name).toBe(false);
  });
});
