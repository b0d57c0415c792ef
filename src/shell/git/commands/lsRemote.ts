import { loadGit } from '../../../git/gitModule.ts';
import { httpClientOf } from '../../../git/gitTransport.ts';
import { globMatcher } from '../../utilities/globMatch.ts';
import type { GitCall } from '../gitCall.ts';
import { fatal } from '../gitFault.ts';
import { remoteFault } from '../remoteFault.ts';
import { remotePlace } from '../remoteTransport.ts';

/** git-ls-remote(1). */
export async function lsRemote(call: GitCall): Promise<number> {
  const options = call.options({
    options: {
      heads: '-h --heads',
      tags: '-t --tags',
      refs: '--refs',
      quiet: '-q --quiet',
      exitCode: '--exit-code',
      getUrl: '--get-url',
    },
    notSimulated: '--upload-pack=P --sort=K --symref -o --server-option=O',
  });
  const [name = 'origin', ...patterns] = options.operands;
  const url = (await call.settings()).get(`remote.${name}.url`) ?? name;
  if (options.operands.length === 0 && url === name) throw fatal('No remote configured to list refs from.');
  if (options.has('getUrl')) {
    await call.print(`${url}\n`);
    return 0;
  }
  if (options.operands.length === 0 && !options.has('quiet')) await call.tell(`From ${url}\n`);
  const git = await loadGit();
  const place = remotePlace(call.process, url);
  const refs = await git
    .listServerRefs({ http: httpClientOf(place.transport), url: place.url, protocolVersion: 1, peelTags: true })
    .catch((error: unknown) => {
      throw remoteFault(error, url);
    });
  const matchers = patterns.map((pattern) => globMatcher(`*/${pattern}`));
  const rows = refs.flatMap(({ ref, oid, peeled }) => [
    { ref, oid },
    ...(peeled === undefined ? [] : [{ ref: `${ref}^{}`, oid: peeled }]),
  ]);
  let count = 0;
  for (const { ref, oid } of rows) {
    const isPeeled = ref.endsWith('^{}');
    const isKind = ref.startsWith('refs/heads/')
      ? options.has('heads')
      : ref.startsWith('refs/tags/') && options.has('tags');
    if ((options.has('heads') || options.has('tags')) && !isKind) continue;
    if (options.has('refs') && (isPeeled || ref === 'HEAD')) continue;
    if (matchers.length > 0 && !matchers.some((matches) => matches(`/${ref}`))) continue;
    count++;
    await call.print(`${oid}\t${ref}\n`);
  }
  return options.has('exitCode') && count === 0 ? 2 : 0;
}
