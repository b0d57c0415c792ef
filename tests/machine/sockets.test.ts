import { describe, expect, it } from 'vitest';
import { runLines } from '../support/labShell.ts';

describe('what listens', () => {
  it('is shown by ss and netstat, in the form of the real ones', async () => {
    const { output } = await runLines(['ss -tln', 'netstat -tln', "ssh b 'ss -Htl'; ss -p"]);
    expect(output).toBe(
      [
        'State  Recv-Q Send-Q Local Address:Port Peer Address:PortProcess',
        'LISTEN 0      4096         0.0.0.0:22        0.0.0.0:*          ',
        'LISTEN 0      4096         0.0.0.0:5000      0.0.0.0:*          ',
        'Active Internet connections (only servers)',
        'Proto Recv-Q Send-Q Local Address           Foreign Address         State      ',
        'tcp        0      0 0.0.0.0:22              0.0.0.0:*               LISTEN     ',
        'tcp        0      0 0.0.0.0:5000            0.0.0.0:*               LISTEN     ',
        'LISTEN 0      4096         0.0.0.0:ssh       0.0.0.0:*          ',
        'LISTEN 0      4096         0.0.0.0:http      0.0.0.0:*          ',
        "ss: option '-p' is not simulated",
        '',
      ].join('\n'),
    );
  });
});
