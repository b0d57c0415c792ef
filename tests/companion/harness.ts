import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { WorkFolders } from '../../src/companion/builds/workFolders.ts';
import { startCompanion, type CompanionOptions, type RunningCompanion } from '../../src/companion/companion.ts';
import { CompanionError } from '../../src/companion/companionError.ts';
import type { BuildRequest, BuildRules, EmitStep, Engine, EngineFacts } from '../../src/companion/engines/engine.ts';
import { DEFAULT_LIMITS, type CompanionLimits } from '../../src/companion/limits.ts';
import type { BuildEvent, BuildResult } from '../../src/companion/protocol.ts';
import { tokenHash } from '../../src/companion/server/accessToken.ts';
import { nodePlatform } from '../../src/platform/node.ts';

export const NO_NETWORK: BuildRules = {
  runNetwork: false,
  fetch: false,
  images: [],
  resultBytes: 1e9,
  freeBytes: 0,
  memoryBytes: 512 * 1024 ** 2,
  processes: 64,
};

export function facts(more: Partial<EngineFacts> = {}): EngineFacts {
  return { version: 'v1.0.0', platforms: ['linux/amd64'], running: 0, unfitForSeveral: undefined, notes: [], ...more };
}

export type Script = (request: BuildRequest, emit: EmitStep, signal: AbortSignal) => Promise<void>;

/** An engine that does what a test says: it stands for none that exists. */
export class ScriptedEngine implements Engine {
  readonly kind = 'buildkit';
  readonly name: string;
  readonly slots: number;
  readonly readsContextTar = false;
  readonly requests: BuildRequest[] = [];
  running = 0;
  most = 0;
  isUp = true;
  told: EngineFacts = facts();
  readonly #script: Script;

  constructor(script: Script = async () => undefined, name = 'scripted', slots = 2) {
    this.#script = script;
    this.name = name;
    this.slots = slots;
  }

  async facts(): Promise<EngineFacts> {
    if (!this.isUp) throw new CompanionError('connectionLost', `${this.name} is down`);
    return this.told;
  }

  async build(request: BuildRequest, _rules: BuildRules, emit: EmitStep, signal: AbortSignal): Promise<BuildResult> {
    this.requests.push(request);
    this.running++;
    this.most = Math.max(this.most, this.running);
    try {
      await this.#script(request, emit, signal);
      await writeFile(request.resultFile, request.build);
      return { sizeBytes: request.build.length, format: 'oci-layout' };
    } finally {
      this.running--;
    }
  }

  async sweep(): Promise<void> {}
  close(): void {}
}

/** Resolves when the signal is aborted, by rejecting with its reason. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
}

export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'palimpsest-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export interface TestCompanion extends RunningCompanion {
  readonly state: string;
  readonly folders: WorkFolders;
  readonly reports: unknown[];
  /** Folders of builds that are there now. */
  leftovers(): string[];
}

export type StartOptions = Partial<Omit<CompanionOptions, 'limits'>> & { readonly limits?: Partial<CompanionLimits> };

export async function start(options: StartOptions = {}): Promise<TestCompanion> {
  const state = mkdtempSync(join(tmpdir(), 'palimpsest-state-'));
  const folders = await WorkFolders.open(state);
  const reports: unknown[] = [];
  const running = await startCompanion({
    host: '127.0.0.1',
    port: 0,
    version: '1.2.3',
    engines: [new ScriptedEngine()],
    rules: NO_NETWORK,
    access: { allowedHosts: [], plainHttp: [] },
    gitProgram: undefined,
    app: undefined,
    folders,
    hosts: [],
    origins: [],
    users: undefined,
    report: (error) => reports.push(error),
    ...options,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
  });
  let isOpen = true;
  const close = async (): Promise<void> => {
    if (isOpen) await running.close();
    isOpen = false;
  };
  onTestFinished(async () => {
    await close();
    rmSync(state, { recursive: true, force: true });
  });
  const leftovers = (): string[] => readdirSync(join(state, folders.worker)).filter((name) => name !== 'README');
  return { ...running, close, state, folders, reports, leftovers };
}

/** Users `u0`, `u1`, … whose tokens are their names over and over. */
export function users(count: number) {
  return Array.from({ length: count }, (_, i) => ({ name: `u${i}`, hash: tokenHash(tokenOf(i)) }));
}

export function tokenOf(i: number): string {
  return `u${i}`.repeat(20);
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface Question {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** `false`: none. */
  readonly token?: string | false;
}

/** A request with any header at all, which `fetch` would not send. */
export function ask(companion: RunningCompanion, path: string, question: Question = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = question;
  const token = question.token ?? companion.token;
  return new Promise((resolve, reject) => {
    const request = httpRequest({
      host: '127.0.0.1',
      port: companion.port,
      path,
      method,
      agent: false,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-length': Buffer.byteLength(body) }),
        ...headers,
      },
    });
    request.once('error', reject);
    request.once('response', (response) => {
      const pieces: Buffer[] = [];
      response.on('data', (piece: Buffer) => pieces.push(piece));
      response.once('error', reject);
      response.once('end', () => {
        const { statusCode: status = 0, headers: answered } = response;
        resolve({ status, headers: answered, text: Buffer.concat(pieces).toString('utf8') });
      });
    });
    request.end(body);
  });
}

export function eventsOf(text: string): BuildEvent[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as BuildEvent);
}

export async function build(
  companion: RunningCompanion,
  context: Uint8Array,
  query = '',
  token?: string,
): Promise<BuildEvent[]> {
  const answer = await ask(companion, `/v1/builds${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-tar' },
    body: context,
    ...(token === undefined ? {} : { token }),
  });
  if (answer.status !== 201) throw new Error(`answered ${answer.status}: ${answer.text}`);
  return eventsOf(answer.text);
}

export function buildId(events: readonly BuildEvent[]): string {
  const [first] = events;
  if (first?.type !== 'queued') throw new Error('the first event is not `queued`');
  return first.build;
}

export const work = { platform: nodePlatform() };
