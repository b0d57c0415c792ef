/** What a token allows (distribution docs, "Token Scope Documentation"). */
export function pullScope(path: string): string {
  return `repository:${path}:pull`;
}

export function pushScope(path: string): string {
  return `repository:${path}:pull,push`;
}
