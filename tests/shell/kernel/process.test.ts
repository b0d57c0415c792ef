import { describe, expect, it } from 'vitest';
import * as calls from '../../../src/shell/kernel/calls.ts';
import { makePipe } from '../../../src/shell/kernel/pipe.ts';
import type { Process } from '../../../src/shell/kernel/process.ts';
import { exitCode } from '../../../src/shell/kernel/waitStatus.ts';
import type { Program } from '../../../src/shell/kernel/program.ts';
import { Pty } from '../../../src/shell/kernel/pty.ts';
import { SIGNALS } from '../../../src/shell/kernel/signals.ts';
import { encodeName } from '../../../src/bytes/byteName.ts';
import { O_RDONLY, O_WRONLY } from '../../../src/vfs/overlay/openFlags.ts';
import { run, testKernel } from '../../support/testKernel.ts';

const yes: Program = async (process) => {
  for (;;) await process.print('y\n'.repeat(1000));
};

const table = {
  has: (name: string) => name === 'cat' || name === 'yes',
  load: (name: string): Program => (name === 'yes' ? yes : cat),
  names: () => ['cat', 'yes'],
};

const cat: Program = async (process) => {
  for (let chunk = await process.read(0); chunk.length > 0; chunk = await process.read(0)) await process.print(chunk);
  return 0;
};

async function piped(process: Process, writer: Program): Promise<{ readonly bytes: number; readonly status: number }> {
  const { readEnd, writeEnd } = makePipe();
  const child = process.fork(writer, { files: new Map([...process.files, [1, writeEnd]]) });
  writeEnd.close();
  const chunk = await readEnd.read(5000);
  readEnd.close();
  return { bytes: chunk.length, status: exitCode(await child.wait()) };
}

describe('SHELL-1 processes', () => {
  it('a writer whose reader has gone ends by SIGPIPE', async () => {
    let seen: unknown;
    await run(testKernel(), async (process) => {
      seen = await piped(process, yes);
      return 0;
    });
    expect(seen).toEqual({ bytes: 2000, status: 128 + SIGNALS.PIPE });
  });

  it('with SIGPIPE ignored the write fails with EPIPE', async () => {
    const result = await run(testKernel(), async (process) => {
      process.onSignal(SIGNALS.PIPE, 'ignore');
      const { status } = await piped(process, yes);
      return status;
    });
    expect(result).toEqual({
      code: 1,
      stdout: '',
      stderr: `test: pipe:[${/\d+/.exec(result.stderr)?.[0]}]: Broken pipe\n`,
    });
  });

  it('a read that a signal ends takes nothing from who reads next', async () => {
    const seen: string[] = [];
    await run(testKernel(), async (process) => {
      const terminal = new Pty();
      const { readEnd, writeEnd } = makePipe();
      for (const file of [terminal.slave, readEnd]) {
        const child = process.fork(cat, { files: new Map([...process.files, [0, file]]) });
        await process.pause();
        child.kill(SIGNALS.INT);
        await child.wait();
      }
      terminal.input(encodeName('typed\n'));
      await writeEnd.write(encodeName('piped'));
      for (const file of [terminal.slave, readEnd]) {
        const fd = process.install(file.retain());
        seen.push(new TextDecoder().decode(await process.read(fd)));
      }
      return 0;
    });
    expect(seen).toEqual(['typed\n', 'piped']);
  });

  it('executes files: stand-ins, scripts, and what cannot be run', async () => {
    const machine = testKernel({
      programs: table,
      files: {
        '/usr/bin/script': '#!/usr/bin/cat -x\nbody\n',
        '/usr/bin/plain': 'echo\n',
        '/usr/bin/gcc': '\x7fELF…',
      },
    });
    const codes = await run(machine, async (process) => {
      calls.chmod(process, '/usr/bin/script', 0o755);
      calls.chmod(process, '/usr/bin/gcc', 0o755);
      const failures: string[] = [];
      for (const path of ['/nowhere', '/etc', '/usr/bin/plain']) {
        await process.spawn(path).catch((error: { code: string }) => failures.push(error.code));
      }
      calls.chmod(process, '/usr/bin/plain', 0o755);
      await process.spawn('/usr/bin/plain').catch((error: { code: string }) => failures.push(error.code));
      const child = await process.spawn('/usr/bin/script', { argv: ['script', 'a'] });
      const gcc = await process.spawn('/usr/bin/gcc');
      await process.print(`${failures} ${JSON.stringify(child.argv)} ${exitCode(await gcc.wait())}\n`);
      return exitCode(await child.wait());
    });
    expect(codes.code).toBe(0);
    expect(codes.stdout).toBe('ENOENT,EACCES,EACCES,ENOEXEC ["/usr/bin/cat","-x","/usr/bin/script","a"] 126\n');
    expect(codes.stderr).toContain('not simulated');
  });

  it('signals end, stop, continue and are handled', async () => {
    const result = await run(testKernel(), async (process) => {
      const sleeper = process.fork(async (child) => {
        await child.sleep(1e9);
        return 0;
      });
      sleeper.kill(SIGNALS.STOP);
      await sleeper.whenStopped();
      sleeper.kill(SIGNALS.CONT);
      sleeper.kill(SIGNALS.TERM);
      const handler = process.fork(async (child) => {
        let got = 0;
        child.onSignal(SIGNALS.USR1, (signal) => {
          got = signal;
        });
        await child.sleep(1e9).catch(() => undefined);
        return got;
      });
      await process.sleep(1);
      handler.kill(SIGNALS.USR1);
      const busy = process.fork(async (child) => {
        for (;;) if (child.isDue) await child.pause();
      });
      await process.sleep(1);
      busy.kill(SIGNALS.INT);
      const codes = await Promise.all([sleeper.wait(), handler.wait(), busy.wait()]);
      await process.print(codes.map(exitCode).join(' '));
      return 0;
    });
    expect(result.stdout).toBe('143 10 130');
  });

  it('too many processes are refused, and the machine goes on', async () => {
    const bomb: Program = async (process) => {
      process.fork(bomb);
      process.fork(bomb);
      await process.sleep(1000);
      return 0;
    };
    const machine = testKernel();
    const result = await run(machine, async (process) => {
      const child = process.fork(bomb);
      await child.wait();
      return 7;
    });
    expect(result.code).toBe(7);
    expect(result.stderr).toContain('Resource temporarily unavailable');
    await machine.kernel.halt();
    expect(machine.kernel.processes.size).toBe(0);
  });
});

describe('SHELL-1 files of processes', () => {
  it('a path may lead over links from one mount into another', async () => {
    const machine = testKernel({ files: { '/data/a/file': 'text' } });
    const result = await run(machine, async (process) => {
      calls.symlink(process, '/dev/shm', '/data/link');
      await calls.writeFile(process, '/data/link/x', 'in shm');
      await process.print(`${calls.realpath(process, '/data/link/../pts')} ${calls.realpath(process, 'data/link/x')} `);
      calls.unlink(process, '/data/link');
      calls.symlink(process, 'a', '/data/link');
      await process.print(await calls.readFile(process, '/data/link/file'));
      calls.rename(process, '/data/a', '/data/b');
      expect(() => calls.stat(process, '/data/link/file')).toThrow('ENOENT');
      expect(() => calls.rename(process, '/data/b/file', '/dev/shm/file')).toThrow('EXDEV');
      expect(() => calls.rmdir(process, '/proc')).toThrow('EBUSY');
      return 0;
    });
    expect(result).toEqual({ code: 0, stdout: '/dev/pts /dev/shm/x text', stderr: '' });
  });

  it('devices, descriptors by path, fifos', async () => {
    const result = await run(testKernel(), async (process) => {
      await calls.writeFile(process, '/dev/null', 'gone');
      const zero = await calls.open(process, '/dev/zero', O_RDONLY);
      await process.print(`${(await zero.read(4)).join('')} `);
      await calls.writeFile(process, '/dev/stdout', 'via proc ');
      await expect(calls.writeFile(process, '/dev/full', 'x')).rejects.toThrow('ENOSPC');
      calls.mknod(process, '/tmp/fifo', 0o010644);
      const child = process.fork(async (writer) => {
        const file = await calls.open(writer, '/tmp/fifo', O_WRONLY);
        await file.write(encodeName('through'));
        file.close();
        return 0;
      });
      await process.print(await calls.readFile(process, '/tmp/fifo'));
      return exitCode(await child.wait());
    });
    expect(result).toEqual({ code: 0, stdout: '0000 via proc through', stderr: '' });
  });

  it('a bound directory asks for no permission on the way to it', async () => {
    const machine = testKernel({ files: { '/root/secret/file': 'text' } });
    const { mounts } = machine.namespaces;
    mounts.root.chmod('/root', 0o700);
    mounts.mount('/tmp', mounts.root, { root: '/root/secret' });
    const credentials = { uid: 1000, gid: 1000, groups: [], umask: 0o022 };
    const result = await run(
      machine,
      async (process) => {
        expect(() => calls.stat(process, '/root/secret/file')).toThrow('EACCES');
        await process.print(await calls.readFile(process, '/tmp/file'));
        await expect(calls.writeFile(process, '/tmp/new', '')).rejects.toThrow('EACCES');
        return 0;
      },
      { credentials },
    );
    expect(result).toEqual({ code: 0, stdout: 'text', stderr: '' });
  });

  it('a full disk refuses more, and takes again what was freed', async () => {
    const machine = testKernel({ diskBytes: 1000 });
    const result = await run(machine, async (process) => {
      await calls.writeFile(process, '/a', 'x'.repeat(900));
      await expect(calls.writeFile(process, '/b', 'x'.repeat(200))).rejects.toThrow('ENOSPC');
      calls.unlink(process, '/a');
      await calls.writeFile(process, '/b', 'x'.repeat(200));
      return 0;
    });
    expect(result.stderr).toBe('');
  });
});

describe('SHELL-1 terminals', () => {
  it('edits lines, echoes, and turns keys into signals', async () => {
    const machine = testKernel();
    const terminal = machine.kernel.newTerminal(80, 24);
    let shown = '';
    terminal.onOutput = (bytes) => {
      shown += new TextDecoder().decode(bytes);
    };
    const done = run(
      machine,
      async (process) => {
        const line = new TextDecoder().decode(await process.read(0));
        await process.print(`got ${line}`);
        await process.sleep(1e9);
        return 0;
      },
      { terminal },
    );
    terminal.input(encodeName('hallo\x7f\x7felo\r'));
    await new Promise((resolve) => setTimeout(resolve, 0));
    terminal.input(encodeName('\x03'));
    expect((await done).code).toBe(130);
    expect(shown).toBe('hallo\b \b\b \belo\r\ngot halelo\r\n^C');
    expect(new Pty().slave.isTerminal).toBe(true);
  });
});
