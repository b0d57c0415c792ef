import {
  ALL_CAPABILITIES,
  bitOf,
  CAPABILITY_NAMES,
  type CapabilitySet,
  capabilityNumber,
  type FileCapabilities,
  namesIn,
  NO_CAPABILITIES,
} from '../kernel/capabilities.ts';

/** Three sets of capabilities, as cap_from_text(3) and cap_to_text(3) write them. */
export interface CapabilityState {
  readonly effective: CapabilitySet;
  readonly inheritable: CapabilitySet;
  readonly permitted: CapabilitySet;
}

const NONE: CapabilityState = {
  effective: NO_CAPABILITIES,
  inheritable: NO_CAPABILITIES,
  permitted: NO_CAPABILITIES,
};

export function nameList(set: CapabilitySet): string {
  return namesIn(set)
    .map((name) => `cap_${name.toLowerCase()}`)
    .join(',');
}

const MOST_CLAUSES = 200;

/** `cap_chown,cap_kill+ep`, `=`, `all=eip`: clauses apart by spaces. Undefined for what is none. */
export function parseCapabilities(text: string): CapabilityState | undefined {
  let state = NONE;
  const clauses = text.split(/\s+/).filter((clause) => clause !== '');
  if (clauses.length > MOST_CLAUSES || clauses.length === 0) return undefined;
  for (const clause of clauses) {
    const match = /^([a-z0-9_,]*)((?:[=+-][eip]*)+)$/i.exec(clause);
    if (!match) return undefined;
    const [, list = '', actions = ''] = match;
    const set = setOf(list);
    if (set === undefined || (list === '' && !actions.startsWith('='))) return undefined;
    for (const [, sign, flags = ''] of actions.matchAll(/([=+-])([eip]*)/gi)) {
      if (sign !== '=' && flags === '') return undefined;
      state = applied(state, set, sign as string, flags.toLowerCase());
    }
  }
  return state;
}

function setOf(list: string): CapabilitySet | undefined {
  if (list === '' || list.toLowerCase() === 'all') return ALL_CAPABILITIES;
  let set = NO_CAPABILITIES;
  for (const name of list.split(',')) {
    const number = /^cap_/i.test(name) ? capabilityNumber(name) : undefined;
    if (number === undefined) return undefined;
    set |= 1n << BigInt(number);
  }
  return set;
}

const FIELDS = { e: 'effective', i: 'inheritable', p: 'permitted' } as const;

function applied(state: CapabilityState, set: CapabilitySet, sign: string, flags: string): CapabilityState {
  const after = { ...state };
  for (const [flag, field] of Object.entries(FIELDS) as ['e' | 'i' | 'p', keyof CapabilityState][]) {
    if (flags.includes(flag)) after[field] = sign === '-' ? after[field] & ~set : after[field] | set;
    else if (sign === '=') after[field] &= ~set;
  }
  return after;
}

/** The shortest form that libcap finds: what most capabilities have first, then those that differ. */
export function capabilityText(state: CapabilityState): string {
  const groups = new Map<string, CapabilitySet>();
  for (const name of CAPABILITY_NAMES) {
    const bit = bitOf(name);
    const flags = (['e', 'i', 'p'] as const).filter((flag) => (state[FIELDS[flag]] & bit) !== 0n).join('');
    groups.set(flags, (groups.get(flags) ?? NO_CAPABILITIES) | bit);
  }
  const size = (flags: string) => namesIn(groups.get(flags) ?? NO_CAPABILITIES).length;
  let base = '';
  for (const flags of groups.keys()) if (size(flags) > size(base)) base = flags;
  const others = [...groups].filter(([flags]) => flags !== base);
  if (base === '') {
    const lists = others.map(([flags, set]) => `${nameList(set)}=${flags}`);
    return lists.length === 0 ? '=' : lists.join(' ');
  }
  const differing = others.map(([flags, set]) => {
    const lost = [...base].filter((flag) => !flags.includes(flag)).join('');
    const won = [...flags].filter((flag) => !base.includes(flag)).join('');
    return `${nameList(set)}${won === '' ? '' : `+${won}`}${lost === '' ? '' : `-${lost}`}`;
  });
  return [`=${base}`, ...differing].join(' ');
}

/** As a file keeps them. Undefined for what a file cannot say: effective ones apart from the others. */
export function fileCapabilitiesOf(state: CapabilityState): FileCapabilities | undefined {
  const { effective, inheritable, permitted } = state;
  if (effective !== NO_CAPABILITIES && effective !== (permitted | inheritable)) return undefined;
  return { permitted, inheritable, isEffective: effective !== NO_CAPABILITIES };
}

export function fileCapabilityText({ permitted, inheritable, isEffective }: FileCapabilities): string {
  return capabilityText({
    permitted,
    inheritable,
    effective: isEffective ? permitted | inheritable : NO_CAPABILITIES,
  });
}
