import { describe, expect, it } from 'vitest';
import { openArchive } from '../../src/archive/openArchive.ts';
import { writeArchive } from '../../src/archive/writeArchive.ts';
import { type Member, bytesOf, input, json, sampleLayers, tarOf, work } from './buildTar.ts';

/** ID → what its json says, base first. */
async function v1Archive(images: Readonly<Record<string, object>>, repositories: unknown) {
  const layers = await sampleLayers();
  const members = Object.entries(images).flatMap(([id, image], i): [string, Member][] => [
    [`${id}/VERSION`, '1.0'],
    [`${id}/json`, json({ id, ...image })],
    [`${id}/layer.tar`, layers[i % 2] as Uint8Array],
  ]);
  return openArchive(input(await tarOf([...members, ['repositories', json(repositories)]])), work);
}

const ID = 'a'.repeat(64);

describe('ARC-1 images of before Docker 1.10', () => {
  it('have any name of a folder for an ID, as docker takes it', async () => {
    const archive = await v1Archive({ base: {}, 'top-1': { parent: 'base' } }, { app: { latest: 'top-1' } });
    expect(archive.findings).toEqual([]);
    expect(archive.images).toMatchObject([{ v1Id: 'top-1', tags: ['app:latest'], layers: [{}, {}] }]);
  });

  it('are found below one of 64 digits, too', async () => {
    const archive = await v1Archive({ base: {}, [ID]: { parent: 'base' } }, { app: { latest: ID } });
    expect(archive.images[0]?.layers).toHaveLength(2);
  });

  it.each(['..', '../x', 'a/b', '', '.'])('%j is no ID', async (id) => {
    const images = { base: {}, [ID]: {} };
    const archive = await v1Archive(images, { app: { latest: ID, other: id } });
    expect(archive.images).toHaveLength(1);
    expect(archive.findings).toMatchObject([{ severity: 'error', code: 'v1IdInvalid' }]);
  });

  it.each([{}, { app: { gone: 'f'.repeat(64) } }])(
    'repositories %j: the heads are guessed, and it is said',
    async (named) => {
      const archive = await v1Archive({ base: {}, [ID]: { parent: 'base' } }, named);
      expect(archive.images).toMatchObject([{ v1Id: ID, tags: [] }]);
      expect(archive.findings.map(({ code }) => code)).toContain('headsNotNamed');
    },
  );

  it('IMG-7 have parents that are no text: told', async () => {
    const archive = await v1Archive({ [ID]: { parent: 5 } }, { app: { latest: ID } });
    expect(archive.findings).toMatchObject([{ severity: 'warning', code: 'documentTypes' }]);
  });

  it('SAVE-1 keep tags that are no references', async () => {
    const archive = await v1Archive({ [ID]: {} }, { 'UP er': { 't t': ID } });
    const { chunks } = await writeArchive(
      archive,
      archive.images,
      { format: 'docker-legacy', layers: 'asStored' },
      work,
    );
    expect((await openArchive(input(await bytesOf(chunks)), work)).images[0]?.tags).toEqual(['UP er:t t']);
  });
});
