import { describe, expect, it } from 'vitest';
import { run } from '../support/testKernel.ts';
import { imageKernel } from './container.ts';

describe('CAT-4 busybox’s httpd', () => {
  it('serves the files of a folder, and refuses what it cannot do by name', async () => {
    const machine = await imageKernel('library/busybox', 'latest');
    const sh = (line: string) => run(machine, ['/bin/sh', '-c', line]);
    const served = await sh(
      'echo hi > /var/www/index.html; httpd -p 8080 -h /var/www && wget -qO- http://localhost:8080/ && wget -qO- http://localhost:8080/none',
    );
    expect(served.stdout).toBe('hi\n');
    expect(served.stderr).toContain('404');
    const refused = await sh('busybox httpd -f -c /etc/httpd.conf');
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining('option -c is not simulated') as string });
    expect((await sh('httpd -f -h /nowhere')).stderr).toBe(
      "httpd: can't change directory to '/nowhere': No such file or directory\n",
    );
  });
});
