import * as calls from '../../shell/kernel/calls.ts';
import type { Process } from '../../shell/kernel/process.ts';
import { VfsError } from '../../vfs/vfsError.ts';
import { inBackground } from './inBackground.ts';
import { fileAnswer } from './fileAnswer.ts';
import { listen } from './listen.ts';
import { untilSignal } from './untilSignal.ts';

const USAGE =
  'Usage: httpd [-ifv[v]] [-c CONFFILE] [-p [IP:]PORT] [-u USER[:GRP]] [-r REALM] [-h HOME]\nor httpd -d/-e/-m STRING\n';
const NOT_SIMULATED = new Set(['i', 'c', 'u', 'r', 'd', 'e', 'm']);

interface Arguments {
  readonly port: number;
  readonly home: string;
  readonly isForeground: boolean;
  readonly isVerbose: boolean;
}

/** busybox's applet of that name (networking/httpd.c): files of a folder. Rules of its own configuration are not
 *  simulated; its options are refused by name. */
export async function busyboxHttpd(process: Process): Promise<number> {
  const given = readArguments(process);
  if (typeof given === 'string') {
    await process.write(2, `httpd: ${given}\n${USAGE}`);
    return 1;
  }
  if (calls.statIfThere(process, given.home) === undefined) {
    await process.write(2, `httpd: can't change directory to '${given.home}': No such file or directory\n`);
    return 1;
  }
  if (given.isForeground) return serve(process, given);
  return inBackground(process, (self, onBound) => serve(self, given, onBound));
}

async function serve(process: Process, given: Arguments, onBound?: () => Promise<void>): Promise<number> {
  const end = listen(process, given.port, {
    http: async (request) => {
      if (process.hasEnded) throw new VfsError('ECONNREFUSED', 'read', request.url.host);
      const answer = await fileAnswer(process, request, {
        root: given.home,
        index: ['index.html'],
        errorPage: (status, reason) =>
          `<HTML><HEAD><TITLE>${status} ${reason}</TITLE></HEAD>\n<BODY><H1>${status} ${reason}</H1>\n${status === 404 ? 'The requested URL was not found' : ''}\n</BODY></HTML>\n`,
      });
      if (given.isVerbose) await process.write(2, `httpd: ${request.url.pathname}: response:${answer.status}\n`);
      return answer;
    },
  });
  if (!end) {
    await process.write(2, 'httpd: bind: Address already in use\n');
    return 1;
  }
  try {
    await onBound?.();
    await untilSignal(process, []);
    return 0;
  } finally {
    end();
  }
}

/** What is wrong, or what was asked for. */
function readArguments(process: Process): Arguments | string {
  let [port, home, isForeground, isVerbose] = [80, process.cwd, false, false];
  const words = process.argv.slice(1);
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string;
    if (!/^-./.test(word)) return `unexpected operand '${word}'`;
    for (let at = 1; at < word.length; at++) {
      const letter = word[at] as string;
      if (NOT_SIMULATED.has(letter)) return `option -${letter} is not simulated`;
      if (letter === 'f') isForeground = true;
      else if (letter === 'v') isVerbose = true;
      else if (letter === 'p' || letter === 'h') {
        const value = word.slice(at + 1) || words[++i];
        if (value === undefined) return `option requires an argument -- '${letter}'`;
        if (letter === 'h') home = value.startsWith('/') ? value : `${home === '/' ? '' : home}/${value}`;
        else port = Number(/^(?:.*:)?(\d{1,5})$/.exec(value)?.[1] ?? Number.NaN);
        break;
      } else return `invalid option -- '${letter}'`;
    }
  }
  if (!(port > 0 && port < 65_536)) return 'bad port';
  return { port, home, isForeground, isVerbose };
}
