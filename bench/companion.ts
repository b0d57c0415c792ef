// npm run bench -- companion [download|builds|pool|registry]: what the companion costs beside what it stands in front of.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { shellMembers, buildkitObstacle, programPath, startBuildkit } from '../tests/companion/realBuildkit.ts';
import { startRegistry } from '../tests/companion/realRegistry.ts';
import { tarOf } from '../tests/archive/buildTar.ts';
import { generateArchive } from './companionArchive.ts';
import { launchBrowser } from './chromium.ts';
import { megabytes, median, milliseconds, peakBytesOf, runProgram } from './measure.ts';
import type { ChildAddress } from './companionChild.ts';

const RESULT_BYTES = 500_000_000;
const ROUNDS = 5;
/** Builds are short, and other work disturbs them; cached ones most. */
const BUILD_ROUNDS = { uncached: 21, cached: 61 };
/** What follows a build, of BuildKit or of the companion, is nobody's time. */
const PAUSE_MS = 150;
const POOL_BUILDS = 20;
/** Of `tarOf`. */
const MEMBER_TIME_SEC = 1_500_000_000;
const CLI = 'dist/cli/palimpsest.js';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-bench-'));
const PARTS = { download: measureDownload, builds: measureOverhead, pool: measurePool, registry: measureRegistry };
const wanted = process.argv.slice(2);
try {
  for (const [name, measure] of Object.entries(PARTS))
    if (wanted.length === 0 || wanted.includes(name)) await measure();
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function startChild(words: readonly string[]): Promise<{ address: ChildAddress; pid: number; stop(): void }> {
  const child = spawn(process.execPath, [join('.cache/bench-build', 'companionChild.mjs'), ...words], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const address = await new Promise<ChildAddress>((resolve, reject) => {
    child.stdout.once('data', (text: Buffer) => resolve(JSON.parse(text.toString()) as ChildAddress));
    child.once('exit', (code) => reject(new Error(`the server ended with ${code}`)));
  });
  return { address, pid: child.pid ?? 0, stop: () => child.kill() };
}

/** A result of 500 MB into Chromium: the companion, and fastify alone with the same file. */
async function measureDownload(): Promise<void> {
  const { address, pid, stop } = await startChild(['download', folder, String(RESULT_BYTES)]);
  const browser = await launchBrowser();
  try {
    const { origin, token, bare } = address;
    const headers = { authorization: `Bearer ${token}` };
    const context = await tarOf([['Dockerfile', 'FROM scratch\n']]);
    const answer = await fetch(`${origin}/v1/builds`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-tar' },
      body: context as BodyInit,
    });
    await answer.text();
    const image = `${origin}${answer.headers.get('location')}/image`;
    const page = await browser.newPage();
    await page.goto(`${origin}/`);
    const rate = (url: string): Promise<number> =>
      page.evaluate(
        async ([from, authorization]) => {
          const startMs = performance.now();
          const response = await fetch(from ?? '', {
            headers: { authorization: authorization ?? '' },
            cache: 'no-store',
          });
          const reader = response.body?.getReader();
          let sizeBytes = 0;
          for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
            sizeBytes += read.value.length;
          }
          return sizeBytes / 1000 / (performance.now() - startMs);
        },
        [url, headers.authorization],
      );
    const rates = { companion: [] as number[], bare: [] as number[] };
    for (let round = 0; round < ROUNDS; round++) {
      rates.bare.push(await rate(bare));
      rates.companion.push(await rate(image));
    }
    const [own, alone] = [median(rates.companion), median(rates.bare)];
    console.log(`${megabytes(RESULT_BYTES)} to Chromium, MB/s (median of ${ROUNDS}, in turn)`);
    console.log(
      `  companion ${own.toFixed(0)}, fastify alone ${alone.toFixed(0)}: ${((100 * own) / alone).toFixed(0)} %`,
    );
    console.log(`  both servers’ process at its peak: ${megabytes(peakBytesOf(pid) ?? Number.NaN)}`);
  } finally {
    await browser.close();
    stop();
  }
}

/** Builds through the companion, and the same through `buildctl` itself. */
async function measureOverhead(): Promise<void> {
  const obstacle = buildkitObstacle();
  if (obstacle !== undefined) return console.log(`builds: not measured (${obstacle})`);
  const daemon = await startBuildkit();
  const buildctl = programPath('buildctl') ?? '';
  const { address, stop } = await startChild(['build', join(folder, 'state'), daemon.address, buildctl]);
  try {
    const contextOf = (salt: string) => [
      [
        'Dockerfile',
        `FROM scratch\nCOPY --chmod=755 rootfs /\nRUN echo ${salt}; sleep 0.1\nRUN echo ${salt} > /f\n`,
      ] as const,
      ...shellMembers(),
    ];
    const throughCompanion = async (salt: string): Promise<number> => {
      const body = await tarOf(contextOf(salt));
      await sleep(PAUSE_MS);
      const startMs = performance.now();
      const text = await post(`${address.origin}/v1/builds`, address.token, body);
      if (!text.includes('"done"')) throw new Error(text);
      return performance.now() - startMs;
    };
    // Who builds again has the folder still, with its times.
    const folders = new Map<string, string>();
    const folderOf = (salt: string): string => {
      const known = folders.get(salt);
      if (known !== undefined) return known;
      const context = mkdtempSync(join(folder, 'context-'));
      folders.set(salt, context);
      for (const [name, member] of contextOf(salt)) {
        mkdirSync(dirname(join(context, name)), { recursive: true });
        writeFileSync(join(context, name), member as Uint8Array);
        // As the tar has it: BuildKit takes again what has another time.
        utimesSync(join(context, name), MEMBER_TIME_SEC, MEMBER_TIME_SEC);
      }
      return context;
    };
    const throughBuildctl = async (salt: string): Promise<number> => {
      const context = folderOf(salt);
      const words = ['--addr', daemon.address, 'build', '--frontend', 'dockerfile.v0', '--progress', 'rawjson'];
      words.push(
        '--local',
        `context=${context}`,
        '--local',
        `dockerfile=${context}`,
        '--opt',
        'force-network-mode=none',
      );
      await sleep(PAUSE_MS);
      return (await runProgram(buildctl, [...words, '--output', `type=oci,dest=${context}.tar`])).wallMs;
    };
    for (const kind of ['uncached', 'cached'] as const) {
      const times = { companion: [] as number[], buildctl: [] as number[] };
      const ratios: number[] = [];
      for (let round = 0; round < BUILD_ROUNDS[kind]; round++) {
        const salt = (name: string): string => (kind === 'cached' ? 'same' : `${name}-${round}-${Date.now()}`);
        if (kind === 'cached' && round === 0) {
          await throughBuildctl('same');
          await throughCompanion('same');
        }
        // Each is first as often as the other.
        let own = round % 2 === 0 ? await throughCompanion(salt('c')) : Number.NaN;
        const alone = await throughBuildctl(salt('b'));
        if (round % 2 === 1) own = await throughCompanion(salt('c'));
        times.companion.push(own);
        times.buildctl.push(alone);
        ratios.push(own / alone);
      }
      const shown = `companion ${milliseconds(median(times.companion))}, buildctl ${milliseconds(median(times.buildctl))}`;
      const more = `${(100 * (median(ratios) - 1)).toFixed(0)} % more (median of ${ratios.length} pairs)`;
      console.log(`${kind} build: ${shown}: ${more}`);
    }
  } finally {
    stop();
    await daemon.stop();
  }
}

/** Without `fetch`, which copies a body of 4 MB before it sends it. */
function post(url: string, token: string, body: Uint8Array): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/x-tar',
      'content-length': body.length,
    };
    const question = request(url, { method: 'POST', headers }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      answer.once('end', () => resolve(text)).once('error', reject);
    });
    question.once('error', reject);
    question.end(body);
  });
}

/** Many builds at once over one BuildKit and over two, each in a network namespace of its own. */
async function measurePool(): Promise<void> {
  const obstacle = buildkitObstacle();
  if (obstacle !== undefined) return console.log(`pool: not measured (${obstacle})`);
  const namespaces = ['a', 'b'].map((name) => `palimpsest-${process.pid}-${name}`);
  for (const name of namespaces) spawnSync('ip', ['netns', 'add', name]);
  const daemons = await Promise.all(namespaces.map((namespace) => startBuildkit({ namespace })));
  try {
    const seconds: number[] = [];
    for (const count of [1, 2]) {
      const addresses = daemons.slice(0, count).map((daemon) => daemon.address);
      const state = join(folder, `pool-${count}`);
      const { address, stop } = await startChild(['build', state, addresses.join(','), programPath('buildctl') ?? '']);
      const headers = { authorization: `Bearer ${address.token}`, 'content-type': 'application/x-tar' };
      const one = async (i: number): Promise<void> => {
        const dockerfile = `FROM scratch\nCOPY --chmod=755 rootfs /\nRUN echo ${count}-${i}; sleep 1\n`;
        const body = (await tarOf([['Dockerfile', dockerfile], ...shellMembers()])) as BodyInit;
        const text = await (await fetch(`${address.origin}/v1/builds`, { method: 'POST', headers, body })).text();
        if (!text.includes('"done"')) throw new Error(text);
      };
      await one(-1);
      const startMs = performance.now();
      await Promise.all(Array.from({ length: POOL_BUILDS }, (_, i) => one(i)));
      seconds.push((performance.now() - startMs) / 1000);
      stop();
    }
    const [alone = Number.NaN, both = Number.NaN] = seconds;
    const shown = `one BuildKit ${alone.toFixed(1)} s, two ${both.toFixed(1)} s: ${(alone / both).toFixed(2)} times as fast`;
    console.log(`${POOL_BUILDS} builds of a second: ${shown}`);
  } finally {
    await Promise.all(daemons.map((daemon) => daemon.stop()));
    for (const name of namespaces) spawnSync('ip', ['netns', 'delete', name]);
  }
}

/** Push and pull of an image beside skopeo, with a registry of Debian's on this machine. */
async function measureRegistry(): Promise<void> {
  const missing = ['docker-registry', 'skopeo'].filter((name) => spawnSync(name, ['--version']).status !== 0);
  if (missing.length > 0) return console.log(`registry: not measured (${missing.join(', ')}: not installed)`);
  if (!existsSync(CLI)) return console.log('registry: not measured (npm run build comes first)');
  const archive = join(folder, 'image.tar');
  await generateArchive(archive);
  const registry = await startRegistry();
  try {
    const times: Record<string, number[]> = {};
    const measure = async (name: string, program: string, words: readonly string[]): Promise<void> => {
      const { wallMs } = await runProgram(program, words);
      times[name] = [...(times[name] ?? []), wallMs];
    };
    for (let round = 0; round < ROUNDS; round++) {
      const reference = (who: string): string => `${registry.host}/${who}-${round}/app:1`;
      const skopeo = ['--insecure-policy', 'copy', '-q'];
      await measure('push', process.execPath, [CLI, 'push', archive, reference('own')]);
      const target = ['--dest-tls-verify=false', `oci-archive:${archive}`, `docker://${reference('skopeo')}`];
      await measure('skopeo push', 'skopeo', [...skopeo, ...target]);
      await measure('pull', process.execPath, [CLI, 'pull', '-f', '-o', join(folder, 'a.tar'), reference('own')]);
      rmSync(join(folder, 'b.tar'), { force: true });
      const source = ['--src-tls-verify=false', `docker://${reference('own')}`, `oci-archive:${join(folder, 'b.tar')}`];
      await measure('skopeo pull', 'skopeo', [...skopeo, ...source]);
    }
    const shown = Object.entries(times).map(([name, all]) => `${name} ${milliseconds(median(all))}`);
    console.log(`registry, an image of 100 MB: ${shown.join(', ')}`);
  } finally {
    await registry.stop();
  }
}
