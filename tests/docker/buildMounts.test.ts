import { describe, expect, it } from 'vitest';
import { pack, run, setup, Shelf, wokenFrom } from '../support/keptLab.ts';
import { bootMachine } from '../../src/machine/bootMachine.ts';
import { bootLab, runLines, runOn } from '../support/labShell.ts';

const COUNTING = [
  'mkdir -p /w; cd /w',
  `printf 'FROM busybox\\nARG N\\nRUN --mount=type=cache,target=/c,id=kept echo $N >> /c/log; cat /c/log\\n' > Dockerfile`,
];

describe('BK-13 cache mounts', () => {
  it('stay from build to build, are shown, and go when the cache is pruned', async () => {
    const { output } = await runLines([
      ...COUNTING,
      'for n in 1 2; do docker buildx build --progress=plain --build-arg N=$n . 2>&1 | sed -n "s/^#[0-9]* [0-9.]* \\([0-9]\\)$/\\1/p"; echo; done',
      'docker buildx du --verbose | grep -B 8 cachemount | grep -v -e "^Last" -e "^Created"; docker buildx du | grep -c "[0-9a-f]\\*"',
      'docker builder prune -af | tail -1; docker buildx du --verbose | grep -c cachemount',
      'docker buildx build --progress=plain --build-arg N=3 . 2>&1 | sed -n "s/^#[0-9]* [0-9.]* \\([0-9]\\)$/\\1/p"',
    ]);
    expect(output).toMatch(
      /^1\n\n1\n2\n\nMutable:\ttrue\nReclaimable:\ttrue\nShared:\t\tfalse\nSize:\t\t4B\nDescription:\tcached mount \/c from exec \/bin\/sh -c echo \$N >> \/c\/log; cat \/c\/log\nUsage count:\t2\nType:\t\texec\.cachemount\n3\nTotal reclaimed space: \d+B\n0\n3\n$/,
    );
  });

  it('go back with the machine, and are there after a reload', async () => {
    const lab = bootMachine(setup);
    const build = (n: number) =>
      `cd /w; docker buildx build --progress=plain --build-arg N=${n} . 2>&1 | sed -n "s/^#[0-9]* [0-9.]* \\([0-9]\\)$/\\1/p"`;
    await run(lab, [...COUNTING, build(1)].join('\n'));
    lab.machine.record('one');
    const one = lab.machine.timeline.position;
    expect(await run(lab, build(2))).toBe('1\n2\n');
    lab.machine.record('two');
    await lab.machine.goTo(one);
    expect(await run(lab, build(3))).toBe('1\n3\n');
    const shelf = new Shelf();
    await shelf.keep(await pack(lab));
    const woken = await wokenFrom(shelf);
    expect(await run(woken, build(4))).toBe('1\n3\n4\n');
    await lab.machine.halt();
    await woken.machine.halt();
  });
});

describe('BK-6 memory that RUN is given', () => {
  it('shows in /proc/mounts as the real one does, and holds no more than its size', async () => {
    const { output } = await runOn(bootLab({ vintage: '26' }), [
      'mkdir -p /w; cd /w',
      `printf 'FROM busybox\\nRUN mount | grep /dev/shm > /a\\nRUN --mount=type=tmpfs,target=/dev/shm,size=1m mount | grep /dev/shm > /b; yes | head -c 2000000 > /dev/shm/big; echo $? >> /b\\n' > Dockerfile`,
      'docker buildx build -q -t x . >/dev/null; docker run --rm x cat /a /b',
    ]);
    expect(output).toBe(
      'shm on /dev/shm type tmpfs (rw,nosuid,nodev,noexec,relatime,size=65536k)\n' +
        'tmpfs on /dev/shm type tmpfs (rw,nosuid,relatime,size=1024k)\n1\n',
    );
  });
});

describe('BK-6 what lies in a stage', () => {
  it('is copied as what it is: fifos and devices too', async () => {
    const { output } = await runLines([
      'mkdir -p /w; cd /w',
      `printf 'FROM busybox AS a\\nRUN mkdir /s; mkfifo -m 640 /s/f; mknod /s/n c 1 3; echo x > /s/r\\nFROM busybox\\nCOPY --from=a /s /t/\\nCOPY --from=a /s/f /g\\n' > Dockerfile`,
      'docker buildx build -q -t x . >/dev/null; docker run --rm x stat -c "%n %F %a" /t/f /t/n /t/r /g; docker buildx build . 2>&1 | grep -c CACHED',
    ]);
    expect(output).toBe('/t/f fifo 640\n/t/n character special file 644\n/t/r regular file 644\n/g fifo 640\n3\n');
  });
});

describe('BK-14 a repository as the context', () => {
  it('is built by both builders, at a branch, a tag and in a directory', async () => {
    const lab = bootLab();
    const { output } = await runOn(lab, [
      'ssh b \'mkdir -p /srv/git; cd /srv/git; git init -q -b main site.git; cd site.git; mkdir sub; echo hello > index.html; echo below > sub/b.txt; printf "FROM busybox\\nCOPY . /site/\\nRUN cat /site/*.html\\n" > Dockerfile; printf "FROM busybox\\nCOPY b.txt /\\n" > sub/Dockerfile; git add .; git -c user.name=N -c user.email=n@b commit -q -m start; git tag v1; echo changed > index.html; git -c user.name=N -c user.email=n@b commit -q -a -m more\'',
      'docker build -t c http://b/site.git >/dev/null; docker run --rm c sh -c "cat /site/index.html; ls -A /site"',
      'DOCKER_BUILDKIT=1 docker build -t k http://b/site.git#v1 2>/dev/null; docker run --rm k cat /site/index.html',
      'docker buildx build -q -t s http://b/site.git#main:sub >/dev/null; docker run --rm s cat /b.txt',
      'docker build -q -t s2 http://b/site.git#:sub >/dev/null; docker run --rm s2 cat /b.txt',
      'docker build http://b/nosuch.git; docker buildx build http://b/site.git#nosuch',
    ]);
    const [text = '', errors = ''] = output.split(/(?<=below\nbelow\n)/);
    expect(text).toBe('changed\nDockerfile\nindex.html\nsub\nhello\nbelow\nbelow\n');
    expect(errors).toMatch(/unable to prepare context: .*\n(.*\n)*ERROR: unable to prepare context: .*nosuch/);
  });
});

describe('BK-13 the disk that builds take', () => {
  it('is counted by system df', async () => {
    const { output } = await runLines([
      ...COUNTING,
      'docker buildx build -q --build-arg N=1 . >/dev/null; docker system df --format "{{.Type}} {{.TotalCount}}" | tail -1',
      'docker system df -v --format "{{range .BuildCache}}{{.CacheType}} {{.Size}}{{println}}{{end}}"; docker builder prune -af >/dev/null; docker system df --format "{{.Type}} {{.TotalCount}} {{.Size}}" | tail -1',
    ]);
    expect(output).toMatch(
      /^Build Cache 5\nsource\.local 90B\nsource\.local 0B\nregular 0B\nregular 0B\nexec\.cachemount 2B\n+Build Cache 0 0B\n$/,
    );
  });
});
