import { execFile } from 'node:child_process';
import { createReadStream, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { open as openReal } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeCatalogue } from '../../src/cli/machine/nodeCatalogue.ts';
import type { EngineVintage } from '../../src/engine/systemCalls.ts';
import { bootMachine, type LabMachine } from '../../src/machine/bootMachine.ts';
import { asProcess } from '../../src/machine/machineProcess.ts';
import { nodePlatform } from '../../src/platform/node.ts';
import { standInName } from '../../src/shell/kernel/standIn.ts';
import * as calls from '../../src/shell/kernel/calls.ts';
import { programPath, unmountBelow } from '../companion/realBuildkit.ts';
import { probeDocker, type RealDocker, startDocker } from '../companion/realDocker.ts';

const TIMEOUT_MS = 180_000;
const NAMES = ['committed:1', 'built:1'] as const;
/** Layers of stand-ins, shared and own; what a container changed; what a build made. */
const MAKE_IMAGES = `
set -e
docker pull -q registry:2
docker run --name changed --entrypoint sh registry:2 -c 'echo data > /usr/data; rm /sbin/apk; mv /bin/registry /usr/moved'
docker commit -m 'a change' changed committed:1
mkdir /tmp/context
echo content > /tmp/context/file
printf 'FROM busybox\\nRUN echo built > /built && ln -s /built /link\\nCOPY file /deep/in/file\\nENV A=b\\n' > /tmp/context/Dockerfile
DOCKER_BUILDKIT=0 docker build -q -t built:1 /tmp/context
docker save -o /tmp/images.tar committed:1 built:1
`;

interface Identity {
  readonly id: string;
  readonly diffIds: readonly string[];
}

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'palimpsest-engines-'));
afterAll(() => {
  unmountBelow(folder);
  rmSync(folder, { recursive: true, force: true });
});

function boot(vintage: EngineVintage): LabMachine {
  return bootMachine({ platform: nodePlatform(), files: nodeCatalogue(), vintage });
}

function identityIn(lab: LabMachine, name: string): Identity {
  const { Id, RootFS } = lab.machine.host.engine.images.inspect(name) as unknown as {
    Id: string;
    RootFS: { Layers: string[] };
  };
  return { id: Id, diffIds: RootFS.Layers };
}

/** On the machine's shell; its output where it fails. */
async function runOn({ machine: { host } }: LabMachine, script: string): Promise<void> {
  await asProcess(host, 'test', async (process) => {
    const out = await calls.open(process, '/tmp/told', 0o1101, 0o644);
    const nothing = await calls.open(process, '/dev/null', 0);
    const argv = ['bash', '-c', script];
    const files = new Map([nothing, out.retain(), out.retain()].map((file, fd) => [fd, file]));
    const env = new Map([['PATH', '/usr/bin:/bin']]);
    const { namespaces } = host;
    const child = host.kernel.launch(
      { namespaces, argv, env, cwd: '/root', credentials: process.credentials, files, group: 'new' },
      (self) => self.exec('/bin/bash', argv),
    );
    const status = await child.wait();
    out.close();
    const told = new TextDecoder().decode(await calls.readFile(process, '/tmp/told'));
    expect(status, told).toMatchObject({ code: 0 });
  });
}

/** A file of the machine's disk, as one of this computer. */
async function copyOut(lab: LabMachine, path: string, to: string): Promise<void> {
  const { root } = lab.machine.host;
  const fd = root.open(path, 0);
  const file = await openReal(to, 'w');
  for await (const chunk of root.content(fd).stream()) await file.write(chunk);
  await file.close();
  root.close(fd);
}

async function load(lab: LabMachine, file: string): Promise<void> {
  await lab.machine.host.engine.images.load(createReadStream(file), () => undefined);
}

async function save(lab: LabMachine, name: string, to: string): Promise<void> {
  const file = await openReal(to, 'w');
  for await (const chunk of await lab.machine.host.engine.images.save([name])) await file.write(chunk);
  await file.close();
}

interface Made {
  readonly archive: string;
  readonly images: ReadonlyMap<string, Identity>;
}

const made = new Map<EngineVintage, Promise<Made>>();

function imagesOf(vintage: EngineVintage): Promise<Made> {
  const known = made.get(vintage) ?? makeImages(vintage);
  made.set(vintage, known);
  return known;
}

async function makeImages(vintage: EngineVintage): Promise<Made> {
  const lab = boot(vintage);
  await runOn(lab, MAKE_IMAGES);
  const archive = join(folder, `machine-${vintage}.tar`);
  await copyOut(lab, '/tmp/images.tar', archive);
  const images = new Map(NAMES.map((name) => [name, identityIn(lab, name)]));
  await lab.machine.halt();
  return { archive, images };
}

/** A machine that has never seen the images. */
async function expectBack(vintage: EngineVintage, archive: string, images: Made['images']): Promise<void> {
  const lab = boot(vintage);
  await load(lab, archive);
  for (const [name, identity] of images) expect(identityIn(lab, name)).toEqual(identity);
  await lab.machine.halt();
}

const obstacle = (await probeDocker('docker')) ?? (programPath('docker') ? undefined : 'docker: not installed');
if (obstacle !== undefined) console.warn(`images are not loaded into a real dockerd: ${obstacle}`);

describe.skipIf(obstacle !== undefined)('SAVE-5 images of the machine and of dockerd', () => {
  let daemon: RealDocker;
  beforeAll(async () => {
    daemon = await startDocker('docker');
  }, TIMEOUT_MS);
  afterAll(() => daemon.stop());

  async function docker(...words: string[]): Promise<string> {
    const env = { ...process.env, DOCKER_BUILDKIT: '0', DOCKER_CONFIG: folder };
    return (await run('docker', ['-H', daemon.address, ...words], { env })).stdout.trim();
  }

  async function identity(name: string): Promise<Identity> {
    const [image] = JSON.parse(await docker('inspect', name)) as [{ Id: string; RootFS: { Layers: string[] } }];
    return { id: image.Id, diffIds: image.RootFS.Layers };
  }

  it.each(['20.10', '26'] as const)(
    'what a machine of %s saves, it loads and saves again, and the machine loads that: the same IDs',
    async (vintage) => {
      const { archive, images } = await imagesOf(vintage);
      await docker('load', '-i', archive);
      for (const [name, expected] of images) expect(await identity(name)).toEqual(expected);
      const back = join(folder, `back-${vintage}.tar`);
      await docker('save', '-o', back, ...images.keys());
      await expectBack(vintage, back, images);
      await docker('rmi', '-f', ...images.keys());
    },
    TIMEOUT_MS,
  );

  it(
    'a container of it sees what the machine changed',
    async () => {
      const { archive } = await imagesOf('20.10');
      await docker('load', '-i', archive);
      const container = await docker('create', 'committed:1', 'sh');
      await docker('cp', `${container}:/usr/data`, join(folder, 'data'));
      expect(readFileSync(join(folder, 'data'), 'utf8')).toBe('data\n');
      await expect(docker('cp', `${container}:/sbin/apk`, folder)).rejects.toThrow('Could not find the file');
      await docker('cp', `${container}:/usr/moved`, join(folder, 'moved'));
      const moved = readFileSync(join(folder, 'moved'));
      expect(moved.length).toBeGreaterThan(1e6);
      expect(standInName(moved)).toBe('registry');
      await docker('rm', container);
    },
    TIMEOUT_MS,
  );

  it.each(['20.10', '26'] as const)(
    'what it built and imported, a machine of %s loads and saves again: the same IDs',
    async (vintage) => {
      const context = join(folder, `context-${vintage}`);
      mkdirSync(join(context, 'tree/inner'), { recursive: true });
      writeFileSync(join(context, 'tree/inner/file'), Buffer.alloc(300_000, 'words '));
      writeFileSync(join(context, 'tree/hole'), Buffer.alloc(3_000_000));
      writeFileSync(
        join(context, 'Dockerfile'),
        'FROM scratch\nCOPY tree /tree\nCOPY Dockerfile /\nLABEL a=b\nCMD ["x"]\n',
      );
      await docker('build', '-q', '-t', 'real:built', context);
      await run('tar', ['-C', context, '-cf', join(folder, 'root.tar'), 'tree']);
      await docker('import', join(folder, 'root.tar'), 'real:imported');
      const names = ['real:built', 'real:imported'];
      const images = new Map(await Promise.all(names.map(async (name) => [name, await identity(name)] as const)));
      const archive = join(folder, 'real.tar');
      await docker('save', '-o', archive, ...names);
      await docker('rmi', '-f', ...names);
      const lab = boot(vintage);
      await load(lab, archive);
      for (const [name, expected] of images) {
        expect(identityIn(lab, name)).toEqual(expected);
        await save(lab, name, join(folder, 'again.tar'));
        await docker('load', '-i', join(folder, 'again.tar'));
        expect(await identity(name)).toEqual(expected);
      }
      await docker('rmi', '-f', ...names);
      await lab.machine.halt();
    },
    TIMEOUT_MS,
  );
});

const withoutSkopeo = programPath('skopeo') ? undefined : 'skopeo: not installed';
if (withoutSkopeo !== undefined) console.warn(`images are not copied by skopeo: ${withoutSkopeo}`);

describe.skipIf(withoutSkopeo !== undefined)('SAVE-5 images of the machine and skopeo', () => {
  it.each(['20.10', '26'] as const)(
    'what a machine of %s saves, it copies there and back: the same IDs',
    async (vintage) => {
      const { archive, images } = await imagesOf(vintage);
      const policy = join(folder, 'policy.json');
      writeFileSync(policy, '{"default":[{"type":"insecureAcceptAnything"}]}');
      for (const [name, expected] of images) {
        const parts = join(folder, `parts-${vintage}-${name.replace(':', '-')}`);
        const back = `${parts}.tar`;
        await run('skopeo', ['--policy', policy, 'copy', '-q', `docker-archive:${archive}:${name}`, `dir:${parts}`]);
        const manifest = JSON.parse(readFileSync(join(parts, 'manifest.json'), 'utf8')) as {
          config: { digest: string };
        };
        expect(manifest.config.digest).toBe(expected.id);
        await run('skopeo', ['--policy', policy, 'copy', '-q', `dir:${parts}`, `docker-archive:${back}:${name}`]);
        await expectBack(vintage, back, new Map([[name, expected]]));
      }
    },
    TIMEOUT_MS,
  );
});

const withoutPodman = await podmanObstacle();
if (withoutPodman !== undefined) console.warn(`images are not loaded into podman: ${withoutPodman}`);

function podman(...words: string[]): Promise<{ readonly stdout: string }> {
  const places = ['--root', join(folder, 'podman'), '--runroot', join(folder, 'podman-run')];
  return run('podman', [...places, '--tmpdir', join(folder, 'podman-tmp'), '--storage-driver', 'vfs', ...words]);
}

/** Containers within containers may lack what it takes. */
async function podmanObstacle(): Promise<string | undefined> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'podman is run by root on Linux';
  if (!programPath('podman')) return 'podman: not installed';
  return podman('images').then(
    () => undefined,
    (error: Error) => error.message.split('\n').slice(0, 3).join(' '),
  );
}

describe.skipIf(withoutPodman !== undefined)('SAVE-5 images of the machine and podman', () => {
  it(
    'what a machine saves, it loads and saves again, and the machine loads that: the same IDs',
    async () => {
      const { archive, images } = await imagesOf('20.10');
      await podman('load', '-q', '-i', archive);
      for (const [name, expected] of images) {
        const [image] = JSON.parse((await podman('inspect', '--type', 'image', name)).stdout) as [
          { Id: string; RootFS: { Layers: string[] } },
        ];
        expect({ id: `sha256:${image.Id}`, diffIds: image.RootFS.Layers }).toEqual(expected);
        const back = join(folder, `podman-${name.replace(':', '-')}.tar`);
        await podman('save', '-q', '--format', 'docker-archive', '-o', back, name);
        const lab = boot('20.10');
        await load(lab, back);
        expect(identityIn(lab, expected.id)).toEqual(expected);
        await lab.machine.halt();
      }
      await podman('rmi', '-f', ...images.keys());
    },
    TIMEOUT_MS,
  );
});
