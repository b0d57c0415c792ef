import { evaluateArithmetic } from '../arithmetic/evaluate.ts';
import { expandString, expandWordInto } from '../expansion/expandWord.ts';
import { ShellError } from '../shellError.ts';
import type { Shell } from '../state/shell.ts';
import {
  asList,
  listIndex,
  scalarOf,
  setElement,
  setMapElement,
  setScalar,
  type Variable,
} from '../state/variables.ts';
import type { ArrayElement, Assignment, Word } from '../syntax/tree.ts';
import { each, type Soon, andThen as then } from '../waiting.ts';

/** An assignment whose words were expanded. */
export interface Assigned {
  readonly name: string;
  readonly key: string | undefined;
  readonly appends: boolean;
  readonly value: string | readonly AssignedElement[];
}

export interface AssignedElement {
  readonly key: string | undefined;
  readonly appends: boolean;
  readonly value: string;
}

/** Expands the words of an assignment. Throws ShellError. */
export function expandAssignment(shell: Shell, node: Assignment): Soon<Assigned> {
  const { name, appends, value } = node;
  return then(node.index ? expandString(shell, node.index) : undefined, (key) => {
    if (!isElements(value)) {
      return then(expandString(shell, value), (text) => ({ name, key, appends, value: text }));
    }
    return then(expandElements(shell, value), (elements) => ({ name, key, appends, value: elements }));
  });
}

function isElements(value: Word | readonly ArrayElement[]): value is readonly ArrayElement[] {
  return Array.isArray(value);
}

function expandElements(shell: Shell, elements: readonly ArrayElement[]): Soon<AssignedElement[]> {
  const out: AssignedElement[] = [];
  return then(
    each(elements, (element) => {
      const { index, appends } = element;
      if (!index) {
        const fields: string[] = [];
        return then(expandWordInto(shell, element.value, fields), () => {
          for (const value of fields) out.push({ key: undefined, appends, value });
        });
      }
      return then(expandString(shell, index), (key) =>
        then(expandString(shell, element.value), (value) => {
          out.push({ key, appends, value });
        }),
      );
    }),
    () => out,
  );
}

/** Assigns as a statement `name=value` does. Throws ShellError. */
export function assign(shell: Shell, given: Assigned): void {
  const assigned = throughReference(shell, given);
  const variable = shell.variables.forAssignment(assigned.name);
  assignTo(shell, variable, assigned);
  if (shell.options.has('allexport') && !variable.attributes.has('export')) {
    variable.attributes.add('export');
    shell.variables.environmentVersion++;
  }
  if (variable.attributes.has('export')) shell.variables.environmentVersion++;
}

/** A reference may lead to an element of an array. */
function throughReference(shell: Shell, assigned: Assigned): Assigned {
  if (!shell.variables.findOwn(assigned.name)?.attributes.has('nameref')) return assigned;
  const target = shell.variables.resolveName(assigned.name);
  const match = /^(\w+)\[(.*)\]$/s.exec(target);
  return match ? { ...assigned, name: match[1] as string, key: match[2] } : assigned;
}

/** Assigns to a variable that was found or made. */
export function assignTo(shell: Shell, variable: Variable, assigned: Assigned): void {
  const { key, appends, value } = assigned;
  if (typeof value !== 'string') {
    if (key !== undefined)
      throw new ShellError('expansion', `${assigned.name}[${key}]: cannot assign list to array member`);
    assignList(shell, variable, value, appends, assigned.name);
    return;
  }
  if (key !== undefined) {
    assignElement(shell, variable, key, value, appends, assigned.name);
    return;
  }
  const stored = valueFor(shell, variable, appends ? scalarOf(variable) : undefined, value, appends);
  setScalar(variable, stored);
  if (shell.process.namespaces.cgroup) shell.heldValues.note(shell.process, assigned.name, stored.length);
}

/** Integers are evaluated; `+=` adds or joins. */
function valueFor(
  shell: Shell,
  variable: Variable,
  before: string | undefined,
  value: string,
  appends: boolean,
): string {
  if (variable.attributes.has('integer')) {
    const number = evaluateArithmetic(shell, value === '' ? '0' : value);
    if (!appends) return String(number);
    return String(evaluateArithmetic(shell, `(${before === undefined || before === '' ? '0' : before}) + (${number})`));
  }
  return appends ? (before ?? '') + value : value;
}

function assignElement(
  shell: Shell,
  variable: Variable,
  key: string,
  value: string,
  appends: boolean,
  name: string,
): void {
  if (variable.map) {
    if (key === '') throw new ShellError('expansion', `${name}[${key}]: bad array subscript`);
    setMapElement(variable, key, valueFor(shell, variable, variable.map.get(key), value, appends));
    return;
  }
  const list = asList(variable);
  const index = listIndex(list, Number(evaluateArithmetic(shell, key)));
  if (index === undefined) throw new ShellError('expansion', `${name}[${key}]: bad array subscript`);
  setElement(variable, index, valueFor(shell, variable, list[index], value, appends));
}

function assignList(
  shell: Shell,
  variable: Variable,
  elements: readonly AssignedElement[],
  appends: boolean,
  name: string,
): void {
  variable.isBare = false;
  if (variable.map) {
    if (!appends) variable.map.clear();
    assignPairs(shell, variable, elements, name);
    return;
  }
  if (!appends) {
    variable.list = [];
    variable.value = undefined;
  }
  const list = asList(variable);
  let next = list.length;
  for (const { key, appends: joins, value } of elements) {
    if (key !== undefined) {
      const index = listIndex(list, Number(evaluateArithmetic(shell, key)));
      if (index === undefined) throw new ShellError('expansion', `[${key}]=${value}: bad array subscript`);
      next = index;
    }
    setElement(variable, next, valueFor(shell, variable, list[next], value, joins));
    next++;
  }
}

/** Keys and values: `[key]=value`, or in turn. */
function assignPairs(shell: Shell, variable: Variable, elements: readonly AssignedElement[], name: string): void {
  const isPlain = elements.length > 0 && elements.every(({ key }) => key === undefined);
  for (let i = 0; i < elements.length; i++) {
    const { key, appends, value } = elements[i] as AssignedElement;
    if (key !== undefined) {
      setMapElement(variable, key, valueFor(shell, variable, variable.map?.get(key), value, appends));
    } else if (isPlain) {
      setMapElement(variable, value, elements[++i]?.value ?? '');
    } else {
      throw new ShellError('expansion', `${name}: ${value}: must use subscript when assigning associative array`);
    }
  }
}

/** `name=value` or `name[key]=value` as text, as builtins get it. */
export function parseAssigned(text: string): Assigned | undefined {
  const match = /^([A-Za-z_]\w*)(?:\[((?:[^\][]|\[[^\]]*\])*)\])?(\+?)=(.*)$/s.exec(text);
  if (!match) return undefined;
  return { name: match[1] as string, key: match[2], appends: match[3] === '+', value: match[4] as string };
}
