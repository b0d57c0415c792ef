import type { Client } from './client.ts';
import type { FlagSet } from './commandLine/flagSet.ts';

/** `--platform` as typed, or where it is not given what the environment says; '' for neither. */
export function platformOption(client: Client, flags: FlagSet): string {
  return flags.has('platform') ? flags.text('platform') : client.environment('DOCKER_DEFAULT_PLATFORM');
}
