import type { FastifyReply, FastifyRequest } from 'fastify';
import { CompanionError } from '../companionError.ts';

const users = new WeakMap<FastifyRequest, string>();

export function setUser(request: FastifyRequest, user: string): void {
  users.set(request, user);
}

/** Whose token the request bears. */
export function userOf(request: FastifyRequest): string {
  const user = users.get(request);
  if (user === undefined) throw new Error('a request came past the gate');
  return user;
}

/** Aborted when the other side goes away before it has its answer. */
export function goneSignal(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort(new CompanionError('cancelled', 'the client has gone'));
  });
  return controller.signal;
}

export function queryOf(request: FastifyRequest): URLSearchParams {
  const at = request.url.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : request.url.slice(at));
}

/** Of the header; undefined for a body in chunks. */
export function declaredBytes(request: FastifyRequest): number | undefined {
  const text = request.headers['content-length'];
  return text === undefined ? undefined : Number(text);
}

/** A path parameter. */
export function parameter(request: FastifyRequest, name: string): string {
  const value = (request.params as Readonly<Record<string, string | undefined>>)[name];
  if (value === undefined) throw new Error(`the route has no parameter ${name}`);
  return value;
}
