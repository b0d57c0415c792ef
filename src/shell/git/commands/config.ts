import { normalKey } from '../../../git/gitConfig.ts';
import type { ParsedOptions } from '../../utilities/options.ts';
import type { GitCall } from '../gitCall.ts';
import { fatal, GitFault } from '../gitFault.ts';
import { readSettings, saveSettings, type Scope, Settings, settingsPath } from '../settings.ts';

const OPTIONS = {
  global: '--global',
  system: '--system',
  local: '--local',
  file: '-f --file=FILE',
  get: '--get',
  getAll: '--get-all',
  add: '--add',
  replaceAll: '--replace-all',
  unset: '--unset',
  unsetAll: '--unset-all',
  removeSection: '--remove-section',
  renameSection: '--rename-section',
  list: '-l --list',
  nameOnly: '--name-only',
  bool: '--bool',
  int: '--int',
  default: '--default=VALUE',
  showOrigin: '--show-origin',
  showScope: '--show-scope',
} as const;

type Options = ParsedOptions<keyof typeof OPTIONS>;

/** git-config(1). */
export async function config(call: GitCall): Promise<number> {
  const options = call.options({
    options: OPTIONS,
    notSimulated:
      '--worktree --blob=B --get-regexp --get-urlmatch --get-color --get-colorbool -e --edit -t --type=T --bool-or-int --bool-or-str --path --expiry-date --no-type -z --null --includes --no-includes --fixed-value',
    permute: false,
  });
  const { process } = call;
  if (options.has('showOrigin') || options.has('showScope'))
    throw new GitFault('plain', "git config: option '--show-origin' is not simulated\n", 2);
  const place = await call.placeIfOurs();
  const scope = options.last('global', 'system', 'local') as Scope | undefined;
  const named = options.value('file');
  const path = named ?? (scope === undefined ? undefined : settingsPath(process, scope, place?.gitDirectory));
  if (scope === 'local' && path === undefined) throw fatal('--local can only be used inside a git repository');
  if (scope === 'global' && path === undefined) throw fatal('$HOME not set');
  const settings =
    path === undefined ? await call.settings() : new Settings((await readSettings(process, path)).values);
  const [key = '', value] = options.operands;
  if (options.has('list')) {
    const lines = settings.values.map((one) => (options.has('nameOnly') ? one.key : `${one.key}=${one.value}`));
    await call.print(lines.map((line) => `${line}\n`).join(''));
    return 0;
  }
  if (options.operands.length === 0) throw new GitFault('plain', 'usage: git config [<options>]\n', 129);
  const isGet = options.has('get') || options.has('getAll');
  const changes = ['add', 'replaceAll', 'unset', 'unsetAll', 'removeSection', 'renameSection'] as const;
  if (isGet || (value === undefined && options.last(...changes) === undefined))
    return tellValue(call, settings, key, options);
  const file = path ?? settingsPath(process, 'local', place?.gitDirectory);
  if (file === undefined) throw fatal('not in a git directory');
  return change(call, file, options);
}

function keyOf(text: string): string {
  const key = normalKey(text);
  if (key !== undefined) return key;
  const reason = text.includes('.') ? `invalid key: ${text}` : `key does not contain a section: ${text}`;
  throw new GitFault('error', reason);
}

async function tellValue(call: GitCall, settings: Settings, text: string, options: Options): Promise<number> {
  const all = settings.all(keyOf(text));
  const fallback = options.value('default');
  const found = all.length === 0 && fallback !== undefined ? [fallback] : options.has('getAll') ? all : all.slice(-1);
  for (const value of found) await call.print(`${typed(value, text, options)}\n`);
  return found.length > 0 ? 0 : 1;
}

function typed(value: string, key: string, options: Options): string {
  if (options.has('int')) {
    const match = /^(-?\d+)([kmg]?)$/i.exec(value);
    if (!match) throw fatal(`bad numeric config value '${value}' for '${key}': invalid unit`);
    const power = ['', 'k', 'm', 'g'].indexOf((match[2] as string).toLowerCase());
    return String(Number(match[1]) * 1024 ** power);
  }
  if (!options.has('bool')) return value;
  const lower = value.toLowerCase();
  if (['true', 'yes', 'on', '1'].includes(lower)) return 'true';
  if (['false', 'no', 'off', '0', ''].includes(lower)) return 'false';
  throw fatal(`bad boolean config value '${value}' for '${key}'`);
}

async function change(call: GitCall, path: string, options: Options): Promise<number> {
  const { process } = call;
  const file = await readSettings(process, path);
  const [first = '', value = ''] = options.operands;
  if (options.has('removeSection') || options.has('renameSection')) {
    const isThere = file.sections.includes(first);
    if (!isThere) throw fatal(`no such section: ${first}`);
    if (options.has('removeSection')) file.removeSection(first);
    else file.renameSection(first, value);
    await saveSettings(process, path, file);
    return 0;
  }
  const key = keyOf(first);
  const there = file.values.filter((one) => one.key === key).length;
  if (options.has('unset') || options.has('unsetAll')) {
    if (there === 0) return 5;
    if (there > 1 && options.has('unset')) {
      await call.tell(`warning: ${first} has multiple values\n`);
      return 5;
    }
    file.unset(key);
  } else if (options.has('add')) file.add(key, value);
  else if (options.has('replaceAll')) {
    file.unset(key);
    file.set(key, value);
  } else {
    if (there > 1) {
      await call.tell(
        `warning: ${first} has multiple values\nerror: cannot overwrite multiple values with a single value\n       Use a regexp, --add or --replace-all to change ${first}.\n`,
      );
      return 5;
    }
    file.set(key, typed(value, first, options));
  }
  await saveSettings(process, path, file);
  return 0;
}
