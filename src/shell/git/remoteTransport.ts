import { joinBytes } from '../../bytes/joinBytes.ts';
import { encodeName } from '../../bytes/byteName.ts';
import { once } from '../../bytes/once.ts';
import type { GitTransport } from '../../git/gitTransport.ts';
import { advertise, answerWants } from '../../git/uploadPack.ts';
import type { Process } from '../kernel/process.ts';
import { exitCode } from '../kernel/waitStatus.ts';
import { startPiped } from '../utilities/startPiped.ts';
import { fatal } from './gitFault.ts';
import { advertisementOf, openToServe } from './serve.ts';
import { gitTransportOf } from './transport.ts';

export interface RemotePlace {
  readonly kind: 'http' | 'ssh' | 'local';
  readonly transport: GitTransport;
  /** What isomorphic-git is told, which knows http only. */
  readonly url: string;
}

const STAND_IN_URL = 'http://repository.invalid/';
const SERVICE_HEAD = '001e# service=git-upload-pack\n0000';

/** How to reach a repository: `http(s)://…`, `ssh://…`, `user@host:path`, `file://…`, or a path. */
export function remotePlace(process: Process, url: string): RemotePlace {
  if (/^https?:\/\//.test(url)) return { kind: 'http', transport: gitTransportOf(process), url };
  const ssh = /^ssh:\/\/(?:([^@/]+)@)?([^:/]+)(?::(\d+))?(\/.*)$/.exec(url);
  if (ssh) {
    const [, user, host = '', port, path = ''] = ssh;
    return {
      kind: 'ssh',
      transport: sshTransport(process, { user, host, port, path: path.replace(/^\/~\//, '') }),
      url: STAND_IN_URL,
    };
  }
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//.exec(url)?.[1];
  if (scheme !== undefined && scheme !== 'file')
    throw fatal(
      scheme === 'git' ? 'the git:// protocol is not simulated' : `Unable to find remote helper for '${scheme}'`,
    );
  const scp = /^(?:([^@/:]+)@)?([^/:]+):(.+)$/.exec(url);
  if (scp && scheme === undefined) {
    const [, user, host = '', path = ''] = scp;
    return { kind: 'ssh', transport: sshTransport(process, { user, host, port: undefined, path }), url: STAND_IN_URL };
  }
  const path = scheme === 'file' ? url.slice('file://'.length) : url;
  return { kind: 'local', transport: localTransport(process, path), url: STAND_IN_URL };
}

/** As a server of the smart protocol answers. */
function answer(isRefs: boolean, bytes: Uint8Array) {
  const type = `application/x-git-upload-pack-${isRefs ? 'advertisement' : 'result'}`;
  const whole = isRefs ? joinBytes([encodeName(SERVICE_HEAD), bytes]) : bytes;
  return { status: 200, statusText: 'OK', headers: { 'content-type': type }, body: once(whole) };
}

function localTransport(process: Process, path: string): GitTransport {
  return async ({ method, body }) => {
    const repository = await openToServe(process, path);
    if (!repository) throw fatal(`repository '${path}' does not exist`);
    const isRefs = method === 'GET';
    return answer(
      isRefs,
      isRefs
        ? advertise(await advertisementOf(repository))
        : await answerWants(repository.store, body ?? new Uint8Array()),
    );
  };
}

interface SshPlace {
  readonly user: string | undefined;
  readonly host: string;
  readonly port: string | undefined;
  readonly path: string;
}

const UNREADABLE =
  'Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.';

/** Runs git-upload-pack on the other host, once for each request. */
function sshTransport(process: Process, { user, host, port, path }: SshPlace): GitTransport {
  return async ({ method, body }) => {
    const isRefs = method === 'GET';
    const quoted = `'${path.replaceAll("'", "'\\''")}'`;
    const command = `git-upload-pack --stateless-rpc ${isRefs ? '--advertise-refs ' : ''}${quoted}`;
    const destination = user === undefined ? host : `${user}@${host}`;
    const argv = ['ssh', ...(port === undefined ? [] : ['-p', port]), destination, command];
    const { child, input, output } = await startPiped(process, argv);
    const feeding = (async () => {
      try {
        if (body) await input.write(body);
      } finally {
        input.close();
      }
    })();
    const pieces: Uint8Array[] = [];
    for (;;) {
      const piece = await process.waitFor(Promise.resolve(output.read(1 << 20)));
      if (piece.length === 0) break;
      pieces.push(piece.slice());
    }
    output.close();
    await feeding.catch(() => undefined);
    const status = await process.waitFor(child.wait());
    process.reap(child);
    if (exitCode(status) !== 0) throw fatal(UNREADABLE);
    return answer(isRefs, joinBytes(pieces));
  };
}
