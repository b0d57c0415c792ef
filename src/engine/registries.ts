import type { EngineCore } from './engineCore.ts';
import type { ImageCalls } from './imageCalls.ts';
import { notSimulated } from './messages.ts';
import type { RegistryCalls } from './systemCalls.ts';

/** The calls about images that registries answer. */
export function registryImageCalls(_core: EngineCore): Pick<ImageCalls, 'search' | 'pull' | 'push'> {
  const refuse = async (): Promise<never> => {
    throw notSimulated('a registry');
  };
  return { search: refuse, pull: refuse, push: refuse };
}

export function registryCalls(_core: EngineCore): RegistryCalls {
  const refuse = async (): Promise<never> => {
    throw notSimulated('a registry');
  };
  return { manifest: refuse, blob: refuse, pushManifest: refuse };
}
