import { quoteGo } from './flagValue.ts';
import { type CommandPath, commandOf, type CommandSpec, type FlagSpec, pathText, usageLine } from './spec.ts';
import { type EngineAbilities, isCommandShown, isFlagShown } from './support.ts';
import { wrapUsage } from './wrapUsage.ts';

export interface HelpSurroundings {
  readonly abilities: EngineAbilities;
  /** Of the terminal; 80 where there is none. */
  readonly columns: number;
  /** The folder of the client's configuration: `/root/.docker`. */
  readonly configDir: string;
}

const EXPERIMENTAL_LINES = [
  'is an experimental feature.',
  '  Experimental features provide early access to product functionality. These',
  '  features may change between releases without warning, or can be removed from a',
  '  future release. Learn more about experimental features in our documentation:',
  '  https://docs.docker.com/go/experimental/',
];
const GUIDES = 'For more help on how to use Docker, head to https://docs.docker.com/go/guides/';
const LEAST_NAME_WIDTH = 11;

/** What `--help` prints. */
export function helpText(path: CommandPath, surroundings: HelpSurroundings): string {
  const command = commandOf(path);
  const isRoot = path.length === 1;
  const options = flagUsages(command.flags, surroundings);
  const blocks = [usageBlock(path, options !== ''), (command.long ?? command.short).trim()];
  if (path.some(({ isExperimentalClient }) => isExperimentalClient)) {
    blocks.push(`EXPERIMENTAL:\n  ${pathText(path)} ${EXPERIMENTAL_LINES.join('\n')}`);
  }
  const aliases = aliasText(path);
  if (aliases !== undefined) blocks.push(`Aliases:\n  ${aliases}`);
  if (command.example !== undefined) blocks.push(`Examples:\n${command.example}`);
  if (!isRoot && options !== '') blocks.push(`Options:\n${options}`);
  if (command.commands) blocks.push(...commandBlocks(command, isRoot, surroundings.abilities));
  if (isRoot && options !== '') blocks.push(`Global Options:\n${options}`);
  if (command.commands) blocks.push(`Run '${pathText(path)} COMMAND --help' for more information on a command.`);
  if (isRoot) blocks.push(GUIDES);
  return `${blocks.join('\n\n')}\n`;
}

function usageBlock(path: CommandPath, hasOptions: boolean): string {
  if (!commandOf(path).commands) return `Usage:  ${usageLine(path)}`;
  return `Usage:  ${pathText(path)}${hasOptions ? ' [OPTIONS]' : ''} COMMAND`;
}

function aliasText(path: CommandPath): string | undefined {
  const { aliases = [], aliasText: text } = commandOf(path);
  if (text !== undefined) return text;
  if (aliases.length === 0) return undefined;
  const parent = path.slice(0, -1).map(({ name }) => name);
  return [pathText(path), ...aliases.map((alias) => [...parent, alias].join(' '))].join(', ');
}

function commandBlocks(command: CommandSpec, isRoot: boolean, abilities: EngineAbilities): string[] {
  const shown = (command.commands ?? []).filter((child) => isCommandShown(child, abilities));
  const width = Math.max(LEAST_NAME_WIDTH, ...(command.commands ?? []).map(({ name }) => name.length));
  const common = isRoot ? shown.filter(({ category }) => category !== undefined) : [];
  common.sort((a, b) => (a.category ?? 0) - (b.category ?? 0));
  const groups = shown.filter((child) => child.commands);
  const plain = shown.filter((child) => !child.commands && !common.includes(child));
  const sections: [string, readonly CommandSpec[]][] = [
    ['Common Commands', common],
    ['Management Commands', groups.filter(({ swarm }) => swarm === undefined)],
    ['Swarm Commands', groups.filter(({ swarm }) => swarm !== undefined)],
    ['Commands', plain],
  ];
  return sections
    .filter(([, children]) => children.length > 0)
    .map(([title, children]) => {
      const rows = children.map(
        ({ name, short, isPlugin }) => `  ${`${name}${isPlugin ? '*' : ''}`.padEnd(width)} ${short}`,
      );
      return `${title}:\n${rows.join('\n')}`;
    });
}

function flagUsages(flags: readonly FlagSpec[], { abilities, columns, configDir }: HelpSurroundings): string {
  const rows = flags
    .filter((flag) => isFlagShown(flag, abilities))
    .map((flag) => {
      const [valueName, usage] = namedUsage(flag);
      const names = flag.short === undefined ? `      --${flag.name}` : `  -${flag.short}, --${flag.name}`;
      const head = `${names}${valueName === '' ? '' : ` ${valueName}`}${optionalText(flag)}`;
      return { head, tail: usage + defaultText(flag, configDir) };
    });
  const width = Math.max(...rows.map(({ head }) => head.length));
  return rows
    .map(({ head, tail }) => `${head.padEnd(width)}   ${wrapUsage(tail, width + 3, columns - 1)}`)
    .join('\n')
    .trimEnd();
}

const VALUE_NAMES: Readonly<Record<string, string>> = {
  bool: '',
  float64: 'float',
  int64: 'int',
  uint64: 'uint',
  stringSlice: 'strings',
};

// A name in backquotes stands for the value's type.
function namedUsage({ type, usage }: FlagSpec): [string, string] {
  const quoted = /`([^`]*)`/.exec(usage);
  if (quoted) return [quoted[1] as string, usage.replace(quoted[0], quoted[1] as string)];
  return [VALUE_NAMES[type] ?? type, usage];
}

function optionalText({ type, noOptionDefault }: FlagSpec): string {
  if (noOptionDefault === undefined || type === 'bool') return '';
  return type === 'string' ? `[="${noOptionDefault}"]` : `[=${noOptionDefault}]`;
}

function defaultText(flag: FlagSpec, configDir: string): string {
  const end = flag.deprecated === undefined ? '' : ` (DEPRECATED: ${flag.deprecated})`;
  const value = flag.default?.replaceAll('$CONFIG', configDir);
  if (value === undefined || isZero(flag.type, value)) return end;
  return ` (default ${flag.type === 'string' ? quoteGo(value) : value})${end}`;
}

function isZero(type: string, value: string): boolean {
  if (type === 'string') return value === '';
  if (type === 'stringSlice') return value === '[]';
  if (type === 'duration' && value === '0s') return true;
  return value === '' || value === '0' || value === 'false' || value === '<nil>';
}
