import type { Process } from '../../../shell/kernel/process.ts';
import { SIGNALS } from '../../../shell/kernel/signals.ts';
import { VfsError } from '../../../vfs/vfsError.ts';
import { fileAnswer } from '../../services/fileAnswer.ts';
import { untilSignal } from '../../services/untilSignal.ts';
import { listen } from '../../services/listen.ts';
import type { PythonHome } from './pythonHome.ts';

const DEFAULT_PORT = 8000;
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `python -m http.server [PORT] [--bind ADDRESS] [--directory FOLDER]`, until it is interrupted. */
export async function pythonServer(process: Process, home: PythonHome, words: readonly string[]): Promise<number> {
  let port = DEFAULT_PORT;
  let folder = process.cwd;
  let address = '0.0.0.0';
  for (let i = 0; i < words.length; i++) {
    const [name = '', attached] = (words[i] as string).split('=', 2);
    if (/^\d+$/.test(name)) port = Number(name);
    else if (['-d', '--directory'].includes(name)) folder = attached ?? words[++i] ?? folder;
    else if (['-b', '--bind'].includes(name)) address = attached ?? words[++i] ?? address;
    else {
      await process.write(
        2,
        `usage: server.py [-h] [--bind ADDRESS] [--directory DIRECTORY] [port]\nserver.py: error: unrecognized arguments: ${name}\n`,
      );
      return 2;
    }
  }
  const root = folder.startsWith('/') ? folder : `${process.cwd === '/' ? '' : process.cwd}/${folder}`;
  const end = listen(process, port, {
    http: async (request) => {
      if (process.hasEnded) throw new VfsError('ECONNREFUSED', 'read', request.url.host);
      const answer = await fileAnswer(process, request, {
        root,
        index: ['index.html', 'index.htm'],
        server: `SimpleHTTP/0.6 Python/${home.version}`,
        listing: pythonListing,
        errorPage: (status, reason) =>
          `<!DOCTYPE HTML>\n<html lang="en">\n    <head>\n        <meta charset="utf-8">\n        <title>Error response</title>\n    </head>\n    <body>\n        <h1>Error response</h1>\n        <p>Error code: ${status}</p>\n        <p>Message: ${reason}.</p>\n    </body>\n</html>\n`,
      });
      await process.write(
        2,
        `127.0.0.1 - - [${logTime(process)}] "${request.method} ${request.url.pathname}${request.url.search} HTTP/1.1" ${answer.status} -\n`,
      );
      return answer;
    },
  });
  if (!end) {
    await process.write(2, 'OSError: [Errno 98] Address already in use\n');
    return 1;
  }
  try {
    await process.print(`Serving HTTP on ${address} port ${port} (http://${address}:${port}/) ...\n`);
    await untilSignal(process, [SIGNALS.INT]);
    await process.print('\nKeyboard interrupt received, exiting.\n');
    return 0;
  } finally {
    end();
  }
}

function pythonListing(path: string, names: readonly string[]): string {
  const rows = names.map(
    (name) => `<li><a href="${encodeURI(name)}">${name.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</a></li>\n`,
  );
  return `<!DOCTYPE HTML>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>Directory listing for ${path}</title>\n</head>\n<body>\n<h1>Directory listing for ${path}</h1>\n<hr>\n<ul>\n${rows.join('')}</ul>\n<hr>\n</body>\n</html>\n`;
}

function logTime(process: Process): string {
  const date = new Date(process.kernel.clock.now().sec * 1000);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${two(date.getUTCDate())}/${MONTHS[date.getUTCMonth()]}/${date.getUTCFullYear()} ${two(date.getUTCHours())}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
}
