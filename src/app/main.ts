import { mount } from 'svelte';
import { createExplorerClient } from '../client/explorerClient.ts';
import { setLanguage } from '../i18n/i18n.svelte.ts';
import App from './App.svelte';
import './theme.css';
import './page.css';
import { registerOffline } from './offline/registerOffline.ts';
import { reopenAllowed } from './opening/reopen.ts';
import { ExplorerState } from './state/explorer.svelte.ts';
import { followStoredView } from './state/routing.svelte.ts';
import { ShellState } from './state/shell.svelte.ts';

const client = createExplorerClient();
const explorer = new ExplorerState(client.service);
const shell = new ShellState();
client.onEvent((event) => explorer.onEvent(event));
const openingHash = location.hash;

await setLanguage(shell.settings.language);
mount(App, { target: document.body, props: { explorer, shell } });

await explorer.restore();
const stored = await explorer.service.loadView().catch(() => undefined);
// Whoever dropped a file in the meantime wants to see that.
if (explorer.archiveId === undefined) followStoredView(explorer, stored, openingHash);
explorer.isReady = true;

// A link may name an archive; it is fetched when the reader agrees, never by itself.
const offered = new URL(location.href).searchParams.get('url');
if (offered !== null && !explorer.archives.some((archive) => archive.url === offered)) shell.offerUrl(offered);

await reopenAllowed(explorer);
registerOffline();
