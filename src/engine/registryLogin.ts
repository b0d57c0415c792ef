import type { EngineCore } from './engineCore.ts';
import { notSimulated } from './messages.ts';
import type { RegistryLogin } from './systemCalls.ts';

export async function registryLogin(_core: EngineCore, _login: RegistryLogin, _server: string): Promise<string> {
  throw notSimulated('a registry');
}
