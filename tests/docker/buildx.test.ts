import { describe, expect, it } from 'vitest';
import { bootLab, runLines, runOn } from '../support/labShell.ts';

const START = [
  'mkdir -p /w; cd /w; echo one > a.txt',
  `printf 'FROM busybox\\nCOPY a.txt /\\nRUN cat /a.txt > /b.txt\\n' > Dockerfile`,
];

function lines(output: string): string[] {
  return output.split('\n');
}

describe('BK-9 docker buildx', () => {
  it('builds, pushes, and tells of what is in the registry', async () => {
    const { output } = await runLines([
      ...START,
      'docker buildx build -t localhost:5000/app:1 --push . 2>&1 | grep -v -e transferring -e DONE',
      'docker rmi localhost:5000/app:1 >/dev/null; docker run --rm localhost:5000/app:1 cat /b.txt 2>/dev/null',
      'docker buildx imagetools create -t localhost:5000/app:2 localhost:5000/app:1 2>/dev/null',
      'docker buildx imagetools inspect localhost:5000/app:2 | sed "s/sha256:[0-9a-f]*/DIGEST/"',
      'docker buildx imagetools inspect --format "{{.Name}} {{.Image.os}}" localhost:5000/app:1; echo',
      'docker buildx imagetools inspect --raw localhost:5000/app:2 | sha256sum | cut -c 1-20; docker buildx imagetools inspect localhost:5000/app:2 | sed -n "s/^Digest: *sha256://p" | cut -c 1-20',
      'docker buildx imagetools create localhost:5000/app:1; docker buildx imagetools inspect localhost:5000/nosuch',
    ]);
    expect(output).toMatch(/^#0 building with "default" instance using docker driver\n\n#1 \[internal\] load build/);
    expect(output).toMatch(
      /#9 pushing localhost:5000\/app:1 with docker\n(#9 pushing layer [0-9a-f]{12} done\n){3}one\n/,
    );
    expect(output).toContain(
      'Name:      localhost:5000/app:2\nMediaType: application/vnd.docker.distribution.manifest.list.v2+json\nDigest:    DIGEST\n           \nManifests: \n  Name:      localhost:5000/app:2@DIGEST\n',
    );
    const [name, own, told, ...rest] = lines(output.slice(output.indexOf('localhost:5000/app:1 linux')));
    expect(name).toBe('localhost:5000/app:1 linux');
    expect(own).toBe(told);
    expect(rest.join('\n')).toBe(
      "ERROR: can't push with no tags specified, please set --tag or --dry-run\nERROR: localhost:5000/nosuch:latest: not found\n",
    );
  });

  it('shows its builder and its cache, and prunes it', async () => {
    const { output } = await runLines([
      ...START,
      'docker buildx build -q . >/dev/null; docker buildx ls; docker buildx inspect; docker buildx use other',
      'docker buildx du; docker buildx prune -af | tail -1; docker buildx du; docker buildx version; docker --help | grep buildx',
    ]);
    expect(output).toMatch(
      /^NAME\/NODE {5}DRIVER\/ENDPOINT {3}STATUS {4}BUILDKIT {7}PLATFORMS\ndefault\* {6}docker +\n \\_ default {4}\\_ default {7}running {3}v0\.8\+unknown {3}linux\/amd64\nName: {3}default\nDriver: docker\n\nNodes:\nName: {13}default\n/,
    );
    expect(output).toContain('ERROR: no builder "other" found\n');
    const table =
      /ID\t{6}RECLAIMABLE\tSIZE\t\tLAST ACCESSED\n([0-9a-f]{25}\* {14}\ttrue \t\t(50|0|4)B {7,8}\t.* ago\n){3}[0-9a-f]{25} {15}\ttrue \t\t0B\* {7}\t.* ago\n([0-9a-f]{25} {15}\ttrue \t\t4B\* {7}\t.* ago\n){2}/;
    expect(output).toMatch(table);
    expect(output).toContain('Shared:\t\t8B\nPrivate:\t54B\nReclaimable:\t62B\nTotal:\t\t62B\n');
    expect(output.slice(output.indexOf('Total:\t\t62B\n'))).toMatch(
      /^Total:\t\t62B\nTotal:\t.*\nID\tRECLAIMABLE\tSIZE\tLAST ACCESSED\nReclaimable:\t0B\nTotal:\t\t0B\ngithub\.com\/docker\/buildx v[\d.]+ [0-9a-f]{7}\n {2}buildx\* +Docker Buildx\n$/,
    );
  });

  it('tells what failed, with its lines, and what it is not given', async () => {
    const { output } = await runLines([
      "printf 'FROM busybox\\nRUN exit 3\\n' | docker buildx build - 2>&1 | tail -11; printf 'FROM busybox\\nRUN seq 12; false\\n' | docker buildx build - 2>&1 | sed -n '/^---.*-$/,/^---.*-$/p' | grep -c '^[0-9.]* [0-9]*$'",
      'docker buildx build --ssh default .; docker buildx build; docker buildx build --platform linux/amd64,linux/arm64 . 2>&1 | head -1',
      'docker buildx create --use --name other; docker bake; docker buildx build --sbom true .',
      "printf 'FROM busybox\\nRUN --mount=type=ssh,required true\\n' | docker buildx build - 2>&1 | tail -1",
    ]);
    expect(output).toContain(
      'Dockerfile:2\n--------------------\n   1 |     FROM busybox\n   2 | >>> RUN exit 3\n   3 |     \n--------------------\nERROR: failed to build: failed to solve: executor failed running [/bin/sh -c exit 3]: exit code: 3\n10\n',
    );
    expect(output).toContain(
      "ERROR: invalid empty ssh agent socket: make sure SSH_AUTH_SOCK is set\nERROR: docker: 'docker buildx build' requires 1 argument\n",
    );
    expect(output).toContain('ERROR: Multi-platform build is not supported for the docker driver.\n');
    expect(output).toContain(
      "ERROR: docker: 'docker buildx create' is not simulated\nERROR: docker: 'docker buildx bake' is not simulated\nERROR: docker: --sbom of 'docker buildx build' is not simulated\n",
    );
    expect(output).toContain('no SSH key "" forwarded from the client\n');
  });

  it('is what `docker build` is to today’s client, and to an older one that has an alias', async () => {
    const today = await runOn(bootLab({ vintage: '26' }), [
      ...START,
      'docker build -t x . 2>&1 | head -1; DOCKER_BUILDKIT=0 docker build . 2>&1 | head -1; docker builder prune -af | tail -1',
    ]);
    expect(today.output).toMatch(
      /^#0 building with "default" instance using docker driver\nDEPRECATED: The legacy builder .*\nTotal:\t/,
    );
    const { output } = await runLines([
      ...START,
      'docker build . | head -1',
      `mkdir -p ~/.docker; echo '{"aliases":{"builder":"buildx"}}' > ~/.docker/config.json; docker build . 2>&1 | head -1; DOCKER_BUILDKIT=0 docker build . | head -1`,
    ]);
    expect(output).toMatch(
      /^Sending build context.*\r\r?\n#0 building with "default" instance.*\nSending build context/,
    );
  });
});

describe('BK-10 caches that travel', () => {
  it('are written to a folder and read from it', async () => {
    const { output } = await runLines([
      ...START,
      'docker buildx build --cache-to type=local,dest=/tmp/cache,mode=max . 2>&1 | grep -c "writing layer"',
      'docker buildx prune -af >/dev/null; docker image prune -f >/dev/null',
      'docker buildx build --cache-from type=local,src=/tmp/cache . 2>&1 | grep -c CACHED; docker buildx prune -af >/dev/null',
      'for f in /tmp/cache/blobs/sha256/*; do echo x >> $f; done',
      'docker buildx build --cache-from type=local,src=/tmp/cache . 2>&1 | grep -e CACHED -e "ERROR" -e "writing image" | cut -c 1-20',
      'docker buildx build --cache-to type=gha . ; docker buildx build --cache-to type=local,dest=/x,mode=no .',
    ]);
    const [layers, hits, failed, written, ...rest] = lines(output);
    expect([layers, hits]).toEqual(['3', '2']);
    expect(failed).toMatch(/^#\d ERROR: /);
    expect(written).toMatch(/^#\d+ writing image/);
    expect(rest.join('\n')).toBe(
      'ERROR: Cache export is not supported for the docker driver.\nSwitch to a different driver, or turn on the containerd image store, and try again.\nLearn more at https://docs.docker.com/go/build-cache-backends/\nERROR: invalid value for mode: no\n',
    );
  });

  it('lie in an image of a registry', async () => {
    const { output } = await runLines([
      ...START,
      'docker buildx build --build-arg BUILDKIT_INLINE_CACHE=1 -t localhost:5000/in --push . >/dev/null 2>&1',
      'docker rmi localhost:5000/in >/dev/null; docker buildx prune -af >/dev/null',
      'docker buildx build --cache-from localhost:5000/in . 2>&1 | grep -e CACHED -e importing; docker buildx prune -af >/dev/null',
      'docker buildx build --cache-from localhost:5000/nosuch . 2>&1 | grep -e CACHED -e "ERROR"; docker buildx prune -af >/dev/null',
      'DOCKER_BUILDKIT=1 docker build --cache-from localhost:5000/in . 2>&1 | grep -c CACHED',
    ]);
    expect(output).toBe(
      '#4 importing cache manifest from localhost:5000/in:latest\n#7 CACHED\n#8 CACHED\n#4 ERROR: no such manifest: localhost:5000/nosuch:latest\n2\n',
    );
  });
});

describe('BK-11 outputs', () => {
  it('are archives that engines and layouts read, and no image of the store', async () => {
    const { output } = await runLines([
      ...START,
      'docker buildx build --output type=oci,dest=/tmp/o.tar . >/dev/null 2>&1; tar tf /tmp/o.tar | grep -v -e blobs; docker images -q | wc -l',
      'docker buildx build --output type=docker,dest=/tmp/d.tar -t x:1 . >/dev/null 2>&1; docker load -i /tmp/d.tar; docker run --rm x:1 cat /b.txt',
      'docker buildx build --output type=docker,dest=- . 2>/dev/null | tar tf - | grep manifest.json',
      'docker buildx build --output type=cacheonly . 2>&1 | grep -c exporting',
      'docker buildx build --push --output type=tar,dest=x.tar . ; docker buildx build --output type=oci,dest=/tmp .',
      'docker buildx build -q --metadata-file m.json -t y . > id; grep -c -F -f id m.json',
    ]);
    expect(output).toBe(
      'index.json\noci-layout\n1\nLoaded image: x:1\none\nmanifest.json\n0\n' +
        'ERROR: push and "tar" output can\'t be used together\nERROR: destination file for "oci" exporter must be a file: /tmp\n2\n',
    );
  });
});

describe('BK-12 contexts that have names', () => {
  it('are folders, images, and stand for stages', async () => {
    const { output } = await runLines([
      ...START,
      'mkdir root; echo lib > root/lib.txt',
      `printf 'FROM busybox AS base\\nRUN touch /huge\\nFROM base\\nCOPY --from=extra lib.txt /\\nRUN ls -d /huge /*.txt\\n' > Two`,
      'docker buildx build --progress=plain -f Two --build-context extra=root . 2>&1 | grep -e "from client" -e "[0-9] /"',
      'docker buildx build -f Two --build-context extra=root --build-context base=docker-image://busybox . 2>&1 | grep -e "base 2" -e "ls: /huge"',
      `printf 'FROM extra\\nCOPY a.txt /\\n' > Three; docker buildx build --progress=plain -f Three --build-context extra=root -o type=tar,dest=- . 2>/dev/null | tar tf - | grep txt`,
    ]);
    expect(output).toMatch(
      /^#6 \[context extra\] load from client\n#\d+ [\d.]+ \/huge\n#\d+ [\d.]+ \/lib.txt\n#\d+ [\d.]+ ls: \/huge: No such file or directory\n[\d.]+ ls: \/huge: No such file or directory\na\.txt\nlib\.txt\n$/,
    );
  });
});
