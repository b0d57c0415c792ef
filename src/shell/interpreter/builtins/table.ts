import type { Builtin } from '../execution/builtin.ts';
import type { Dialect } from '../state/dialect.ts';
import type { Shell } from '../state/shell.ts';
import { break_, colon, continue_, eval_, exec, exit, false_, return_, shift, source } from './control.ts';
import { declare, export_, local, readonly, unset } from './declare.ts';
import { cd, dirs, popd, pushd, pwd } from './directories.ts';
import { mapfile, read } from './input.ts';
import { compgen, complete, compopt } from './completion.ts';
import { bind, enable, fc, help, history, suspend } from './interaction.ts';
import { bg, disown, fg, jobs, wait } from './jobControl.ts';
import { times, ulimit } from './limits.ts';
import { builtin, caller, command, hash, type } from './lookup.ts';
import { echo } from './output.ts';
import { printf } from './printf.ts';
import { alias, getopts, let_, set, shopt, unalias, umask } from './settings.ts';
import { kill, trap } from './signals.ts';
import { test } from './testBuiltin.ts';

/** In every shell. */
const COMMON: Readonly<Record<string, Builtin>> = {
  '.': source,
  ':': colon,
  '[': test,
  alias,
  bg,
  break: break_,
  cd,
  command,
  continue: continue_,
  echo,
  eval: eval_,
  exec,
  exit,
  export: export_,
  false: false_,
  fc,
  fg,
  getopts,
  hash,
  jobs,
  kill,
  local,
  printf,
  pwd,
  read,
  readonly,
  return: return_,
  set,
  shift,
  test,
  times,
  trap,
  true: colon,
  type,
  ulimit,
  umask,
  unalias,
  unset,
  wait,
};

const ASH: Readonly<Record<string, Builtin>> = { ...COMMON, help, history, let: let_, source };

const BASH: Readonly<Record<string, Builtin>> = {
  ...COMMON,
  bind,
  builtin,
  caller,
  compgen,
  complete,
  compopt,
  declare,
  dirs,
  disown,
  enable,
  help,
  history,
  let: let_,
  logout: exit,
  mapfile,
  popd,
  pushd,
  readarray: mapfile,
  shopt,
  source,
  suspend,
  typeset: declare,
};

const TABLES: Readonly<Record<Dialect, ReadonlyMap<string, Builtin>>> = {
  bash: new Map(Object.entries(BASH)),
  dash: new Map(Object.entries(COMMON)),
  ash: new Map(Object.entries(ASH)),
};

/** POSIX's special builtins: their errors end a script, assignments before them stay. */
const SPECIAL = new Set([
  '.',
  ':',
  'break',
  'continue',
  'eval',
  'exec',
  'exit',
  'export',
  'readonly',
  'return',
  'set',
  'shift',
  'source',
  'times',
  'trap',
  'unset',
]);

export function builtinNamed(shell: Shell, name: string): Builtin | undefined {
  const found = TABLES[shell.dialect].get(name);
  return found && shell.disabledBuiltins.size > 0 && shell.disabledBuiltins.has(name) ? undefined : found;
}

export function builtinNames(dialect: Dialect): string[] {
  return [...TABLES[dialect].keys()].sort();
}

export function isSpecialBuiltin(name: string): boolean {
  return SPECIAL.has(name);
}
