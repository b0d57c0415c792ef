import { BuildError } from '../buildError.ts';
import { cleanPath } from '../go/path.ts';
import type { AddInstruction, CopyInstruction } from '../instructions/instruction.ts';
import type { Linter } from '../lint/linter.ts';
import type { SyntaxNode } from '../parse/syntaxNode.ts';
import type { PatternMatcher } from '../context/patternMatcher.ts';
import type { Dialect } from './dialect.ts';

/** Where a source of ADD or COPY comes from. */
export type SourceKind = 'context' | 'url' | 'git';

/** A path of the context (or of another stage), a file to download, or a git repository: `git://…`, `git@host:…`,
 *  `https://….git`, with `#ref:dir` or a query behind. */
export function sourceKind(source: string): SourceKind {
  if (/^(?:git|ssh):\/\//i.test(source)) return 'git';
  if (/^[\w.-]+@[\w.-]+:(?!\/\/)/.test(source) && !source.includes('://')) return 'git';
  if (!/^https?:\/\//.test(source)) return 'context';
  const path = source.replace(/[?#][\s\S]*$/, '');
  return path.endsWith('.git') ? 'git' : 'url';
}

/** Rules of ADD and COPY that hold before any file is looked at. Throws BuildError `instruction`. */
export function checkCopy(copy: AddInstruction | CopyInstruction, dialect: Dialect): void {
  // 0.8 passed over what is no octal number.
  if (dialect !== '0.8') checkMode(copy.chmod);
  if (copy.kind === 'ADD' && copy.checksum !== '') {
    if (copy.sources.length !== 1) throw fault("checksum can't be specified for multiple sources");
    if (sourceKind(copy.sources[0] as string) === 'context') throw fault('checksum requires HTTP(S) or Git sources');
  }
  if (copy.kind === 'ADD') return;
  for (const source of copy.sources) {
    const kind = sourceKind(source);
    if (kind === 'git') throw fault("source can't be a git ref for COPY");
    if (kind === 'url') throw fault("source can't be a URL for COPY");
  }
}

/** A source that the ignore file leaves out. Exceptions cannot be judged without the files: then nothing is said. */
export function checkIgnored(
  copy: AddInstruction | CopyInstruction,
  node: SyntaxNode,
  matcher: PatternMatcher | undefined,
  linter: Linter,
): void {
  if (!matcher || matcher.hasExceptions) return;
  for (const written of copy.sources) {
    if (sourceKind(written) !== 'context') continue;
    const source = cleanPath(written);
    const isTop = source === '.' || source === '/';
    if (isTop && !matcher.patterns.some((pattern) => ['*', '**', '**/*'].includes(pattern.text))) continue;
    if (!matcher.matchesOrParentMatches(source)) continue;
    linter.report('CopyIgnoredFile', node, copy.kind === 'ADD' ? 'Add' : 'Copy', source);
  }
}

// Octal up to 07777, or chmod(1)'s letters.
function checkMode(mode: string): void {
  if (mode === '') return;
  if (/^[0-9]/.test(mode)) {
    if (/^[0-7]+$/.test(mode) && Number.parseInt(mode, 8) <= 0o7777) return;
    throw fault(`invalid chmod parameter: '${mode}'. it should be octal string and between 0 and 07777`);
  }
  if (!/^[ugoa]*(?:[-+=][rstwXxugo]*)+(?:,[ugoa]*(?:[-+=][rstwXxugo]*)+)*$/.test(mode)) throw fault('invalid syntax');
}

function fault(message: string): BuildError {
  return new BuildError('instruction', message);
}
