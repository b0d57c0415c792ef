import { BuildError } from '../buildError.ts';
import { parseBoolean } from '../go/numbers.ts';
import { quote } from '../go/quote.ts';
import { trimSpace } from '../go/space.ts';

/** What `# check=skip=A,B;experimental=C;error=true` asks for. */
export interface CheckOptions {
  readonly skip: ReadonlySet<string> | 'all';
  readonly experimental: ReadonlySet<string> | 'all';
  /** Findings fail the build. */
  readonly asError: boolean;
}

export const NO_CHECK_OPTIONS: CheckOptions = { skip: new Set(), experimental: new Set(), asError: false };

/** Throws BuildError `checkOption`. */
export function parseCheckOptions(text: string): CheckOptions {
  const trimmed = trimSpace(text);
  if (trimmed === '') return NO_CHECK_OPTIONS;
  let { skip, experimental, asError } = NO_CHECK_OPTIONS;
  for (const part of splitAtMost(trimmed, ';', 3)) {
    const at = part.indexOf('=');
    if (at < 0) throw new BuildError('checkOption', `invalid check option ${quote(part)}`);
    const key = trimSpace(part.slice(0, at));
    const value = trimSpace(part.slice(at + 1));
    // What was asked of all holds, whatever names come with it.
    if (key === 'skip') skip = skip === 'all' ? skip : ruleNames(value);
    else if (key === 'experimental') experimental = experimental === 'all' ? experimental : ruleNames(value);
    else if (key === 'error') {
      const flag = parseBoolean(value);
      if (flag === undefined) {
        const why = `strconv.ParseBool: parsing ${quote(value)}: invalid syntax`;
        throw new BuildError('checkOption', `failed to parse check option ${quote(part)}: ${why}`);
      }
      asError = flag;
    } else throw new BuildError('checkOption', `invalid check option ${quote(key)}`);
  }
  return { skip, experimental, asError };
}

function ruleNames(value: string): ReadonlySet<string> | 'all' {
  return value === 'all' ? 'all' : new Set(value.split(',').map(trimSpace));
}

// strings.SplitN: the last part keeps what is left.
function splitAtMost(text: string, separator: string, limit: number): string[] {
  const parts = text.split(separator);
  return parts.length <= limit ? parts : [...parts.slice(0, limit - 1), parts.slice(limit - 1).join(separator)];
}
