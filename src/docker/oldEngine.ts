import type { EngineApi } from '../engine/engineApi.ts';
import { EngineError } from '../engine/engineError.ts';

type Kind = 'container' | 'container:path' | 'image' | 'network' | 'volume';

/** An engine as the client of 20.10 speaks of it: that client has words of its own for what is not there (docker
 *  client/errors.go, wrapResponseError), in the calls that look one thing up or take it away. */
export function oldEngine(engine: EngineApi): EngineApi {
  const known = oldEngines.get(engine);
  if (known) return known;
  const made = inOldWords(engine);
  oldEngines.set(engine, made);
  return made;
}

/** One for an engine: what is remembered of it from command to command is kept by its calls. */
const oldEngines = new WeakMap<EngineApi, EngineApi>();

function inOldWords(engine: EngineApi): EngineApi {
  const { containers, images, networks, volumes } = engine;
  return {
    vintage: engine.vintage,
    platform: engine.platform,
    system: engine.system,
    registries: engine.registries,
    subscribe: (listener) => engine.subscribe(listener),
    containers: {
      ...containers,
      inspect: (name, options) => named('container', name, () => containers.inspect(name, options)),
      resolve: (name) => named('container', name, () => containers.resolve(name)),
      logs: (name, options, signal) => named('container', name, () => containers.logs(name, options, signal)),
      exec: (name, options) => namedLater('container', name, containers.exec(name, options)),
      remove: (name, options) => namedLater('container', name, containers.remove(name, options)),
      statPath: (name, path) => named('container:path', `${name}:${path}`, () => containers.statPath(name, path)),
      readArchive: (name, path) => named('container:path', `${name}:${path}`, () => containers.readArchive(name, path)),
      writeArchive: (name, path, tar, options) =>
        namedLater('container:path', `${name}:${path}`, containers.writeArchive(name, path, tar, options)),
    },
    images: {
      ...images,
      inspect: (name) => named('image', name, () => images.inspect(name)),
      remove: (name, options) => named('image', name, () => images.remove(name, options)),
    },
    networks: {
      ...networks,
      inspect: (name) => named('network', name, () => networks.inspect(name)),
      remove: (name) => named('network', name, () => networks.remove(name)),
    },
    volumes: {
      ...volumes,
      inspect: (name) => named('volume', name, () => volumes.inspect(name)),
      remove: (name, options) => named('volume', name, () => volumes.remove(name, options)),
    },
  };
}

function named<T>(kind: Kind, name: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw oldFault(kind, name, error);
  }
}

async function namedLater<T>(kind: Kind, name: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw oldFault(kind, name, error);
  }
}

function oldFault(kind: Kind, name: string, error: unknown): unknown {
  if (!(error instanceof EngineError) || error.kind !== 'notFound') return error;
  return new EngineError(error.kind, error.code, `Error: No such ${kind}: ${name}`).inStream();
}
