/** The registry that a reference names, as Docker reads it (distribution/reference, normalize.go); for what is shown. */
export function registryHost(reference: string): string {
  const first = reference.split('/', 1)[0] ?? '';
  const isHost = reference.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  return isHost ? first : 'docker.io';
}
