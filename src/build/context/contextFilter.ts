import { BuildError } from '../buildError.ts';
import { type MatchInfo, PatternMatcher } from './patternMatcher.ts';

/** Which client packs the context. The classic one walks and skips; BuildKit's also sends the directories above what it
 *  sends, and since 0.9 goes into every directory when an exception has wildcards. */
export type ContextClient = 'classic' | 'buildkit' | 'buildkit 0.8';

export interface ContextVerdict {
  readonly sent: boolean;
  /** A directory that is not sent is still walked when an exception may lie below it. */
  readonly walked: boolean;
  /** For the entries below. */
  readonly info: MatchInfo;
}

export const DEFAULT_IGNORE_FILE = '.dockerignore';

/** Decides, entry by entry from the top, what of a folder is sent as the build context. */
export class ContextFilter {
  readonly matcher: PatternMatcher;
  readonly #client: ContextClient;
  /** Exceptions as far as they are plain paths. */
  readonly #exceptionPaths: readonly string[];
  readonly #walksAll: boolean;

  /** Throws BuildError `pattern`. */
  constructor(patterns: readonly string[], client: ContextClient) {
    this.matcher = new PatternMatcher(patterns);
    this.#client = client;
    const exceptions = this.matcher.patterns.filter((pattern) => pattern.isException).map((pattern) => pattern.text);
    this.#exceptionPaths = client === 'buildkit' ? exceptions.map(withoutTrailingGlob) : exceptions;
    this.#walksAll = client === 'buildkit' && this.#exceptionPaths.some((path) => /[*[\]?^\\]/.test(path));
  }

  /** `path` is relative, with slashes; `parent` is the verdict's info of the directory above, undefined at the top. */
  judge(
    path: string,
    { isDirectory, parent }: { isDirectory: boolean; parent: MatchInfo | undefined },
  ): ContextVerdict {
    const { matched, info } = this.matcher.matchesUsingParent(path, parent);
    return { sent: !matched, walked: isDirectory && (!matched || this.#mayHoldExceptions(path)), info };
  }

  #mayHoldExceptions(path: string): boolean {
    if (this.#walksAll) return true;
    const below = `${path}/`;
    return this.#exceptionPaths.some((exception) => `${exception}/`.startsWith(below));
  }

  get client(): ContextClient {
    return this.#client;
  }
}

/** The classic client sends the Dockerfile and the ignore file even when a pattern leaves them out: the daemon needs
 *  them (docker cli, TrimBuildFilesFromExcludes). Throws BuildError `pattern`. */
export function withBuildFiles(patterns: readonly string[], dockerfile: string | undefined): string[] {
  const matcher = new PatternMatcher(patterns);
  const out = [...patterns];
  for (const file of [DEFAULT_IGNORE_FILE, dockerfile]) {
    if (file === undefined) continue;
    if (
      file === DEFAULT_IGNORE_FILE
        ? matcher.matchesOrParentMatches(file)
        : new PatternMatcher(out).matchesOrParentMatches(file)
    ) {
      out.push(`!${file}`);
    }
  }
  return out;
}

/** Names of the ignore file that may go with a Dockerfile, the first that is there counts: `X.dockerignore` beside `X`
 *  (BuildKit only), then `.dockerignore` at the context's top. */
export function ignoreFileNames(dockerfile: string, client: ContextClient): string[] {
  return client !== 'classic' ? [`${dockerfile}${DEFAULT_IGNORE_FILE}`, DEFAULT_IGNORE_FILE] : [DEFAULT_IGNORE_FILE];
}

/** The real client's words around an error about the context. */
export function contextError(error: unknown): unknown {
  if (!(error instanceof BuildError)) return error;
  return new BuildError('context', `error checking context: ${error.message}`);
}

function withoutTrailingGlob(pattern: string): string {
  return pattern.replace(/\/\*\*$/, '').replace(/\/\*$/, '');
}
