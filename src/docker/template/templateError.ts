/** A template that cannot be read or executed; the message is Go's, from `template: ` on. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}
