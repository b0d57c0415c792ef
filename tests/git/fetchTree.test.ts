import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeName } from '../../src/bytes/byteName.ts';
import { type FetchedTree, fetchTree } from '../../src/git/fetchTree.ts';
import { HAS_GIT, RealRepository } from './realRepository.ts';

const URL_ = 'http://git.lab/site.git';

async function shown({ files }: FetchedTree): Promise<Record<string, string>> {
  const entries = files.map(async ({ path, mode, read }) => [path, `${mode.toString(8)} ${decodeName(await read())}`]);
  return Object.fromEntries(await Promise.all(entries)) as Record<string, string>;
}

describe.skipIf(!HAS_GIT)('a tree fetched from a git server', () => {
  let real: RealRepository;
  let first: string;
  let second: string;

  beforeAll(() => {
    real = new RealRepository();
    real.write('Dockerfile', 'FROM scratch\n');
    real.write('app/run.sh', '#!/bin/sh\n', 0o755);
    real.link('app/run.sh', 'run');
    first = real.commit('first');
    real.git('tag', '-a', 'v1', '-m', 'one');
    real.git('checkout', '-q', '-b', 'topic');
    real.write('app/more/größe.txt', 'x\n');
    second = real.commit('second');
    real.git('checkout', '-q', 'main');
  });
  afterAll(() => real.remove());

  it('is that of HEAD', async () => {
    const tree = await fetchTree({ url: URL_ }, real.transport);
    expect(tree.commit).toBe(first);
    expect(await shown(tree)).toEqual({
      Dockerfile: '100644 FROM scratch\n',
      'app/run.sh': '100755 #!/bin/sh\n',
      run: '120000 app/run.sh',
    });
    expect(tree.gitFiles.map(({ path }) => path)).toContain('.git/HEAD');
  });

  it.each([['topic'], ['refs/heads/topic'], ['ID']])('is that of %s', async (ref) => {
    const tree = await fetchTree({ url: URL_, ref: ref === 'ID' ? second : ref }, real.transport);
    expect(tree.commit).toBe(second);
    expect(Object.keys(await shown(tree))).toContain('app/more/größe.txt');
  });

  it('is that of a tag, which is peeled', async () => {
    expect((await fetchTree({ url: URL_, ref: 'v1' }, real.transport)).commit).toBe(first);
  });

  it('is a directory of it', async () => {
    const tree = await fetchTree({ url: URL_, ref: 'topic', directory: 'app' }, real.transport);
    expect(Object.keys(await shown(tree))).toEqual(['more/größe.txt', 'run.sh']);
  });

  it.each([
    [{ ref: 'nosuch' }, 'ref'],
    [{ ref: '0123456789012345678901234567890123456789' }, 'ref'],
    [{ directory: 'nosuch' }, 'path'],
    [{ directory: 'Dockerfile' }, 'path'],
  ])('is refused for %j', async (part, code) => {
    await expect(fetchTree({ url: URL_, ...part }, real.transport)).rejects.toMatchObject({ code });
  });

  it('is refused from what is no git server', async () => {
    const page = async function* () {
      yield new TextEncoder().encode('<html>');
    };
    const answers = (status: number) => async () => ({ status, statusText: '', headers: {}, body: page() });
    await expect(fetchTree({ url: URL_ }, answers(404))).rejects.toMatchObject({ name: 'GitError', code: 'remote' });
    await expect(fetchTree({ url: URL_ }, answers(200))).rejects.toMatchObject({ name: 'GitError', code: 'remote' });
  });
});
