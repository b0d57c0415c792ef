import { evaluateArithmetic } from '../arithmetic/evaluate.ts';
import { type Assigned, assignTo, parseAssigned } from '../execution/assign.ts';
import { complain } from '../execution/complain.ts';
import type { Builtin, BuiltinCall } from '../execution/builtin.ts';
import { functionText } from '../execution/functionText.ts';
import { arrayText, attributeLetters } from '../expansion/parameterText.ts';
import { displayQuote, doubleQuote, singleQuote } from '../expansion/quote.ts';
import { ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';
import {
  asList,
  type Attribute,
  newVariable,
  type ReadonlyVariable,
  scalarOf,
  type Variable,
} from '../state/variables.ts';
import { each, type Soon, andThen as then } from '../waiting.ts';
import { badOption, IDENTIFIER, readOptions } from './options.ts';

const ATTRIBUTES: Readonly<Record<string, Attribute>> = {
  i: 'integer',
  l: 'lower',
  n: 'nameref',
  r: 'readonly',
  t: 'trace',
  u: 'upper',
  x: 'export',
};

interface Request {
  readonly adds: ReadonlySet<string>;
  readonly removes: ReadonlySet<string>;
  readonly isGlobal: boolean;
  readonly isLocal: boolean;
  readonly inherits: boolean;
}

export const declare: Builtin = (shell, argv, call) => {
  const { adds, removes, at } = readSigns(shell, argv, 'aAfFgiIlnrtux' + 'p');
  const operands = argv.slice(at);
  if (adds.has('f') || adds.has('F')) return showFunctions(shell, operands, adds, argv[0] as string);
  if (adds.has('p') && operands.length > 0) return showNamed(shell, operands, argv[0] as string);
  if (operands.length === 0) return showAll(shell, adds, adds.has('p'));
  const isLocal = shell.functionDepth > 0 && !adds.has('g');
  return declareAll(shell, argv, at, call, {
    adds,
    removes,
    isGlobal: adds.has('g'),
    isLocal,
    inherits: adds.has('I'),
  });
};

/** Options with `-` and `+`. */
function readSigns(shell: Shell, argv: readonly string[], letters: string) {
  const adds = new Set<string>();
  const removes = new Set<string>();
  let at = 1;
  for (; at < argv.length; at++) {
    const word = argv[at] as string;
    if (word === '--') {
      at++;
      break;
    }
    if (!/^[-+]./.test(word)) break;
    for (const letter of word.slice(1)) {
      if (!letters.includes(letter)) throw badOption(shell, argv[0] as string, letter);
      (word.startsWith('-') ? adds : removes).add(letter);
    }
  }
  return { adds, removes, at };
}

export const local: Builtin = (shell, argv, call) => {
  if (shell.functionDepth === 0) {
    throw new ShellError(
      'command',
      shell.isBash ? 'can only be used in a function' : 'not in a function',
      shell.isBash ? 1 : 2,
    );
  }
  if (argv[1] === '-' && argv.length === 2) {
    shell.localOptions ??= new Set(shell.options);
    return 0;
  }
  const { adds, removes, at } = readSigns(shell, argv, shell.isBash ? 'aAgiIlnrtuxp' : '');
  if (argv.length === at) {
    if (!shell.isBash) return 0;
    const names = shell.variables.names().filter((name) => shell.variables.isLocal(name));
    return then(
      shell.print(names.map((name) => `${name}=${displayQuote(shell.variables.get(name) ?? '')}\n`).join('')),
      () => 0,
    );
  }
  return declareAll(shell, argv, at, call, {
    adds,
    removes,
    isGlobal: false,
    isLocal: true,
    inherits: adds.has('I') || !shell.isBash,
  });
};

export const export_: Builtin = (shell, argv, call) => {
  const { flags, operands } = readOptions(shell, argv, shell.isBash ? 'fnp' : 'p');
  if (flags.has('f')) {
    for (const name of operands) {
      if (!shell.functions.has(name)) throw new ShellError('command', `${name}: not a function`);
      if (flags.has('n')) shell.exportedFunctions.delete(name);
      else shell.exportedFunctions.add(name);
    }
    return 0;
  }
  if (operands.length === 0) return showWith(shell, 'export', 'x');
  const signs = new Set(['x']);
  const empty = new Set<string>();
  const at = argv.length - operands.length;
  const request = { isGlobal: false, isLocal: false, inherits: false };
  return declareAll(
    shell,
    argv,
    at,
    call,
    flags.has('n') ? { ...request, adds: empty, removes: signs } : { ...request, adds: signs, removes: empty },
  );
};

export const readonly: Builtin = (shell, argv, call) => {
  const { flags, operands } = readOptions(shell, argv, shell.isBash ? 'aAfp' : 'p');
  if (operands.length === 0) return showWith(shell, 'readonly', 'r');
  if (flags.has('f')) return 0;
  const at = argv.length - operands.length;
  const adds = new Set(['r', ...flags].filter((flag) => flag !== 'p'));
  return declareAll(shell, argv, at, call, {
    adds,
    removes: new Set(),
    isGlobal: false,
    isLocal: false,
    inherits: false,
  });
};

function declareAll(
  shell: Shell,
  argv: readonly string[],
  from: number,
  call: BuiltinCall,
  request: Request,
): Soon<number> {
  let status = 0;
  const name = argv[0] as string;
  const indexes = Array.from({ length: argv.length - from }, (_, i) => from + i);
  return then(
    each(indexes, (i) => {
      const word = argv[i] as string;
      try {
        declareOne(shell, word, call.arrays?.get(i) ?? parseAssigned(word), request);
      } catch (error) {
        if (!(error instanceof ShellError)) throw error;
        if (!shell.isBash) throw new ShellError(error.code === 'command' ? 'command' : 'expansion', error.message, 2);
        status = 1;
        return complain(
          shell,
          error.message,
          error.message.endsWith('readonly variable') && name !== 'export' ? name : name,
        );
      }
      return undefined;
    }),
    () => status,
  );
}

function declareOne(shell: Shell, word: string, assigned: Assigned | undefined, request: Request): void {
  const name = assigned?.name ?? word.replace(/\[.*\]$/s, '');
  if (!IDENTIFIER.test(name)) {
    throw new ShellError(
      'command',
      shell.isBash ? `\`${word}': not a valid identifier` : `${word.split('=')[0]}: bad variable name`,
      shell.isBash ? 1 : 2,
    );
  }
  const variable = variableFor(shell, name, request);
  const { adds, removes } = request;
  if (variable.attributes.has('readonly') && (assigned || removes.has('r'))) {
    throw new ShellError('command', shell.isBash ? `${name}: readonly variable` : `${name}: is read only`);
  }
  if (removes.has('a') || removes.has('A'))
    throw new ShellError('command', `${name}: cannot destroy array variables in this way`);
  for (const [letter, attribute] of Object.entries(ATTRIBUTES)) {
    if (removes.has(letter)) variable.attributes.delete(attribute);
    else if (adds.has(letter) && letter !== 'r') variable.attributes.add(attribute);
  }
  if (adds.has('l')) variable.attributes.delete('upper');
  if (adds.has('u')) variable.attributes.delete('lower');
  if (adds.has('A')) {
    if (variable.list) throw new ShellError('command', `${name}: cannot convert indexed to associative array`);
    if (!assigned && !variable.map && variable.value === undefined) variable.isBare = true;
    variable.map ??= new Map(variable.value === undefined ? [] : [['0', variable.value]]);
    variable.value = undefined;
  } else if (adds.has('a')) {
    if (variable.map) throw new ShellError('command', `${name}: cannot convert associative to indexed array`);
    if (!assigned && !variable.list && variable.value === undefined) variable.isBare = true;
    asList(variable);
  }
  if (assigned) {
    variable.isBare = false;
    if (adds.has('n')) variable.value = assigned.value as string;
    else assignTo(shell, variable, assigned);
  }
  if (shell.options.has('allexport')) variable.attributes.add('export');
  if (adds.has('r')) variable.attributes.add('readonly');
  shell.variables.environmentVersion++;
}

function variableFor(shell: Shell, name: string, request: Request): Variable {
  const { variables } = shell;
  if (request.isGlobal) return variables.declareGlobal(name);
  if (request.isLocal) {
    if (variables.isLocal(name)) return variables.declareLocal(name);
    const outer = variables.find(name);
    if (outer?.attributes.has('readonly') && variables.global.get(name) === outer) {
      throw new ShellError('command', `${name}: readonly variable`);
    }
    const made = variables.declareLocal(name);
    if (outer && (request.inherits || shell.isSet('localvar_inherit'))) {
      made.value = scalarOf(outer);
      for (const attribute of outer.attributes) if (attribute !== 'nameref') made.attributes.add(attribute);
    } else if (outer?.attributes.has('export') && !shell.isBash) made.attributes.add('export');
    return made;
  }
  const isReference = request.adds.has('n') || request.removes.has('n');
  const found = isReference ? variables.findOwnToChange(name) : variables.findToChange(name);
  return found ?? variables.declareIn(variables.global, name);
}

/** `declare -p NAME`'s line. */
export function declarationOf(name: string, variable: ReadonlyVariable): string {
  const letters = attributeLetters(variable);
  const head = `declare -${letters === '' ? '-' : letters} ${name}`;
  if (variable.list || variable.map) {
    const text = arrayText(variable);
    return variable.isBare && text === '()' ? head : `${head}=${text}`;
  }
  const value = scalarOf(variable);
  return value === undefined ? head : `${head}=${doubleQuote(value)}`;
}

function showNamed(shell: Shell, names: readonly string[], builtin: string): Soon<number> {
  let status = 0;
  return then(
    each(names, (name) => {
      const variable = shell.variables.findOwn(name);
      if (variable) return shell.print(`${declarationOf(name, variable)}\n`);
      status = 1;
      return complain(shell, `${name}: not found`, builtin);
    }),
    () => status,
  );
}

function showAll(shell: Shell, adds: ReadonlySet<string>, asDeclarations: boolean): Soon<number> {
  const wanted = [...adds].filter((letter) => letter !== 'p' && letter !== 'g');
  if (wanted.length === 0 && !asDeclarations) return showVariables(shell);
  let text = '';
  for (const name of shell.variables.names()) {
    const variable = shell.variables.findOwn(name) ?? newVariable();
    const letters = attributeLetters(variable);
    if (wanted.every((letter) => letters.includes(letter))) text += `${declarationOf(name, variable)}\n`;
  }
  return then(shell.print(text), () => 0);
}

/** `set` without arguments. */
export function showVariables(shell: Shell): Soon<number> {
  let text = '';
  for (const name of shell.variables.names()) {
    const variable = shell.variables.findOwn(name);
    if (!variable) continue;
    if (variable.list || variable.map) text += `${name}=${arrayText(variable)}\n`;
    else {
      const value = scalarOf(variable);
      if (value !== undefined) text += `${name}=${shell.isBash ? displayQuote(value) : singleQuote(value)}\n`;
    }
  }
  if (shell.isBash && !shell.isPosix) {
    for (const name of [...shell.functions.keys()].sort()) {
      const found = shell.functions.get(name);
      if (found) text += `${functionText(name, found.body)}\n`;
    }
  }
  return then(shell.print(text), () => 0);
}

function showWith(shell: Shell, command: string, letter: string): Soon<number> {
  let text = '';
  for (const name of shell.variables.names()) {
    const variable = shell.variables.findOwn(name);
    if (!variable || !attributeLetters(variable).includes(letter)) continue;
    if (shell.isBash && !shell.isPosix) text += `${declarationOf(name, variable)}\n`;
    else {
      const value = scalarOf(variable);
      text += value === undefined ? `${command} ${name}\n` : `${command} ${name}=${singleQuote(value)}\n`;
    }
  }
  return then(shell.print(text), () => 0);
}

function showFunctions(
  shell: Shell,
  names: readonly string[],
  adds: ReadonlySet<string>,
  builtin: string,
): Soon<number> {
  const wanted = names.length > 0 ? names : [...shell.functions.keys()].sort();
  let status = 0;
  let text = '';
  for (const name of wanted) {
    const found = shell.functions.get(name);
    if (!found) status = 1;
    else if (adds.has('F')) text += names.length > 0 ? `${name}\n` : `declare -f ${name}\n`;
    else text += `${functionText(name, found.body)}\n`;
  }
  void builtin;
  return then(shell.print(text), () => status);
}

export const unset: Builtin = (shell, argv) => {
  const { flags, operands } = readOptions(shell, argv, shell.isBash ? 'fvn' : 'fv');
  let status = 0;
  return then(
    each(operands, (name) => {
      try {
        unsetOne(shell, name, flags);
      } catch (error) {
        if (!(error instanceof ShellError)) throw error;
        if (!shell.isBash)
          throw new ShellError('command', error.message.replace('cannot unset: readonly variable', 'is read only'), 2);
        status = 1;
        return complain(shell, error.message, 'unset');
      }
      return undefined;
    }),
    () => status,
  );
};

function unsetOne(shell: Shell, name: string, flags: ReadonlySet<string>): void {
  if (flags.has('f')) {
    shell.functions.delete(name);
    return;
  }
  const element = /^([A-Za-z_]\w*)\[(.*)\]$/s.exec(name);
  if (element) {
    unsetElement(shell, element[1] as string, element[2] as string);
    return;
  }
  if (!IDENTIFIER.test(name)) {
    if (!flags.has('v') && shell.functions.has(name)) {
      shell.functions.delete(name);
      return;
    }
    throw new ShellError('command', shell.isBash ? `\`${name}': not a valid identifier` : `${name}: bad variable name`);
  }
  const target = flags.has('n') ? name : shell.variables.resolveName(name);
  if (shell.variables.findOwn(target)) {
    if (target.includes('[')) unsetOne(shell, target, flags);
    else shell.variables.unset(target);
  } else if (!flags.has('v')) shell.functions.delete(name);
}

function unsetElement(shell: Shell, name: string, key: string): void {
  const variable = shell.variables.findToChange(name);
  if (!variable) return;
  if (variable.attributes.has('readonly')) throw new ShellError('command', `${name}: cannot unset: readonly variable`);
  if (variable.map) {
    if (key === '@' || key === '*') variable.map.clear();
    else variable.map.delete(key.replace(/^(["'])(.*)\1$/s, '$2'));
    return;
  }
  if (!variable.list) return;
  if (key === '@' || key === '*') {
    shell.variables.unset(name);
    return;
  }
  const index = Number(evaluateArithmetic(shell, key));
  const at = index < 0 ? variable.list.length + index : index;
  if (at < 0) throw new ShellError('command', `[${key}]: bad array subscript`);
  delete variable.list[at];
  while (variable.list.length > 0 && variable.list.at(-1) === undefined) variable.list.length--;
}
