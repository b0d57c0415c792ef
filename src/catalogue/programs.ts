import type { Program, ProgramTable } from '../shell/kernel/program.ts';
import type { Catalogue } from './catalogue.ts';

type Loader = (catalogue: Catalogue) => Promise<Program>;

/** Programs that need the catalogue: package managers. Loaded when they are first run. */
const LOADERS: Readonly<Record<string, Loader>> = {
  dnf: async (catalogue) => (await import('./packages/rpm/yum.ts')).yum(catalogue),
  'dnf-3': async (catalogue) => (await import('./packages/rpm/yum.ts')).yum(catalogue),
  microdnf: async (catalogue) => (await import('./packages/rpm/yum.ts')).yum(catalogue),
  rpm: async (catalogue) => (await import('./packages/rpm/rpm.ts')).rpm(catalogue),
  yum: async (catalogue) => (await import('./packages/rpm/yum.ts')).yum(catalogue),
  apk: async (catalogue) => (await import('./packages/apk/apk.ts')).apk(catalogue),
  apt: async (catalogue) => (await import('./packages/aptGet.ts')).aptGet(catalogue),
  'apt-cache': async (catalogue) => (await import('./packages/aptCache.ts')).aptCache(catalogue),
  'apt-get': async (catalogue) => (await import('./packages/aptGet.ts')).aptGet(catalogue),
  'apt-mark': async () => (await import('./packages/aptMark.ts')).aptMark,
  dpkg: async () => (await import('./packages/dpkg.ts')).dpkg,
  'dpkg-query': async () => (await import('./packages/dpkg.ts')).dpkgQuery,
  gem: async (catalogue) => (await import('./packages/gem.ts')).gem(catalogue),
  catatonit: async () => (await import('./services/init.ts')).init,
  'dumb-init': async () => (await import('./services/init.ts')).init,
  gosu: async () => (await import('./services/stepDown.ts')).stepDown,
  'su-exec': async () => (await import('./services/stepDown.ts')).stepDown,
  tini: async () => (await import('./services/init.ts')).init,
  // Alternatives of Debian's under their own names.
  'vim.basic': async () => (await import('../shell/utilities/vi.ts')).vi,
  'vim.tiny': async () => (await import('../shell/utilities/vi.ts')).vi,
  'which.debianutils': async () => (await import('../shell/utilities/which.ts')).which,
  'redis-cli': async () => (await import('./services/redisCli.ts')).redisCli,
  'redis-server': async () => (await import('./services/redisServer.ts')).redisServer,
  hello: async () => (await import('./services/hello.ts')).hello,
  node: async () => (await import('./packages/npm/node.ts')).node,
  yarn: async (catalogue) => (await import('./packages/npm/yarn.ts')).yarn(catalogue),
  npm: async (catalogue) => (await import('./packages/npm/npm.ts')).npm(catalogue),
  pip: async (catalogue) => (await import('./packages/python/pip.ts')).pip(catalogue),
  python: async (catalogue) => (await import('./packages/python/python.ts')).python(catalogue),
  apachectl: async () => (await import('./services/httpd.ts')).httpd,
  httpd: async () => (await import('./services/httpd.ts')).httpd,
  nginx: async () => (await import('./services/nginx.ts')).nginx,
};

/** Names that files of programs have beside the one above: versions, and what stands behind links. */
const ALIASES: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^pip-?[23](\.\d+)?$/, 'pip'],
  [/^python[23](\.\d+)?$/, 'python'],
  [/^gem[23]\.\d+$/, 'gem'],
  [/^nginx-debug$/, 'nginx'],
  [/^npm-cli\.js$/, 'npm'],
  [/^nodejs$/, 'node'],
  [/^yarn(pkg|\.js)$/, 'yarn'],
];

function nameOf(file: string): string {
  return ALIASES.find(([pattern]) => pattern.test(file))?.[1] ?? file;
}

/** They run in images that hold them; a host of its own has none: `names` is empty. */
export function cataloguePrograms(catalogue: Catalogue): ProgramTable {
  return {
    has: (name) => Object.hasOwn(LOADERS, nameOf(name)),
    load(file) {
      const name = nameOf(file);
      const loader = Object.hasOwn(LOADERS, name) ? LOADERS[name] : undefined;
      if (!loader) throw new RangeError(`no program ${name}`);
      return loader(catalogue);
    },
    names: () => [],
  };
}
