import { DEFAULT_DIVE_RULES, type DiveRules } from '../analysis/diveCi.ts';
import { CliError } from './cliError.ts';

const RULE_NAMES: ReadonlyMap<string, keyof DiveRules> = new Map([
  ['lowestEfficiency', 'lowestEfficiency'],
  ['lowest-efficiency', 'lowestEfficiency'],
  ['highestWastedBytes', 'highestWastedBytes'],
  ['highest-wasted-bytes', 'highestWastedBytes'],
  ['highestUserWastedPercent', 'highestUserWastedPercent'],
  ['highest-user-wasted-percent', 'highestUserWastedPercent'],
]);

export const RULES: readonly (keyof DiveRules)[] = [
  'lowestEfficiency',
  'highestWastedBytes',
  'highestUserWastedPercent',
];

export interface DiveCiFile {
  readonly rules: Partial<DiveRules>;
  /** Keys below `rules` that dive would pass over without a word. */
  readonly unknown: readonly string[];
}

/** Reads the part of YAML that `.dive-ci` files are written in: `rules:` and indented `name: value` lines, comments,
 *  quoted values. Throws CliError `usage` with the line for anything else. */
export function parseDiveCiFile(text: string, fileName: string): DiveCiFile {
  const rules: Partial<Record<keyof DiveRules, string>> = {};
  const unknown: string[] = [];
  let isInRules = false;
  for (const [i, whole] of text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .entries()) {
    const line = withoutComment(whole);
    if (line.trim() === '' || /^(---|\.\.\.)\s*$/.test(line)) continue;
    const found = /^(\s*)(["']?)([\w-]+)\2\s*:(?:\s+(.*?))?\s*$/.exec(line);
    if (!found || line.includes('\t')) throw new CliError('usage', `${fileName}: line ${i + 1} is not “name: value”`);
    const [, indent = '', , key = '', value = ''] = found;
    if (indent === '') {
      isInRules = key === 'rules';
      if (isInRules && value !== '')
        throw new CliError('usage', `${fileName}: line ${i + 1}: one rule a line, indented`);
    } else if (isInRules) {
      const name = RULE_NAMES.get(key);
      if (name) rules[name] = unquoted(value);
      else unknown.push(key);
    }
  }
  return { rules, unknown };
}

/** The rules that hold: options before the file, the file before dive's defaults. */
export function mergeRules(file: Partial<DiveRules>, options: Partial<DiveRules>): DiveRules {
  return { ...DEFAULT_DIVE_RULES, ...file, ...options };
}

// In YAML a # begins a comment at the start of a line or after a blank; our values hold none in quotes.
function withoutComment(line: string): string {
  return line.replace(/(^|\s)#.*$/, '');
}

function unquoted(value: string): string {
  const found = /^(["'])(.*)\1$/.exec(value);
  return found ? (found[2] as string) : value;
}
