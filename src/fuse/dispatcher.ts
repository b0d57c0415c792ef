import { isErrnoCode, type ErrnoCode } from './errno.ts';
import { FuseError } from './fuseError.ts';
import type { FuseFilesystem } from './fuseFilesystem.ts';
import { MAX_TRANSFER_BYTES, negotiate, type Session } from './init.ts';
import { ListingAdvice } from './listingAdvice.ts';
import { NotReady } from './notReady.ts';
import { Opcode } from './opcode.ts';
import { answerRead } from './readRequests.ts';
import { FuseReply } from './reply.ts';
import { FuseRequest } from './request.ts';
import { answerWrite } from './writeRequests.ts';

/** What has become of a request: bytes for the kernel, or nothing (`forget` and `interrupt` have no answer). */
export type Answer = Uint8Array | undefined;

/** Answers requests, one at a time. Whatever goes wrong is an answer too; what is no refusal but a fault of ours or of
 *  the archive is told to `onFault`. */
export class FuseDispatcher {
  readonly #filesystem: FuseFilesystem;
  readonly #reply = new FuseReply(MAX_TRANSFER_BYTES);
  readonly #onFault: (fault: unknown) => void;
  readonly #advice = new ListingAdvice();
  #session: Session | undefined;

  constructor(filesystem: FuseFilesystem, onFault: (fault: unknown) => void) {
    this.#filesystem = filesystem;
    this.#onFault = onFault;
  }

  /** Answers the request that a buffer holds; both buffer and answer are used again for the next. */
  answer(bytes: Uint8Array): Answer | Promise<Answer> {
    const request = new FuseRequest(bytes);
    this.#reply.clear();
    try {
      return this.#handle(request) === 'noAnswer' ? undefined : this.#reply.finish(request);
    } catch (error) {
      if (!(error instanceof NotReady)) return this.#refuse(request, error);
      return error.ready.then(
        () => this.answer(bytes),
        (fault: unknown) => this.#refuse(request, fault),
      );
    }
  }

  #handle(request: FuseRequest): Outcome {
    const reply = this.#reply;
    const filesystem = this.#filesystem;
    switch (request.opcode) {
      case Opcode.init:
        this.#session = negotiate(request, reply, filesystem.writer ? 'readWrite' : 'readOnly') ?? this.#session;
        return 'answered';
      case Opcode.forget:
        filesystem.forget(request.node, request.u64());
        return 'noAnswer';
      case Opcode.batchForget:
        forgetMany(filesystem, request);
        return 'noAnswer';
      case Opcode.interrupt: // what it means has been answered by the time we read this
        return 'noAnswer';
      case Opcode.destroy:
        filesystem.destroy();
        return 'answered';
    }
    if (!this.#session) throw new FuseError('EPROTO', 'a request before INIT');
    const outcome = answerRead(filesystem, request, reply, this.#advice);
    if (outcome !== 'unknown') return outcome;
    if (!filesystem.writer) throw new FuseError('ENOSYS');
    return answerWrite(filesystem, filesystem.writer, this.#session, request, reply);
  }

  #refuse(request: FuseRequest, error: unknown): Answer {
    const code = codeOf(error);
    if (code === undefined) this.#onFault(error);
    if (request.opcode === Opcode.forget || request.opcode === Opcode.batchForget) return undefined;
    return this.#reply.fail(request, code ?? 'EIO');
  }
}

export type Outcome = 'answered' | 'noAnswer';

function forgetMany(filesystem: FuseFilesystem, request: FuseRequest): void {
  const count = request.u32();
  request.skip(4);
  for (let i = 0; i < count; i++) filesystem.forget(request.u64(), request.u64());
}

function codeOf(error: unknown): ErrnoCode | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return isErrnoCode(code) ? code : undefined;
}
