import { CompanionClient, CompanionClientError, type CompanionInfo } from '../../client/companion/companionClient.ts';
import { parseCompanionLink, type CompanionLink } from '../../client/companion/companionLink.ts';
import type { CompanionChoice } from '../../client/labClient.ts';
import { workerFetch, type WorkerFetch } from '../../client/companion/workerFetch.ts';

export type CompanionStatus = 'none' | 'connecting' | 'connected' | 'lost' | 'refused';

const STORE_KEY = 'palimpsest.companion';
const LOOK_PAUSE_MS = 8_000;

/** The page's connection to a companion. The link lives as long as the tab. */
export class CompanionSession {
  status = $state<CompanionStatus>('none');
  info = $state.raw<CompanionInfo | undefined>(undefined);
  /** Of the last attempt, as the companion or the browser said it. */
  fault = $state<string | undefined>(undefined);
  client = $state.raw<CompanionClient | undefined>(undefined);
  /** `docker pull` of the simulated machine takes real images first. */
  prefersRealImages = $state(false);
  /** Only for a companion that did not serve this page. */
  #away: WorkerFetch | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  get isConnected(): boolean {
    return this.status === 'connected';
  }

  /** What the simulated machine may reach through it. */
  get forLab(): CompanionChoice | undefined {
    const { client, prefersRealImages } = this;
    return this.isConnected && client ? { link: client.link, prefersRealImages } : undefined;
  }

  /** Takes the link that opened the page, or the one this tab had before. */
  static resume(hash: string): CompanionSession {
    const session = new CompanionSession();
    const link = parseCompanionLink(hash, location.origin) ?? storedLink();
    if (link) void session.connect(link);
    return session;
  }

  async connect(link: CompanionLink): Promise<void> {
    clearTimeout(this.#timer);
    this.#away?.close();
    this.#away = link.origin === location.origin ? undefined : workerFetch();
    this.client = new CompanionClient(link, this.#away?.fetch);
    this.status = 'connecting';
    sessionStorage.setItem(STORE_KEY, JSON.stringify(link));
    await this.#look(this.client);
  }

  disconnect(): void {
    clearTimeout(this.#timer);
    sessionStorage.removeItem(STORE_KEY);
    this.#away?.close();
    this.#away = undefined;
    this.client = undefined;
    this.info = undefined;
    this.fault = undefined;
    this.status = 'none';
  }

  /** The connection is shown as it is, so it is looked at again and again. */
  async #look(client: CompanionClient): Promise<void> {
    try {
      const info = await client.info();
      if (client !== this.client) return;
      this.info = info;
      this.fault = undefined;
      this.status = 'connected';
    } catch (error) {
      if (client !== this.client) return;
      this.fault = error instanceof Error ? error.message : String(error);
      const isRefused = error instanceof CompanionClientError && error.status >= 400 && error.status < 500;
      this.status = isRefused ? 'refused' : 'lost';
      // A token that is refused stays refused.
      if (isRefused) return;
    }
    this.#timer = setTimeout(() => void this.#look(client), LOOK_PAUSE_MS);
  }
}

function storedLink(): CompanionLink | undefined {
  const text = sessionStorage.getItem(STORE_KEY);
  if (text === null) return undefined;
  try {
    const { origin, token } = JSON.parse(text) as CompanionLink;
    return parseCompanionLink(`${origin}/#/companion/${token}`, location.origin);
  } catch {
    return undefined;
  }
}
