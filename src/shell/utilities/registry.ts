import type { Program, ProgramTable } from '../kernel/program.ts';

type Loader = () => Promise<Program>;

/** Every utility by the name of its file, loaded when it is first run. In the order of names. */
const LOADERS: Readonly<Record<string, Loader>> = {
  awk: async () => (await import('./awk.ts')).awk,
  basename: async () => (await import('./basename.ts')).basename,
  bunzip2: async () => (await import('./bzip2.ts')).bunzip2,
  bzcat: async () => (await import('./bzip2.ts')).bzcat,
  bzip2: async () => (await import('./bzip2.ts')).bzip2,
  cat: async () => (await import('./cat.ts')).cat,
  chgrp: async () => (await import('./chown.ts')).chgrp,
  chmod: async () => (await import('./chmod.ts')).chmod,
  chown: async () => (await import('./chown.ts')).chown,
  cp: async () => (await import('./cp.ts')).cp,
  cut: async () => (await import('./cut.ts')).cut,
  dir: async () => (await import('./ls.ts')).dir,
  dirname: async () => (await import('./dirname.ts')).dirname,
  egrep: async () => (await import('./grep.ts')).egrep,
  false: async () => (await import('./false.ts')).false_,
  fgrep: async () => (await import('./grep.ts')).fgrep,
  find: async () => (await import('./find.ts')).find,
  gawk: async () => (await import('./awk.ts')).awk,
  grep: async () => (await import('./grep.ts')).grep,
  gunzip: async () => (await import('./gzip.ts')).gunzip,
  gzip: async () => (await import('./gzip.ts')).gzip,
  head: async () => (await import('./head.ts')).head,
  link: async () => (await import('./link.ts')).link,
  ln: async () => (await import('./ln.ts')).ln,
  ls: async () => (await import('./ls.ts')).ls,
  mawk: async () => (await import('./awk.ts')).awk,
  mkdir: async () => (await import('./mkdir.ts')).mkdir,
  mkfifo: async () => (await import('./mkfifo.ts')).mkfifo,
  mknod: async () => (await import('./mkfifo.ts')).mknod,
  mktemp: async () => (await import('./mktemp.ts')).mktemp,
  mv: async () => (await import('./mv.ts')).mv,
  readlink: async () => (await import('./readlink.ts')).readlink,
  realpath: async () => (await import('./realpath.ts')).realpath,
  rm: async () => (await import('./rm.ts')).rm,
  rmdir: async () => (await import('./rmdir.ts')).rmdir,
  sed: async () => (await import('./sed.ts')).sed,
  sort: async () => (await import('./sort.ts')).sort,
  sync: async () => (await import('./sync.ts')).sync,
  tac: async () => (await import('./tac.ts')).tac,
  tail: async () => (await import('./tail.ts')).tail,
  tar: async () => (await import('./tar.ts')).tar,
  tr: async () => (await import('./tr.ts')).tr,
  true: async () => (await import('./true.ts')).true_,
  truncate: async () => (await import('./truncate.ts')).truncate,
  uniq: async () => (await import('./uniq.ts')).uniq,
  unlink: async () => (await import('./unlink.ts')).unlink,
  unxz: async () => (await import('./xz.ts')).unxz,
  unzstd: async () => (await import('./zstd.ts')).unzstd,
  vdir: async () => (await import('./ls.ts')).vdir,
  wc: async () => (await import('./wc.ts')).wc,
  xargs: async () => (await import('./xargs.ts')).xargs,
  xz: async () => (await import('./xz.ts')).xz,
  xzcat: async () => (await import('./xz.ts')).xzcat,
  zcat: async () => (await import('./gzip.ts')).zcat,
  zstd: async () => (await import('./zstd.ts')).zstd,
  zstdcat: async () => (await import('./zstd.ts')).zstdcat,
};

const loaded = new Map<string, Program>();

export const UTILITIES: ProgramTable = {
  has: (name) => Object.hasOwn(LOADERS, name),
  load(name) {
    const ready = loaded.get(name);
    if (ready) return ready;
    const loader = Object.hasOwn(LOADERS, name) ? LOADERS[name] : undefined;
    if (!loader) throw new RangeError(`no utility ${name}`);
    return loader().then((program) => {
      loaded.set(name, program);
      return program;
    });
  },
  names: () => Object.keys(LOADERS),
};
