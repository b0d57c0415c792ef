import { createHash } from 'node:crypto';
import { encodeName } from '../../src/bytes/byteName.ts';
import type { TarMember } from '../../src/tar/tarHeader.ts';
import { type TarMemberWithContent, writeTar } from '../../src/tar/writeTar.ts';

/** 2024-05-01T08:00:00Z: the same bytes at each build. */
const MTIME_SEC = 1_714_550_400;
const CREATED = '2024-05-01T08:00:00Z';

type Attributes = Partial<Pick<TarMember, 'mode' | 'uid' | 'gid' | 'mtimeSec'>>;

function member(name: string, type: TarMember['type'], sizeBytes: number, attributes: Attributes): TarMember {
  const mode = type === 'directory' ? 0o755 : 0o644;
  return { name: encodeName(name), type, mode, uid: 0, gid: 0, sizeBytes, mtimeSec: MTIME_SEC, ...attributes };
}

function directory(path: string, attributes: Attributes = {}): TarMemberWithContent {
  return { member: member(`${path}/`, 'directory', 0, attributes) };
}

function file(path: string, text: string, attributes: Attributes = {}): TarMemberWithContent {
  const bytes = new TextEncoder().encode(text);
  return { member: member(path, 'file', bytes.length, attributes), content: [bytes] };
}

function symlink(path: string, target: string): TarMemberWithContent {
  return { member: { ...member(path, 'symlink', 0, { mode: 0o777 }), linkName: encodeName(target) } };
}

function hardLink(path: string, target: string): TarMemberWithContent {
  return { member: { ...member(path, 'hardlink', 0, { mode: 0o755 }), linkName: encodeName(target) } };
}

/** Hides what lower layers have at the path (image-spec layer.md, "Whiteouts"). */
function whiteout(path: string): TarMemberWithContent {
  const slash = path.lastIndexOf('/') + 1;
  return file(`${path.slice(0, slash)}.wh.${path.slice(slash)}`, '');
}

function lines(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => `${line(index)}\n`).join('');
}

interface Step {
  readonly createdBy: string;
  /** None: a step that writes no layer. */
  readonly members?: readonly TarMemberWithContent[];
}

const tool = `#!/bin/sh\n# Stands for a program.\n${lines(900, (i) => `printf '%s\\n' "line ${i}"`)}`;
const packageIndex = lines(
  2600,
  (i) => `Package: example-${i}\nVersion: 1.${i % 17}.${i % 5}\nSize: ${1000 + i * 37}\n`,
);
const installedTool = lines(1500, (i) => `data ${i * 7919}`);

/** A short story of a build, with the mistakes that people make: a key that is deleted too late, a cache that is
 *  left in a lower layer, a chmod that carries a file twice, a configuration that is replaced. */
const STEPS: readonly Step[] = [
  {
    createdBy: 'ADD rootfs.tar / # buildkit',
    members: [
      ...['bin', 'etc', 'home', 'opt', 'root', 'tmp', 'usr', 'usr/bin', 'var', 'var/cache', 'var/lib'].map((path) =>
        directory(path, path === 'tmp' ? { mode: 0o1777 } : path === 'root' ? { mode: 0o700 } : {}),
      ),
      file('bin/sh', tool, { mode: 0o755 }),
      hardLink('bin/ash', 'bin/sh'),
      symlink('usr/bin/env', '../../bin/sh'),
      file('etc/hostname', 'sample\n'),
      file('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/false\n'),
      file('etc/motd', 'Welcome.\n'),
      file('etc/os-release', 'NAME="Sample Linux"\nVERSION_ID=1\n'),
    ],
  },
  { createdBy: 'ENV PATH=/usr/local/bin:/usr/bin:/bin' },
  {
    createdBy: 'RUN /bin/sh -c pkg update && pkg install example # buildkit',
    members: [
      directory('var'),
      directory('var/cache'),
      directory('var/cache/pkg'),
      file('var/cache/pkg/index', packageIndex),
      directory('usr'),
      directory('usr/bin'),
      file('usr/bin/example', installedTool),
      directory('usr/share'),
      file('usr/share/example.txt', '例子：名称和内容可以是任何语言。\nNames and contents may be of any language.\n'),
    ],
  },
  {
    createdBy: 'COPY deploy_key config.json /opt/app/ # buildkit',
    members: [
      directory('opt'),
      directory('opt/app'),
      directory('opt/app/logs'),
      file(
        'opt/app/logs/build.log',
        lines(40, (i) => `step ${i} done`),
      ),
      file('opt/app/config.json', '{\n  "listen": 8080,\n  "verbose": true\n}\n'),
      file(
        'opt/app/deploy_key',
        `-----BEGIN ${'OPENSSH PRIVATE'} KEY-----\n${lines(6, (i) => `this+is+no+key+but+looks+like+one+${i}`)}-----END ${'OPENSSH PRIVATE'} KEY-----\n`,
        { mode: 0o600 },
      ),
    ],
  },
  {
    createdBy: 'RUN /bin/sh -c chmod 755 /usr/bin/example # buildkit',
    members: [directory('usr'), directory('usr/bin'), file('usr/bin/example', installedTool, { mode: 0o755 })],
  },
  {
    createdBy: 'RUN /bin/sh -c rm -rf /var/cache/pkg /opt/app/deploy_key && echo Hello > /etc/motd # buildkit',
    members: [
      directory('etc'),
      file('etc/motd', 'Hello\n', { mtimeSec: MTIME_SEC + 60 }),
      directory('opt'),
      directory('opt/app'),
      whiteout('opt/app/deploy_key'),
      directory('var'),
      directory('var/cache'),
      whiteout('var/cache/pkg'),
    ],
  },
  {
    createdBy: 'COPY app/ /opt/app/ # buildkit',
    members: [
      directory('opt'),
      directory('opt/app'),
      file('opt/app/config.json', '{\n  "listen": 8080,\n  "verbose": false\n}\n', { mtimeSec: MTIME_SEC + 120 }),
      directory('opt/app/logs'),
      file('opt/app/logs/.wh..wh..opq', ''),
      file('opt/app/main.sh', '#!/bin/sh\nexec example --config /opt/app/config.json\n', { mode: 0o755 }),
      file('opt/app/motd-copy', 'Hello\n'),
    ],
  },
  { createdBy: 'CMD ["/opt/app/main.sh"]' },
];

/** A small docker-archive with a story in it, for those who have no archive at hand. Deterministic. */
export async function sampleImage(): Promise<Uint8Array> {
  const layers = await Promise.all(STEPS.flatMap(({ members }) => (members ? [collect(writeTar(members))] : [])));
  const config = text({
    architecture: 'amd64',
    os: 'linux',
    created: CREATED,
    config: { Cmd: ['/opt/app/main.sh'], Env: ['PATH=/usr/local/bin:/usr/bin:/bin'], WorkingDir: '/opt/app' },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) },
    history: STEPS.map(({ createdBy, members }) => ({
      created: CREATED,
      created_by: createdBy,
      ...(members ? {} : { empty_layer: true }),
    })),
  });
  const configName = `blobs/sha256/${sha256(new TextEncoder().encode(config))}`;
  const layerNames = layers.map((layer) => `blobs/sha256/${sha256(layer)}`);
  const manifest = text([{ Config: configName, RepoTags: ['palimpsest/sample:1'], Layers: layerNames }]);
  return collect(
    writeTar([
      directory('blobs'),
      directory('blobs/sha256'),
      ...layers.map((layer, i) => blob(layerNames[i] as string, layer)),
      file(configName, config),
      file('manifest.json', manifest),
    ]),
  );
}

function blob(name: string, bytes: Uint8Array): TarMemberWithContent {
  return { member: member(name, 'file', bytes.length, {}), content: [bytes] };
}

function text(value: unknown): string {
  return JSON.stringify(value);
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk.slice());
  return Buffer.concat(parts);
}
