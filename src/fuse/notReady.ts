/** Thrown by a filesystem that has to wait for something first: the request is tried again, from its beginning, when
 *  `ready` has resolved, and refused with what it rejects with. */
export class NotReady extends Error {
  override readonly name = 'NotReady';
  readonly ready: Promise<unknown>;
  constructor(ready: Promise<unknown>) {
    super('not ready yet');
    this.ready = ready;
  }
}
