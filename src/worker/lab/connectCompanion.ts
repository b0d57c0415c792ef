import { CompanionClient } from '../../client/companion/companionClient.ts';
import type { LabMachine } from '../../machine/bootMachine.ts';
import type { Platform } from '../../bytes/platform.ts';
import { companionOutside } from './companionOutside.ts';
import type { CompanionChoice } from './labProtocol.ts';

/** Gives a lab what a companion brings (real registries, git servers, a real engine), or takes it away. */
export function connectCompanion(
  { network }: LabMachine,
  choice: CompanionChoice | undefined,
  platform: Platform,
): void {
  const client = choice && new CompanionClient(choice.link);
  network.outside = client && companionOutside(client, choice.prefersRealImages);
  network.companion = client && { engine: client, platform, builds: new Map() };
}
