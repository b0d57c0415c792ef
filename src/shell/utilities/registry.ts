import type { Program, ProgramTable } from '../kernel/program.ts';

type Loader = () => Promise<Program>;

/** Every utility by the name of its file, loaded when it is first run. In the order of names. */
const LOADERS: Readonly<Record<string, Loader>> = {
  false: async () => (await import('./false.ts')).false_,
  true: async () => (await import('./true.ts')).true_,
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
