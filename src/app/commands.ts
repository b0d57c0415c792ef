import { t } from '../i18n/i18n.svelte.ts';
import type { MessageKey } from '../i18n/messages.ts';
import { type PanelName, IMAGE_PANELS, PATH_PANELS } from './panels/panelName.ts';
import type { ExplorerState } from './state/explorer.svelte.ts';
import type { ShellState } from './state/shell.svelte.ts';
import { currentRoute } from './state/routing.svelte.ts';
import { linkTo } from './address.ts';
import { pickFiles, pickFolder } from './opening/picked.ts';
import { openSample } from './opening/sample.ts';

/** What commands act on. */
export interface CommandContext {
  readonly explorer: ExplorerState;
  readonly shell: ShellState;
}

/** Everything that can be done by name or key: the palette, the keys and the help all come from this table. */
export interface Command {
  readonly id: string;
  readonly title: MessageKey;
  readonly group: 'archive' | 'view' | 'layer' | 'panel' | 'page';
  /** As `keyName` gives them. No letter stands alone: letters belong to typing a name in the tree. */
  readonly keys: readonly string[];
  /** Absent: always. */
  readonly isEnabled?: (context: CommandContext) => boolean;
  readonly run: (context: CommandContext) => void | Promise<void>;
}

const hasImage = ({ explorer }: CommandContext): boolean => explorer.image !== undefined;
const hasTree = ({ explorer }: CommandContext): boolean => explorer.tree.view !== undefined;

const ARCHIVE: readonly Command[] = [
  {
    id: 'openFiles',
    title: 'command.openFiles',
    group: 'archive',
    keys: ['Mod+o'],
    run: async ({ explorer }) => explorer.openPicked(pickFiles),
  },
  {
    id: 'openFolder',
    title: 'command.openFolder',
    group: 'archive',
    keys: ['Mod+Shift+o'],
    run: async ({ explorer }) => explorer.openPicked(pickFolder),
  },
  {
    id: 'openUrl',
    title: 'command.openUrl',
    group: 'archive',
    keys: [],
    run: ({ shell }) => shell.showDialog('url'),
  },
  {
    id: 'pull',
    title: 'command.pull',
    group: 'archive',
    keys: [],
    run: ({ shell }) => shell.showDialog('pull'),
  },
  {
    id: 'openSample',
    title: 'command.openSample',
    group: 'archive',
    keys: [],
    run: ({ explorer }) => openSample(explorer),
  },
  {
    id: 'copyLink',
    title: 'command.copyLink',
    group: 'archive',
    keys: [],
    isEnabled: ({ explorer }) => explorer.archive?.url !== undefined,
    run: async ({ explorer }) => {
      const url = explorer.archive?.url;
      if (url === undefined) return;
      await navigator.clipboard.writeText(linkTo(location.href, url, currentRoute(explorer)));
      explorer.announce(t('announce.linkCopied'));
    },
  },
  {
    id: 'closeArchive',
    title: 'command.closeArchive',
    group: 'archive',
    keys: [],
    isEnabled: ({ explorer }) => explorer.archive !== undefined,
    run: ({ explorer }) => (explorer.archive ? explorer.close(explorer.archive.id) : undefined),
  },
];

const VIEW: readonly Command[] = [
  {
    id: 'xray',
    title: 'command.xray',
    group: 'view',
    keys: ['Alt+x'],
    isEnabled: hasImage,
    run: ({ explorer }) => explorer.toggleXray(),
  },
  {
    id: 'modeLayer',
    title: 'command.modeLayer',
    group: 'view',
    keys: ['Alt+l'],
    isEnabled: hasImage,
    run: ({ explorer }) => explorer.setMode('layer'),
  },
  {
    id: 'modeUnion',
    title: 'command.modeUnion',
    group: 'view',
    keys: ['Alt+u'],
    isEnabled: hasImage,
    run: ({ explorer }) => explorer.setMode('union'),
  },
  {
    id: 'modeMerged',
    title: 'command.modeMerged',
    group: 'view',
    keys: ['Alt+m'],
    isEnabled: hasImage,
    run: ({ explorer }) => explorer.setMode('merged'),
  },
  {
    id: 'openAll',
    title: 'command.openAll',
    group: 'view',
    keys: ['Alt+.'],
    isEnabled: hasTree,
    run: ({ explorer }) => explorer.tree.openAll(),
  },
  {
    id: 'foldAll',
    title: 'command.foldAll',
    group: 'view',
    keys: ['Alt+,'],
    isEnabled: hasTree,
    run: ({ explorer }) => explorer.tree.foldAll(),
  },
  {
    id: 'filter',
    title: 'command.filter',
    group: 'view',
    keys: ['/'],
    isEnabled: hasImage,
    run: ({ shell }) => shell.focusOn('filter'),
  },
  {
    id: 'clearFilter',
    title: 'command.clearFilter',
    group: 'view',
    keys: [],
    isEnabled: hasImage,
    run: ({ explorer }) => explorer.clearFilter(),
  },
  {
    id: 'search',
    title: 'command.search',
    group: 'view',
    keys: ['Alt+s', 'Mod+Shift+f'],
    isEnabled: hasImage,
    run: ({ shell }) => shell.showDialog('search'),
  },
];

const LAYER: readonly Command[] = [
  {
    id: 'layerUp',
    title: 'command.layerUp',
    group: 'layer',
    keys: ['Alt+ArrowUp'],
    isEnabled: hasImage,
    run: ({ explorer }) => explorer.selectLayer(explorer.layer + 1),
  },
  {
    id: 'layerDown',
    title: 'command.layerDown',
    group: 'layer',
    keys: ['Alt+ArrowDown'],
    isEnabled: hasImage,
    run: ({ explorer }) => explorer.selectLayer(explorer.layer - 1),
  },
  {
    id: 'focusStack',
    title: 'command.focusStack',
    group: 'layer',
    keys: ['Alt+k'],
    isEnabled: hasImage,
    run: ({ shell }) => shell.focusOn('stack'),
  },
  {
    id: 'focusTree',
    title: 'command.focusTree',
    group: 'layer',
    keys: ['Alt+t'],
    isEnabled: hasImage,
    run: ({ shell }) => shell.focusOn('tree'),
  },
  {
    id: 'focusPanel',
    title: 'command.focusPanel',
    group: 'layer',
    keys: ['Alt+p'],
    isEnabled: hasImage,
    run: ({ shell }) => shell.focusOn('panel'),
  },
];

const PAGE: readonly Command[] = [
  {
    id: 'palette',
    title: 'command.palette',
    group: 'page',
    keys: ['Mod+k', 'F1'],
    run: ({ shell }) => shell.showDialog('palette'),
  },
  {
    id: 'builds',
    title: 'command.builds',
    group: 'page',
    keys: ['Alt+b'],
    run: ({ shell }) => shell.showView(shell.view === 'builds' ? 'explorer' : 'builds'),
  },
  { id: 'lab', title: 'command.lab', group: 'page', keys: ['Mod+`'], run: ({ shell }) => shell.toggleLab() },
  {
    id: 'companion',
    title: 'command.companion',
    group: 'page',
    keys: [],
    run: ({ shell }) => shell.showDialog('companion'),
  },
  { id: 'help', title: 'command.help', group: 'page', keys: ['?'], run: ({ shell }) => shell.showDialog('help') },
  { id: 'theme', title: 'command.theme', group: 'page', keys: [], run: ({ shell }) => shell.nextTheme() },
  { id: 'language', title: 'command.language', group: 'page', keys: [], run: ({ shell }) => shell.nextLanguage() },
];

function panelCommand(panel: PanelName): Command {
  return {
    id: `panel.${panel}`,
    title: `panel.${panel}`,
    group: 'panel',
    keys: [],
    isEnabled: hasImage,
    run: ({ explorer, shell }) => {
      explorer.show(panel);
      shell.focusOn('panel');
    },
  };
}

export const COMMANDS: readonly Command[] = [
  ...ARCHIVE,
  ...VIEW,
  ...LAYER,
  ...[...PATH_PANELS, ...IMAGE_PANELS].map(panelCommand),
  ...PAGE,
];

export function isEnabled(command: Command, context: CommandContext): boolean {
  return command.isEnabled?.(context) ?? true;
}
