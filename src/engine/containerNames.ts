import type { EngineCore } from './engineCore.ts';
import { EngineError } from './engineError.ts';
import { other } from './messages.ts';
import type { EngineState } from './engineState.ts';
import type { ContainerRecord } from './containerRecord.ts';
import { nameInUse, noSuchContainer } from './containerMessages.ts';

const ADJECTIVES = [
  'admiring',
  'amazing',
  'bold',
  'brave',
  'busy',
  'calm',
  'clever',
  'cool',
  'dazzling',
  'eager',
  'elegant',
  'epic',
  'festive',
  'focused',
  'friendly',
  'frosty',
  'gallant',
  'gifted',
  'happy',
  'hopeful',
  'hungry',
  'inspiring',
  'jolly',
  'keen',
  'kind',
  'laughing',
  'loving',
  'modest',
  'nifty',
  'nostalgic',
  'peaceful',
  'pensive',
  'quirky',
  'relaxed',
  'serene',
  'sharp',
  'silly',
  'sleepy',
  'stoic',
  'sweet',
  'tender',
  'upbeat',
  'vibrant',
  'vigilant',
  'wizardly',
  'zen',
];

const SURNAMES = [
  'allen',
  'archimedes',
  'babbage',
  'banach',
  'bell',
  'bohr',
  'booth',
  'boyd',
  'brahmagupta',
  'carson',
  'cerf',
  'chandrasekhar',
  'curie',
  'darwin',
  'dijkstra',
  'einstein',
  'elion',
  'engelbart',
  'euclid',
  'euler',
  'fermat',
  'fermi',
  'feynman',
  'franklin',
  'galileo',
  'gauss',
  'goldberg',
  'hamilton',
  'hawking',
  'hopper',
  'hypatia',
  'johnson',
  'kalam',
  'kepler',
  'knuth',
  'lamarr',
  'lovelace',
  'mccarthy',
  'meitner',
  'mendel',
  'newton',
  'noether',
  'pascal',
  'pasteur',
  'payne',
  'ramanujan',
  'ride',
  'ritchie',
  'sinoussi',
  'tesla',
  'thompson',
  'torvalds',
  'turing',
  'villani',
  'wilson',
  'wozniak',
  'wright',
  'yalow',
];

const NAME_PATTERN = /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/;
const MAX_TRIES = 6;

/** A name of two words that no container has. */
export function inventName(core: EngineCore): string {
  for (let attempt = 0; attempt < MAX_TRIES; attempt++) {
    const [a = 0, b = 0, digit = 0] = core.kernel.random(3);
    const words = `${ADJECTIVES[a % ADJECTIVES.length]}_${SURNAMES[b % SURNAMES.length]}`;
    const name = attempt === 0 ? words : `${words}${digit % 10}`;
    if (!containerNamed(core.state, name)) return name;
  }
  return core.newId().slice(0, 12);
}

/** A name as it is kept, without a slash. Throws EngineError: not a name, or taken. */
export function checkedName(core: EngineCore, typed: string): string {
  const name = typed.replace(/^\//, '');
  if (!NAME_PATTERN.test(name))
    throw other('invalidParameter', `Invalid container name (${typed}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
  const taken = containerNamed(core.state, name);
  if (taken) throw nameInUse(name, taken.id);
  return name;
}

export function containerNamed(state: EngineState, name: string): ContainerRecord | undefined {
  for (const container of state.containers.values()) if (container.name === name) return container;
  return undefined;
}

/** The container that a person means: an ID, a name, or the beginning of an ID that only one has. Throws EngineError
 *  `noSuchContainer`, `conflict`. */
export function findContainer(core: EngineCore, typed: string): ContainerRecord {
  const { state } = core;
  if (typed === '') throw new EngineError('notFound', 'emptyName', noSuchContainer(typed).message);
  const exact = state.containers.get(typed) ?? containerNamed(state, typed.replace(/^\//, ''));
  if (exact) return exact;
  const found = [...state.containers.values()].filter(({ id }) => id.startsWith(typed));
  if (found.length > 1) {
    const several = core.vintage === '20.10' ? 'Multiple' : 'multiple';
    throw other('invalidParameter', `${several} IDs found with provided prefix: ${typed}`);
  }
  const only = found[0];
  if (!only) throw noSuchContainer(typed);
  return only;
}
