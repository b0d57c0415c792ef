import { describe, expect, it } from 'vitest';
import { run } from '../support/testKernel.ts';
import { imageKernel } from './container.ts';

describe('CAT-4 hello-world', () => {
  it('says hello', async () => {
    const { code, stdout } = await run(await imageKernel('library/hello-world', 'latest'), ['/hello']);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\nHello from Docker!\n/);
    expect(stdout.split('\n').length).toBe(23);
  });
});
