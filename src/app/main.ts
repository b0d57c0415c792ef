import { mount } from 'svelte';
import { createExplorerClient } from '../client/explorerClient.ts';
import { setLanguage } from '../i18n/i18n.svelte.ts';
import { addressQuery, linkedRoute } from './address.ts';
import App from './App.svelte';
import './theme.css';
import './page.css';
import { BUILDS_HASH } from './route.ts';
import { registerOffline } from './offline/registerOffline.ts';
import { reopenAllowed } from './opening/reopen.ts';
import { ExplorerState } from './state/explorer.svelte.ts';
import { followRoute, followStoredView } from './state/routing.svelte.ts';
import { ShellState } from './state/shell.svelte.ts';

const client = createExplorerClient();
const explorer = new ExplorerState(client.service);
const shell = new ShellState();
client.onEvent((event) => explorer.onEvent(event));
// The link of a companion holds a token, which is to stand in no address that is copied or kept.
const isCompanionLink = location.hash.startsWith('#/companion/');
const companionHash = isCompanionLink ? location.hash : '';
if (isCompanionLink) history.replaceState(history.state, '', location.pathname + location.search);
const openingHash = location.hash;
if (openingHash === BUILDS_HASH) shell.showView('builds');

if (isCompanionLink || sessionStorage.getItem('palimpsest.companion') !== null) void shell.openCompanion(companionHash);
await setLanguage(shell.settings.language);
mount(App, { target: document.body, props: { explorer, shell } });

await explorer.restore();
const stored = await explorer.service.loadView().catch(() => undefined);
// Whoever dropped a file in the meantime wants to see that.
if (explorer.archiveId === undefined) followStoredView(explorer, stored, openingHash);
explorer.isReady = true;

// A link may name an archive; it is fetched when the reader agrees, never by itself.
const { url: offered } = addressQuery(location.search);
const known = explorer.archives.find((archive) => archive.url === offered);
const route = linkedRoute(openingHash);
if (offered !== undefined && !known) shell.offerUrl(offered, route);
else if (known && route) followRoute(explorer, { ...route, archiveId: known.id });

await reopenAllowed(explorer);
registerOffline();
