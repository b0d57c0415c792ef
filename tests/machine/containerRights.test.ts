import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeName } from '../../src/bytes/byteName.ts';
import { bootMachine, type LabMachine } from '../../src/machine/bootMachine.ts';
import { asProcess } from '../../src/machine/machineProcess.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { makePipe } from '../../src/shell/kernel/pipe.ts';

const CATALOGUE = fileURLToPath(new URL('../../public/catalogue/', import.meta.url));
let lab: LabMachine;

beforeAll(async () => {
  lab = bootMachine({
    platform: nodePlatform(),
    files: { text: (path) => readFile(join(CATALOGUE, path), 'utf8') },
  });
  await shell('docker pull -q busybox; docker pull -q debian');
}, 60_000);

afterAll(() => lab.machine.halt());

/** What a command line prints on the machine, both streams together. */
async function shell(script: string): Promise<string> {
  const pipe = makePipe();
  const chunks: Uint8Array[] = [];
  const reading = (async () => {
    for (let chunk = await pipe.readEnd.read(65536); chunk.length > 0; chunk = await pipe.readEnd.read(65536))
      chunks.push(chunk.slice());
  })();
  await asProcess(lab.machine.host, 'test', async (process) => {
    process.replace(1, pipe.writeEnd);
    process.replace(2, pipe.writeEnd);
    pipe.writeEnd.close();
    process.setEnv('PATH', '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin');
    process.setEnv('HOME', '/root');
    const child = await process.spawn('/bin/bash', { argv: ['bash', '-c', script] });
    process.close(1);
    process.close(2);
    await child.wait();
  });
  await reading;
  return decodeName(Buffer.concat(chunks));
}

// Printed by containers of dockerd 20.10.24 on bash, dash, coreutils, util-linux and busybox.
const RIGHTS: readonly (readonly [run: string, script: string, printed: string])[] = [
  [
    '--cap-drop CHOWN debian',
    'touch /tmp/a; chown 1 /tmp/a; chown 0 /tmp/a && echo same',
    "chown: changing ownership of '/tmp/a': Operation not permitted\nsame\n",
  ],
  ['--cap-drop CHOWN busybox', 'touch /tmp/a; chown 1 /tmp/a', 'chown: /tmp/a: Operation not permitted\n'],
  [
    '--cap-drop ALL debian',
    'mknod /tmp/n c 1 3; chroot / true; hostname x; su daemon -s /bin/sh -c id',
    "mknod: /tmp/n: Operation not permitted\nchroot: cannot change root directory to '/': Operation not permitted\nhostname: you must be root to change the host name\nsu: cannot set groups: Operation not permitted\n",
  ],
  [
    'debian',
    'mount -t tmpfs t /mnt; umount /proc',
    'mount: /mnt: permission denied.\n       dmesg(1) may have more information after failed mount system call.\numount: /proc: must be superuser to unmount.\n',
  ],
  ['busybox', 'mkdir /mnt; mount -t tmpfs t /mnt', 'mount: permission denied (are you root?)\n'],
  ['--cap-add SYS_ADMIN debian', 'mount -t tmpfs t /mnt && umount /mnt && hostname zz && hostname', 'zz\n'],
  [
    'busybox',
    'echo 1 >/proc/sys/kernel/hostname',
    "sh: can't create /proc/sys/kernel/hostname: Read-only file system\n",
  ],
  [
    '--cap-drop DAC_OVERRIDE debian',
    'chmod 0 /root; ls /root',
    "ls: cannot open directory '/root': Permission denied\n",
  ],
  ['--cap-drop FSETID debian', 'touch /tmp/a; chown 0:1000 /tmp/a; chmod 2755 /tmp/a; stat -c %a /tmp/a', '755\n'],
  [
    '--cap-drop KILL debian',
    'setpriv --reuid 1000 sleep 9 & until grep -q 1000 /proc/$!/status; do sleep 0.02; done; kill $!',
    'sh: 1: kill: Operation not permitted\n\n',
  ],
  ['--cap-drop SETUID debian', 'setpriv --reuid 1000 id', 'setpriv: setresuid failed: Operation not permitted\n'],
  [
    'debian',
    'setpriv --reuid 1000 --inh-caps +chown --ambient-caps +chown grep CapEff /proc/self/status',
    'CapEff:\t0000000000000001\n',
  ],
  [
    '-u 1000 debian',
    'grep -E "CapEff|CapBnd" /proc/self/status',
    'CapEff:\t0000000000000000\nCapBnd:\t00000000a80425fb\n',
  ],
  ['--security-opt no-new-privileges busybox', 'grep NoNew /proc/self/status', 'NoNewPrivs:\t1\n'],
];

describe('what a container may do', () => {
  it.each(RIGHTS)('%s: %s', async (run, script, printed) => {
    const [image = '', ...options] = run.split(' ').reverse();
    const command = `docker run --rm ${options.reverse().join(' ')} ${image} sh -c '${script.replaceAll("'", `'\\''`)}'`;
    expect(await shell(command)).toBe(printed);
  });

  it('a file with its setuid bit runs as its owner, unless nothing may be gained', async () => {
    const script =
      'cp /usr/bin/id /tmp/id; chmod 4755 /tmp/id; setpriv --reuid 1000 --regid 1000 --clear-groups /tmp/id -u';
    expect(await shell(`docker run --rm debian sh -c '${script}'`)).toBe('0\n');
    expect(await shell(`docker run --rm --security-opt no-new-privileges debian sh -c '${script}'`)).toBe('1000\n');
  });

  it('exec --privileged may do all', async () => {
    await shell('docker run -d --name plain busybox sleep 100');
    const mount = 'sh -c "mkdir -p /mnt; mount -t tmpfs t /mnt && echo ok"';
    expect(await shell(`docker exec plain ${mount}`)).toBe('mount: permission denied (are you root?)\n');
    expect(await shell(`docker exec --privileged plain ${mount}`)).toBe('ok\n');
    await shell('docker rm -f plain');
  });
});

describe('what a container is held to', () => {
  it('forks no more than it may', async () => {
    const loop = "'for i in 1 2 3 4 5 6; do sleep 9 & done; wait; echo done'";
    expect(await shell(`docker run --rm --pids-limit 4 busybox sh -c ${loop}; echo $?`)).toBe(
      "sh: can't fork: Resource temporarily unavailable\n2\n",
    );
    expect(await shell(`docker run --rm --pids-limit 1 debian sh -c 'ls /; echo $?'; echo $?`)).toBe(
      'sh: 1: Cannot fork\n2\n',
    );
  });

  it('kills whoever takes the memory, and tells it', async () => {
    expect(await shell('docker run --name greedy --memory 8m debian sort /dev/zero; echo $?')).toBe('137\n');
    const state = "docker inspect -f '{{.State.OOMKilled}} {{.State.ExitCode}}' greedy";
    expect(await shell(`${state}; docker rm greedy`)).toBe('true 137\ngreedy\n');
    const pages =
      'dd if=/dev/zero of=/dev/shm/x bs=1M count=60 2>/dev/null; echo $?; grep oom_kill /sys/fs/cgroup/memory.events';
    expect(await shell(`docker run --rm --memory 20m busybox sh -c '${pages}'`)).toMatch(
      /^(?:Killed\n)?137\noom_kill 1\n$/,
    );
    expect(
      await shell(
        `docker run --rm --memory 64m busybox sh -c 'x=$(head -c 1000000 /dev/zero | tr "\\0" a); echo \${#x}'`,
      ),
    ).toBe('1000000\n');
  });

  it('ends a process whose file becomes too long', async () => {
    const script = 'ulimit -f; dd if=/dev/zero of=/tmp/x bs=1k count=20 2>/dev/null; echo $?; stat -c %s /tmp/x';
    expect(await shell(`docker run --rm --ulimit fsize=8192 debian sh -c '${script}' 2>/dev/null`)).toBe(
      '16\n153\n8192\n',
    );
  });

  it('gives a container the processor time that it may use', async () => {
    // Twice as long as it may run in all of its first periods.
    const script =
      'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; grep -E "usage|throttled" /sys/fs/cgroup/cpu.stat';
    const stat = async (flag: string) => {
      const text = await shell(`docker run --rm ${flag} busybox sh -c '${script}'`);
      const value = (name: string) => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
      return { used: value('usage_usec'), waits: value('nr_throttled'), waited: value('throttled_usec') };
    };
    const free = await stat('');
    expect(free.used).toBeGreaterThan(0);
    expect(free).toMatchObject({ waits: 0, waited: 0 });
    const held = await stat('--cpu-period 10000 --cpu-quota 1000');
    expect(held.waits).toBeGreaterThan(0);
    // It waits for nine of ten parts, of what it used beyond the first period.
    expect(held.waited).toBeGreaterThan((held.used - 10_000) * 5);
  });

  it('ends a process that has used its processor time, and what catches that at the hard limit', async () => {
    const loop = 'while :; do :; done';
    expect(await shell(`docker run --rm --ulimit cpu=1 busybox sh -c '(${loop}); echo $?' 2>&1`)).toMatch(/137\n$/);
    expect(await shell(`(ulimit -S -t 1; ${loop}); echo $?`)).toMatch(/152\n$/);
  });

  it('refuses limits that it would not hold to', async () => {
    const run = 'docker run --rm --ulimit';
    expect(await shell(`${run} stack=4096 busybox true; echo $?`)).toBe(
      "docker: lowering '--ulimit stack' is not simulated.\nSee 'docker run --help'.\n125\n",
    );
    expect(await shell(`${run} stack=67108864 --ulimit memlock=-1:-1 busybox sh -c 'ulimit -s'`)).toBe('65536\n');
  });

  it('shows its limits in its control group, as they are now', async () => {
    await shell('docker run -d --name small --memory 20m --cpus 1.5 --cpuset-cpus 0 busybox sleep 100');
    const files = ['memory.max', 'pids.max', 'cpu.max', 'cpuset.cpus.effective'].map(
      (name) => `/sys/fs/cgroup/${name}`,
    );
    const show = `docker exec small sh -c 'cat ${files.join(' ')}; nproc'`;
    expect(await shell(show)).toBe('20971520\nmax\n150000 100000\n0\n1\n');
    await shell('docker update --memory 30m --memory-swap 60m --pids-limit 9 --cpuset-cpus 0-1 small');
    expect(await shell(show)).toBe('31457280\n9\n150000 100000\n0-1\n2\n');
    await shell('docker rm -f small');
  });

  it('tells what a kernel with cgroup v2 does not have', async () => {
    expect(await shell('docker run --rm --oom-kill-disable --memory-swappiness 50 busybox true')).toBe(
      'WARNING: Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.\nWARNING: Your kernel does not support OomKillDisable. OomKillDisable discarded.\n',
    );
  });
});
