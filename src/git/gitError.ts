/** What git's store or protocol cannot do. `code`: `ref` (no such branch, tag or commit), `path` (not in the tree),
 *  `remote` (the other side refuses, or is no git server), `limit` (more than is taken), `corrupt` (not git's format). */
export type GitErrorCode = 'ref' | 'path' | 'remote' | 'limit' | 'corrupt';

export class GitError extends Error {
  override readonly name = 'GitError';
  readonly code: GitErrorCode;
  constructor(code: GitErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
