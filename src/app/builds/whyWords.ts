import type { CacheDecision, FileChanges, StepDecision } from '../../client/labClient.ts';
import { t } from '../../i18n/i18n.svelte.ts';
import type { MessageKey } from '../../i18n/messages.ts';

/** Why a step was taken from the cache or was not, for people. */
export interface WhyWords {
  readonly text: string;
  /** What differs, a line each. */
  readonly details: readonly WhyDetail[];
}

export interface WhyDetail {
  readonly name: string;
  /** Both undefined where the values say nothing to people. */
  readonly before: string | undefined;
  readonly now: string | undefined;
}

const MAX_VALUE_LENGTH = 160;
/** Parts of a key whose values are digests. */
const OPAQUE: ReadonlySet<string> = new Set(['base', 'mounts', 'files']);
const PARTS: Readonly<Record<string, MessageKey>> = {
  base: 'builds.part.base',
  command: 'builds.part.command',
  environment: 'builds.part.environment',
  user: 'builds.part.user',
  directory: 'builds.part.directory',
  network: 'builds.part.network',
  mounts: 'builds.part.mounts',
  files: 'builds.part.files',
  sources: 'builds.part.sources',
  destination: 'builds.part.destination',
  path: 'builds.part.destination',
};

export function whyWords(decision: CacheDecision | StepDecision): WhyWords {
  if (decision.outcome === 'hit') return { text: t('builds.why.hit'), details: [] };
  switch (decision.reason) {
    case 'disabled':
      return { text: t('builds.why.disabled'), details: [] };
    case 'earlierMiss':
      return { text: t('builds.why.earlierMiss'), details: [] };
    case 'noChildren':
    case 'neverBuilt':
      return { text: t('builds.why.neverBuilt'), details: [] };
    case 'differs': {
      if (decision.files)
        return { text: t('builds.why.files', { count: decision.files.count }), details: fileDetails(decision.files) };
      const details = 'parts' in decision ? partDetails(decision) : fieldDetails(decision);
      return { text: t('builds.why.differs'), details };
    }
  }
}

function fileDetails({ files, count }: FileChanges): readonly WhyDetail[] {
  const told = files.map(({ path, change }) => detail(t(`builds.change.${change}`, { path })));
  return count > files.length ? [...told, detail(t('builds.change.more', { count: count - files.length }))] : told;
}

function partDetails({ parts }: { readonly parts: readonly { part: string; cached: string; wanted: string }[] }) {
  return parts.flatMap(({ part, cached, wanted }) => {
    if (part === 'environment') return variableDetails(cached, wanted);
    const key = PARTS[part];
    const name = key ? t(key) : part;
    return [OPAQUE.has(part) ? detail(name) : detail(name, readable(cached), readable(wanted))];
  });
}

/** Each variable that differs; the lists are JSON, pairs of name and value. */
function variableDetails(cached: string, wanted: string): readonly WhyDetail[] {
  const [before, now] = [variables(cached), variables(wanted)];
  return [...new Set([...before.keys(), ...now.keys()])]
    .filter((name) => before.get(name) !== now.get(name))
    .map((name) =>
      detail(t('builds.part.variable', { name }), short(before.get(name) ?? ''), short(now.get(name) ?? '')),
    );
}

function variables(json: string): ReadonlyMap<string, string> {
  const pairs: unknown = JSON.parse(json === '' ? '[]' : json);
  return new Map(Array.isArray(pairs) ? pairs.map(([name, value]: [string, string]) => [name, value]) : []);
}

function fieldDetails({ fields }: { readonly fields: readonly { field: string; cached: string; wanted: string }[] }) {
  return fields.map(({ field, cached, wanted }) => {
    const name = field === 'Cmd' ? t('builds.part.command') : field === 'Env' ? t('builds.part.environment') : field;
    return detail(name, command(cached), command(wanted));
  });
}

function detail(name: string, before?: string, now?: string): WhyDetail {
  return { name, before, now };
}

/** A JSON list of words as one would read it. */
function readable(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (Array.isArray(value))
      return short(value.map((one) => (Array.isArray(one) ? one.join('=') : String(one))).join(' '));
  } catch {
    // It was no JSON.
  }
  return short(text);
}

/** Without the shell around it, and the mark of steps that run nothing. */
function command(text: string): string {
  return readable(text)
    .replace(/^\/bin\/sh -c (#\(nop\) +)?/, '')
    .trim();
}

function short(text: string): string {
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text;
}
