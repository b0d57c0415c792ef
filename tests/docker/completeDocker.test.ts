import { describe, expect, it } from 'vitest';
import type { EngineApi } from '../../src/engine/engineApi.ts';
import { completeDocker } from '../../src/docker/completeDocker.ts';

const engine = {
  containers: { list: () => [{ name: 'web' }] },
  images: { list: () => [{ repoTags: ['alpine:latest', 'redis:7'] }] },
  volumes: { list: () => [{ name: 'data' }] },
  networks: { list: () => [{ name: 'bridge' }] },
} as unknown as EngineApi;

describe('SHELL-6 the tab key completes docker’s arguments', () => {
  it.each([
    ['docker ru', 'run'],
    ['docker image l', 'ls'],
    ['docker run --na', '--name'],
    ['docker run al', 'alpine'],
    ['docker run -it --rm re', 'redis:7'],
    ['docker rm -f w', 'web'],
    ['docker cp w', 'web:'],
    ['docker volume rm d', 'data'],
    ['docker network inspect b', 'bridge'],
    ['docker inspect w', 'web'],
  ])('%s', (line, wanted) => {
    expect(completeDocker(engine, line.split(' '))).toContain(wanted);
  });

  it.each(['docker run alpine /bi', 'docker load -i a', 'docker build .'])('%s: names of files', (line) => {
    expect(completeDocker(engine, line.split(' '))).toBeUndefined();
  });
});
