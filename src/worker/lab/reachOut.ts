import { CompanionClient } from '../../client/companion/companionClient.ts';
import type { CompanionEngine } from '../../docker/companion/realEngine.ts';
import type { LabMachine } from '../../machine/bootMachine.ts';
import type { Platform } from '../../bytes/platform.ts';
import { companionOutside } from './companionOutside.ts';
import { directOutside } from './directOutside.ts';
import type { CompanionChoice, LabReach } from './labProtocol.ts';

/** A companion as the machine knows it: for as long as it is the same one, what was built there keeps its name. */
export interface KnownCompanion {
  readonly link: CompanionChoice['link'];
  readonly engine: CompanionEngine;
}

/** Gives a lab what there is of the world outside: through a companion real registries, git servers and an engine;
 *  without one the registries that let pages read them, where that is wanted. */
export function reachOut(
  { network }: LabMachine,
  { companion, directPulls }: LabReach,
  known: KnownCompanion | undefined,
  platform: Platform,
): KnownCompanion | undefined {
  if (!companion) {
    network.outside = directPulls ? directOutside() : undefined;
    network.companion = undefined;
    return undefined;
  }
  const { link } = companion;
  const client = new CompanionClient(link);
  const isSame = known?.link.origin === link.origin && known.link.token === link.token;
  const engine: CompanionEngine = { engine: client, platform, builds: isSame ? known.engine.builds : new Map() };
  network.outside = companionOutside(client, companion.prefersRealImages);
  network.companion = engine;
  return { link, engine };
}
