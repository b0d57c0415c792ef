import { describe, expect, it } from 'vitest';
import { decodeName, encodeName } from '../../../src/bytes/byteName.ts';
import { WallClock } from '../../../src/shell/kernel/clock.ts';
import type { Pty } from '../../../src/shell/kernel/pty.ts';
import { completersOf } from '../../../src/shell/interpreter/program/completion.ts';
import { SHELL_PROGRAMS } from '../../support/shellPrograms.ts';
import { run, type RunResult, testKernel } from '../../support/testKernel.ts';

/** Somebody at a terminal: types, and waits for what is shown, not for time. */
class Typist {
  readonly #pty: Pty;
  readonly ended: Promise<RunResult>;
  #shown = '';
  #seen = 0;
  #wake: () => void = () => undefined;

  constructor(shell: string, files: Record<string, string> = {}) {
    const machine = testKernel({ programs: SHELL_PROGRAMS, clock: new WallClock(), files });
    completersOf(machine.kernel).set('docker', (_, words) =>
      words.length === 2 ? ['images', 'import'] : ['redis:7', 'nginx'],
    );
    this.#pty = machine.kernel.newTerminal(80, 24);
    this.#pty.onOutput = (bytes) => {
      this.#shown += decodeName(bytes).replace(/\x1b\[\?2004[hl]/g, '');
      this.#wake();
    };
    const env = { PS1: '@ ', TERM: 'xterm' };
    this.ended = run(machine, [shell], { terminal: this.#pty, cwd: '/root', env });
  }

  /** Waits until that is shown, after all that was waited for before. */
  async sees(text: string): Promise<void> {
    for (;;) {
      const at = this.#shown.indexOf(text, this.#seen);
      if (at >= 0) {
        this.#seen = at + text.length;
        return;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  types(text: string): void {
    this.#pty.input(encodeName(text));
  }

  /** Waits until a program has the terminal. */
  async starts(): Promise<void> {
    const shell = this.#pty.foregroundGroup;
    while (this.#pty.foregroundGroup === shell) await new Promise((resolve) => setTimeout(resolve, 1));
  }

  async runs(line: string, ...expected: string[]): Promise<void> {
    this.types(`${line}\r`);
    for (const text of expected) await this.sees(text);
    await this.sees('@ ');
  }
}

async function atPrompt(shell = 'bash', files: Record<string, string> = {}): Promise<Typist> {
  const typist = new Typist(shell, files);
  await typist.sees('@ ');
  return typist;
}

describe('SHELL-6 at a terminal', () => {
  it('lines are run, errors told without their number, Ctrl-D leaves', async () => {
    const user = await atPrompt();
    await user.runs('echo hel"lo"', '\r\nhello\r\n');
    await user.runs('nosuch', 'bash: nosuch: command not found\r\n');
    await user.runs('(exit 3)');
    user.types('\x04');
    await user.sees('exit\r\n');
    expect((await user.ended).code).toBe(3);
  });

  it('an open quote, construct or here-document asks for more', async () => {
    const user = await atPrompt();
    await user.runs("echo 'a\rb'", '> ', 'a\r\nb\r\n');
    await user.runs('for i in 1 2\rdo echo n$i\rdone', '> ', '> ', 'n1\r\nn2\r\n');
    await user.runs('cat <<E\rx\rE', '> ', '> ', '\r\nx\r\n');
  });

  it('Ctrl-C gives a line up, and ends a loop that never waits', async () => {
    const user = await atPrompt();
    user.types('abc\x03');
    await user.sees('^C');
    await user.sees('@ ');
    user.types('while :; do :; done\r');
    await user.sees('\r\n');
    user.types('\x03');
    await user.sees('@ ');
    await user.runs('echo status $?', '\r\nstatus 130\r\n');
    user.types('sleep 1000\r');
    await user.starts();
    user.types('\x03');
    await user.sees('@ ');
    await user.runs('echo again $?', '\r\nagain 130\r\n');
  });

  it('Ctrl-Z stops, bg and fg go on', async () => {
    const user = await atPrompt();
    user.types('sleep 1000\r');
    await user.starts();
    user.types('\x1a');
    await user.sees('[1]+  Stopped                 sleep 1000');
    await user.sees('@ ');
    await user.runs('jobs', 'Stopped');
    await user.runs('bg', '[1]+ sleep 1000 &');
    user.types('fg\r');
    await user.sees('\r\nsleep 1000\r\n');
    user.types('\x03');
    await user.sees('@ ');
    await user.runs('sleep 1000 &', '[1] ');
    await user.runs('kill %1; wait', 'Terminated');
  });

  it('keys edit, recall and search', async () => {
    const user = await atPrompt();
    await user.runs('echo one', '\r\none\r\n');
    await user.runs('echo twX\x7fo', '\r\ntwo\r\n');
    await user.runs('\x1b[A\x1b[A', '\r\none\r\n');
    await user.runs('\x12tw', '\r\ntwo\r\n');
    await user.runs('bc\x01a\x05d\x01echo \x05', '\r\nabcd\r\n');
    await user.runs('echo foo bar\x17baz', '\r\nfoo baz\r\n');
    await user.runs('echo !!', 'echo echo foo baz\r\n', 'echo foo baz\r\n');
  });

  it('Tab completes commands, files, variables, and what was registered', async () => {
    const user = await atPrompt('bash', { '/root/some file.txt': 'content\n', '/root/dir/inner': '' });
    await user.runs('cat so\t', 'some\\ file.txt', 'content\r\n');
    await user.runs('cd di\t; pwd', '/root/dir\r\n');
    await user.runs('echo $HOM\t', '\r\n/root\r\n');
    await user.runs('mkfi\tx1; ls', 'x1\r\n');
    await user.runs('complete -W "alpha beta" greet; greet() { echo "<$1>"; }', '@ ');
    await user.runs('greet al\t', '<alpha>');
    await user.runs(
      '_svc() { COMPREPLY=($(compgen -W "start-$3 stop $COMP_CWORD${#COMP_WORDS[@]}" -- "$2")); compopt -o nospace; }; complete -F _svc svc; svc() { echo "<$1>"; }',
      '@ ',
    );
    await user.runs('svc sta\tX', '<start-svcX>');
    await user.runs('svc 1\t', '<12>');
    await user.runs('complete -d -S / only; only() { echo "<$1>"; }', '@ ');
    await user.runs('only ../d\t', '<../dir/>');
    user.types('docker im\t\t');
    await user.sees('images');
    await user.sees('import');
    user.types('a\tre\t');
    await user.sees('docker images redis:7');
  });

  it('the history is read from its file, written on demand and in the end', async () => {
    const user = await atPrompt('bash', { '/root/.bash_history': 'echo from before\n' });
    await user.runs('!echo', '\r\nfrom before\r\n');
    await user.runs('history -a; cat .bash_history', 'echo from before\r\necho from before\r\nhistory -a');
    await user.runs('history -w /tmp/all; wc -l < /tmp/all', '4\r\n');
    await user.runs('history -c; history -r /tmp/all; history', '1  echo from before');
    await user.runs('HISTFILE=/tmp/kept', '@ ');
    await user.runs('trap "cat /tmp/kept" EXIT', '');
    user.types('exit\r');
    await user.sees('HISTFILE=/tmp/kept\r\n');
    expect((await user.ended).code).toBe(0);
  });

  it.each([
    ['bind "\\C-a: x"', 'not simulated'],
    ['compopt -o nospace', 'not currently executing completion function'],
    ['ulimit -v 4', 'not simulated'],
    ['ulimit -n 1024; echo kept $?', 'kept 0'],
  ])('%s', async (line, shown) => {
    await (await atPrompt()).runs(line, shown);
  });

  it('fc lets commands be edited, and runs what comes of it', async () => {
    const user = await atPrompt();
    await user.runs('echo one', '\r\none\r\n');
    await user.runs('fc -e "sed -i s/one/two/"', 'echo two\r\ntwo\r\n');
    await user.runs('fc -e false; echo $?', '1\r\n');
  });

  it('a paste is taken as it is, bytes that are no text, too', async () => {
    const user = await atPrompt();
    user.types('\x1b[200~echo p1\necho p2\n\x1b[201~');
    await user.sees('\r\np1\r\n');
    await user.sees('\r\np2\r\n');
    await user.sees('@ ');
    user.types('\x1b[200~\x00\x01\x02\udcff\udcfe\x7f\x1b[201~');
    user.types('\x03');
    await user.sees('@ ');
    await user.runs('echo well', '\r\nwell\r\n');
  });

  it.each(['dash', 'ash'])('%s talks, too', async (shell) => {
    const user = await atPrompt(shell);
    await user.runs('x=5; echo $((x+1))', '\r\n6\r\n');
    user.types('exit 4\r');
    expect((await user.ended).code).toBe(4);
  });
});
