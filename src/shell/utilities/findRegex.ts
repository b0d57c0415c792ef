import { Regex } from '../regex/regex.ts';
import { RegexError } from '../regex/regexError.ts';
import { UsageError } from './options.ts';
import { quoted } from './quote.ts';

const BASIC = new Set(['findutils-default', 'emacs', 'ed', 'grep', 'posix-basic', 'posix-minimal-basic', 'sed']);
const EXTENDED = new Set(['awk', 'egrep', 'gnu-awk', 'posix-awk', 'posix-egrep', 'posix-extended']);

/** An expression that shall fit a whole path. Throws UsageError. */
export function compileRegex(
  pattern: string,
  type: string,
  rules: { readonly ignoreCase: boolean },
): (path: string) => boolean {
  if (!BASIC.has(type) && !EXTENDED.has(type))
    throw new UsageError('argument', `Unknown regular expression type ${quoted(type)}`);
  // Emacs has + and ? without a backslash, which are all that it has beyond the basic syntax.
  const isEmacs = type === 'findutils-default' || type === 'emacs';
  const source = isEmacs ? pattern.replace(/\\.|[+?]/gs, (part) => (part.length === 1 ? `\\${part}` : part)) : pattern;
  try {
    const regex = new Regex(source, {
      syntax: EXTENDED.has(type) ? 'extended' : 'basic',
      ignoreCase: rules.ignoreCase,
      whole: 'line',
    });
    return (path) => regex.test(path);
  } catch (error) {
    if (!(error instanceof RegexError)) throw error;
    throw new UsageError('argument', `failed to compile regular expression '${pattern}': ${error.message}`);
  }
}
