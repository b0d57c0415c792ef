export type Git = typeof import('isomorphic-git');

let loading: Promise<Git> | undefined;

/** isomorphic-git, loaded when it is first needed. It counts on a global `Buffer`, which browsers lack. */
export function loadGit(): Promise<Git> {
  loading ??= load();
  return loading;
}

async function load(): Promise<Git> {
  if (!('Buffer' in globalThis)) {
    const { Buffer } = await import('buffer/index.js');
    Object.defineProperty(globalThis, 'Buffer', { value: Buffer, configurable: true, writable: true });
  }
  return import('isomorphic-git');
}
