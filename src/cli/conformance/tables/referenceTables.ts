import {
  checkDigest,
  isDomain,
  isIdentifier,
  nameOf,
  parseName,
  parseWritten,
  splitName,
  splitReference,
  withDigest,
  withTag,
  writtenForm,
} from '../../../image/referenceGrammar.ts';
import {
  familiarForm,
  familiarName,
  fullForm,
  isNameOnly,
  isReference,
  parseAnyReference,
  parseCanonicalReference,
  parseDockerReference,
  parseReference,
  repositoryName,
  withDefaultTag,
} from '../../../image/reference.ts';
import { familiarMatch } from '../../../image/referenceMatch.ts';
import { attempt, difference, firstDifference, type RowJudge } from './judge.ts';

interface RecordedError {
  readonly error: string;
}

/** The recorded test knows sha256 alone. */
const TEST_ALGORITHMS = { sha256: 64 };

function judgeParse(row: {
  input: string;
  domain: string;
  repository: string;
  tag: string;
  digest: string;
  err: RecordedError | null;
}): string | undefined {
  const { value, error } = attempt(() => parseWritten(row.input, TEST_ALGORITHMS));
  if (!value || row.err) return difference(row.input, row.err?.error, error);
  return firstDifference(
    difference(`domain of ${row.input}`, row.domain, value.domain),
    difference(`name of ${row.input}`, row.repository, nameOf(value)),
    difference(`tag of ${row.input}`, row.tag, value.tag ?? ''),
    difference(`digest of ${row.input}`, row.digest, value.digest ?? ''),
  );
}

function judgeFullName({ input, match, subs }: { input: string; match: boolean; subs: readonly string[] | null }) {
  const name = splitName(input);
  const parts = name && [name.domain, name.path];
  // The parts of some that match are not recorded.
  return match && subs
    ? difference(
        input,
        subs,
        parts?.filter((part) => part !== '' || subs.length === 2),
      )
    : difference(input, match, name !== undefined);
}

function judgeReference({ input, match, subs }: { input: string; match: boolean; subs: readonly string[] | null }) {
  const parts = splitReference(input);
  if (!match) return difference(input, false, parts !== undefined);
  return difference(input, subs, parts && [parts.name, parts.tag, parts.digest]);
}

function judgeNormalize(row: Readonly<Record<string, unknown>> & { readonly input: string }): string | undefined {
  const { input, any, anyError, error, ...recorded } = row;
  const parsed = attempt(() => parseReference(input));
  const anyParsed = attempt(() => {
    const found = parseAnyReference(input);
    return 'id' in found ? found.id : fullForm(found);
  });
  return firstDifference(
    difference(`error of ${input}`, error, parsed.error),
    difference(`any form of ${input}`, any, anyParsed.value),
    difference(`error of any form of ${input}`, anyError, anyParsed.error),
    parsed.value && difference(input, recorded, normalizeAnswer(parsed.value, recorded)),
  );
}

// The members that are recorded: those that were empty were left out.
function normalizeAnswer(reference: ReturnType<typeof parseReference>, recorded: object): object {
  const answer = {
    domain: reference.domain,
    path: reference.path,
    name: repositoryName(reference),
    tag: reference.tag,
    digest: reference.digest,
    string: fullForm(reference),
    familiarName: familiarName(reference),
    familiarString: familiarForm(reference),
    nameOnly: isNameOnly(reference),
    tagNameOnly: fullForm(withDefaultTag(reference)),
  };
  const given = Object.entries(answer).filter(([key, value]) => value !== undefined || key in recorded);
  return Object.fromEntries(given);
}

function judgeRepository(row: {
  AmbiguousName: string;
  Domain: string;
  FamiliarName: string;
  FullName: string;
  RemoteName: string;
}): string | undefined {
  const names = [row.FamiliarName, row.FullName, row.AmbiguousName].filter((name) => name !== '');
  return firstDifference(
    ...names.map((name) => {
      const reference = parseReference(name);
      return difference(
        name,
        [row.Domain, row.RemoteName, row.FullName, row.FamiliarName],
        [reference.domain, reference.path, fullForm(reference), familiarName(reference)],
      );
    }),
  );
}

function judgeAny(row: { Reference: string; Equivalent: string; Expected: string | null }): string | undefined {
  const found = parseAnyReference(row.Reference);
  if (row.Expected !== null) return difference(row.Reference, row.Expected, 'id' in found ? found.id : undefined);
  return difference(row.Reference, row.Equivalent, 'id' in found ? found.id : fullForm(found));
}

function judgeNamed(row: { input: string; domain: string; path: string; err: RecordedError | null }) {
  const { value, error } = attempt(() => parseCanonicalReference(row.input));
  if (!value || row.err) return difference(row.input, row.err?.error, error);
  return difference(row.input, [row.domain, row.path], [value.domain, value.path]);
}

function judgeWithDigest(row: { name: string; tag: string; digest: string; combined: string }) {
  const named = parseName(row.name);
  const tagged = row.tag === '' ? named : withTag(named, row.tag);
  return difference(row.combined, row.combined, writtenForm(withDigest(tagged, row.digest)));
}

function judgeWithTag(row: { name: string; tag: string; digest: string; combined: string }) {
  const named = parseName(row.name);
  const digested = row.digest === '' ? named : withDigest(named, row.digest);
  if (row.digest !== '') checkDigest(row.digest);
  return difference(row.combined, row.combined, writtenForm(withTag(digested, row.tag)));
}

export const REFERENCE_JUDGES: Readonly<Record<string, RowJudge>> = {
  'reference-ReferenceParse.json': judgeParse,
  'reference-FullNameRegexp.json': judgeFullName,
  'reference-ReferenceRegexp.json': judgeReference,
  'reference-DomainRegexp.json': (row: { input: string; match: boolean }) =>
    difference(row.input, row.match, isDomain(row.input)),
  'reference-IdentifierRegexp.json': (row: { input: string; match: boolean }) =>
    difference(row.input, row.match, isIdentifier(row.input)),
  'reference-normalize.json': judgeNormalize,
  'reference-ParseRepositoryInfo.json': judgeRepository,
  'reference-ParseAnyReference.json': judgeAny,
  'reference-NormalizedSplitHostname.json': (row: { input: string; domain: string; path: string }) => {
    const { domain, path } = parseReference(row.input);
    return difference(row.input, [row.domain, row.path], [domain, path]);
  },
  'reference-Match.json': (row: { pattern: string; reference: string; expected: boolean }) =>
    difference(
      `${row.reference} by ${row.pattern}`,
      row.expected,
      familiarMatch(row.pattern, parseReference(row.reference)),
    ),
  'reference-ParseDockerRef.json': (row: { input: string; expected: string }) =>
    difference(row.input, row.expected, fullForm(parseDockerReference(row.input))),
  'reference-ParseNamed.json': judgeNamed,
  'reference-WithTag.json': judgeWithTag,
  'reference-WithDigest.json': judgeWithDigest,
  'reference-WithNameFailure.json': (row: { input: string; err: RecordedError }) =>
    difference(row.input, row.err.error, attempt(() => parseName(row.input)).error),
  'reference-valid-invalid.json': (row: { name: string; valid: boolean }) =>
    difference(row.name, row.valid, isReference(row.name)),
};
