import { familiarForm, fullForm, parseReference } from '../../../image/reference.ts';
import type { BuildRules } from '../engine.ts';

/** What buildkitd may fetch for a build (moby/buildkit, docs/build-repro.md, "source policy"): of several rules that
 *  fit, the last holds. The context and imported bases come from the client. */
export function sourcePolicy({ fetch, images }: Pick<BuildRules, 'fetch' | 'images'>): string {
  const rule = (action: 'ALLOW' | 'DENY', identifier: string): object => ({ action, selector: { identifier } });
  if (fetch) return JSON.stringify({ rules: [rule('ALLOW', '*')] });
  const rules = [
    rule('DENY', '*'),
    rule('ALLOW', 'local://*'),
    rule('ALLOW', 'oci-layout://*'),
    ...images.flatMap(imagePatterns).map((pattern) => rule('ALLOW', `docker-image://${pattern}`)),
  ];
  return JSON.stringify({ rules });
}

/** With a star at its end a pattern is a beginning; else it is a reference, whatever its digest turns out to be.
 *  Throws ImageError for what is no reference. */
export function imagePatterns(text: string): string[] {
  if (text.endsWith('*')) return [text];
  const full = fullForm(parseReference(text));
  return [full, `${full}@*`];
}

/** The name under which the Dockerfile frontend looks for a context that takes the place of an image. */
export function contextName(reference: string): string {
  return familiarForm(parseReference(reference)).replace(/:latest$/, '');
}
