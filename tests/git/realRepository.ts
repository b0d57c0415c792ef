import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { GitTransport } from '../../src/git/gitTransport.ts';

const ENV = {
  ...process.env,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.com',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.com',
  GIT_AUTHOR_DATE: '1700000000 +0100',
  GIT_COMMITTER_DATE: '1700000000 +0100',
};

export const HAS_GIT = spawnSync('git', ['--version']).error === undefined;

/** A repository that the host's git makes and serves. */
export class RealRepository {
  readonly path = mkdtempSync(join(tmpdir(), 'git-'));

  constructor() {
    this.git('init', '-q', '-b', 'main');
  }

  git(...words: string[]): string {
    return execFileSync('git', words, { cwd: this.path, env: ENV, encoding: 'utf8', stdio: 'pipe' });
  }

  write(path: string, text: string, mode = 0o644): void {
    mkdirSync(dirname(join(this.path, path)), { recursive: true });
    writeFileSync(join(this.path, path), text, { mode });
  }

  link(target: string, path: string): void {
    symlinkSync(target, join(this.path, path));
  }

  commit(message: string): string {
    this.git('add', '-A');
    this.git('commit', '-q', '-m', message);
    return this.git('rev-parse', 'HEAD').trim();
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }

  /** As `git http-backend` answers the two requests of a clone. */
  get transport(): GitTransport {
    return async ({ method, body }) => {
      const isRefs = method === 'GET';
      const words = ['upload-pack', '--stateless-rpc', ...(isRefs ? ['--advertise-refs'] : []), this.path];
      const { stdout } = spawnSync('git', words, { env: ENV, input: body ?? '', maxBuffer: 1 << 28 });
      const head = isRefs ? '001e# service=git-upload-pack\n0000' : '';
      const type = `application/x-git-upload-pack-${isRefs ? 'advertisement' : 'result'}`;
      const bytes = Buffer.concat([Buffer.from(head), stdout]);
      return { status: 200, statusText: 'OK', headers: { 'content-type': type }, body: once(new Uint8Array(bytes)) };
    };
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
