import type { Digest } from '../image/digest.ts';
import { ImageError } from '../image/imageError.ts';
import {
  familiarForm,
  fullForm,
  parseAnyReference,
  parseReference,
  type Reference,
  repositoryName,
  withDefaultTag,
} from '../image/reference.ts';
import type { EngineCore } from './engineCore.ts';
import { type EngineState, withEntry, withoutEntry } from './engineState.ts';
import { ambiguousTag, invalidReference, referenceDoesNotExist } from './messages.ts';
import type { EngineVintage } from './systemCalls.ts';

/** A reference to an image, or an image's ID, as the daemon reads them. Throws EngineError `reference`. */
export function readAnyReference(text: string, vintage: EngineVintage): Reference | { readonly id: Digest } {
  return reworded(vintage, () => parseAnyReference(text));
}

export function readReference(text: string, vintage: EngineVintage): Reference {
  return reworded(vintage, () => {
    const reference = parseReference(text);
    if (vintage === '20.10') checkOldDomain(reference.domain);
    return reference;
  });
}

/** Older grammars knew no IPv6 addresses, and took a first part in upper case for a repository's where it had no dot
 *  and no port. */
function checkOldDomain(domain: string): void {
  if (domain.startsWith('[')) throw invalidReference('invalid reference format');
  if (!/[.:]/.test(domain) && domain.toLowerCase() !== domain)
    throw invalidReference('invalid reference format: repository name must be lowercase');
}

function reworded<T>(vintage: EngineVintage, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof ImageError)) throw error;
    // Older daemons did not say which name it was.
    const message =
      vintage === '20.10'
        ? error.message.replace(/repository name \([^)]*\) must be/, 'repository name must be')
        : error.message;
    throw invalidReference(message);
  }
}

/** The image that a reference stands for: by its digest where it has one, else by its tag, or `latest`. */
export function lookUp(state: EngineState, reference: Reference): Digest | undefined {
  return state.references.get(keyOf(reference));
}

function keyOf(reference: Reference): string {
  const { digest } = reference;
  return fullForm(digest === undefined ? withDefaultTag(reference) : { ...reference, tag: undefined });
}

/** All references to an image, tags and digests, sorted by their full forms. */
export function referencesTo(state: EngineState, id: Digest): readonly Reference[] {
  const found: string[] = [];
  for (const [reference, target] of state.references) if (target === id) found.push(reference);
  return found.sort(byText).map(parseReference);
}

/** References with the same name, sorted by their full forms. */
export function referencesByName(
  state: EngineState,
  name: Reference,
): readonly { readonly reference: Reference; readonly id: Digest }[] {
  const wanted = repositoryName(name);
  return [...state.references]
    .map(([text, id]) => ({ text, id, reference: parseReference(text) }))
    .filter(({ reference }) => repositoryName(reference) === wanted)
    .sort((a, b) => byText(a.text, b.text));
}

/** Points a reference to an image. Throws EngineError for the name `sha256`. */
export function addReference(core: EngineCore, reference: Reference, id: Digest): void {
  if (familiarForm({ ...reference, tag: undefined, digest: undefined }) === 'sha256') throw ambiguousTag();
  core.update({ references: withEntry(core.state.references, keyOf(reference), id) });
}

/** Throws EngineError where it does not stand. Gives the reference that was removed, with its tag. */
export function removeReference(core: EngineCore, reference: Reference): Reference {
  const key = keyOf(reference);
  if (!core.state.references.has(key)) throw referenceDoesNotExist();
  core.update({ references: withoutEntry(core.state.references, key) });
  return parseReference(key);
}

export function isTagged({ digest }: Reference): boolean {
  return digest === undefined;
}

export function hasSameName(a: Reference, b: Reference): boolean {
  return repositoryName(a) === repositoryName(b);
}

function byText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
