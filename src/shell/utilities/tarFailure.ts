/** tar cannot go on. */
export class TarFailure extends Error {
  override readonly name = 'TarFailure';
  /** Its end is not told once more. */
  readonly isTold: boolean;
  constructor(message: string, form: { readonly told?: boolean } = {}) {
    super(message);
    this.isTold = form.told ?? false;
  }
}
