import type { Process } from '../kernel/process.ts';
import { globMatcher } from './globMatch.ts';
import { listedLines, type TarParsed } from './tarOptions.ts';

const VERSION_CONTROL = [
  '.git',
  '.gitignore',
  '.gitmodules',
  '.gitattributes',
  '.svn',
  '.hg',
  '.hgignore',
  '.hgtags',
  '.bzr',
  '.bzrignore',
  '.bzrtags',
  'CVS',
  'RCS',
  'SCCS',
  '_darcs',
  '.cvsignore',
];

/** Whether a member is left out by `--exclude` and its like. */
export type Exclusion = (name: string) => boolean;

export async function exclusionOf(process: Process, options: TarParsed): Promise<Exclusion> {
  const matchers: Exclusion[] = [];
  let isAnchored = false;
  let ignoreCase = false;
  let hasWildcards = true;
  let matchesSlash = true;
  const add = (pattern: string) => {
    matchers.push(patternMatcher(pattern, { isAnchored, ignoreCase, hasWildcards, matchesSlash }));
  };
  for (const { name, value = '' } of options.given) {
    if (name === 'anchored') isAnchored = true;
    else if (name === 'noAnchored') isAnchored = false;
    else if (name === 'ignoreCase') ignoreCase = true;
    else if (name === 'wildcards') hasWildcards = true;
    else if (name === 'noWildcards') hasWildcards = false;
    else if (name === 'wildcardsMatchSlash') matchesSlash = true;
    else if (name === 'noWildcardsMatchSlash') matchesSlash = false;
    else if (name === 'exclude') add(value);
    else if (name === 'excludeFrom') for (const line of await listedLines(process, value, '\n')) add(line);
    else if (name === 'excludeVcs') for (const pattern of VERSION_CONTROL) add(pattern);
  }
  return (name) => matchers.some((matches) => matches(name));
}

interface PatternRules {
  readonly isAnchored: boolean;
  readonly ignoreCase: boolean;
  readonly hasWildcards: boolean;
  readonly matchesSlash: boolean;
}

/** A pattern fits a whole name or a directory above it; where it is not anchored, from any part of the name on. */
export function patternMatcher(pattern: string, rules: PatternRules): Exclusion {
  const bare = pattern.replace(/(?<=.)\/+$/, '');
  const source = rules.hasWildcards ? bare : bare.replace(/[*?[\\]/g, '\\$&');
  const matches = globMatcher(source, { ignoreCase: rules.ignoreCase, pathname: !rules.matchesSlash });
  const fits = (name: string) => {
    for (let end = name.length; end > 0; end = name.lastIndexOf('/', end - 1))
      if (matches(name.slice(0, end))) return true;
    return false;
  };
  return (given) => {
    const name = given.replace(/(?<=.)\/+$/, '');
    if (fits(name)) return true;
    if (rules.isAnchored) return false;
    for (let slash = name.indexOf('/'); slash >= 0; slash = name.indexOf('/', slash + 1))
      if (fits(name.slice(slash + 1))) return true;
    return false;
  };
}
