import type {
  BuildEvent,
  CompanionFault,
  CompanionInfo,
  ContainerEvent,
  ContainerRequest,
} from '../../companion/protocol.ts';
import type { CompanionLink } from './companionLink.ts';
import { readNdjson } from './readNdjson.ts';

export type { BuildEvent, CompanionInfo, ContainerEvent, ContainerRequest } from '../../companion/protocol.ts';

/** What a companion refused, or that it cannot be reached (`lost`). */
export class CompanionClientError extends Error {
  override readonly name = 'CompanionClientError';
  readonly code: string;
  /** 0 when there was no answer. */
  readonly status: number;
  constructor(code: string, status: number, message: string) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export interface BuildQuestion {
  readonly dockerfile?: string;
  readonly target?: string;
  readonly platform?: string;
  readonly tag?: string;
  readonly buildArgs?: Readonly<Record<string, string>>;
  /** References, and where in the context the archive or OCI layout of each lies. */
  readonly bases?: Readonly<Record<string, string>>;
  readonly noCache?: boolean;
  readonly sourceDateEpoch?: number;
}

/** Bytes that come, for a progress bar; `totalBytes` undefined where it is not known. */
export type OnBytes = (doneBytes: number, totalBytes: number | undefined) => void;

export type FetchThere = (url: string, init: RequestInit) => Promise<Response>;

const RECONNECT_PAUSES_MS = [200, 500, 1000, 2000, 4000];

/** A companion, as a page speaks to it (docs/companion.md). Methods throw CompanionClientError, or the signal's
 *  reason. */
export class CompanionClient {
  readonly link: CompanionLink;

  readonly #fetch: FetchThere;

  /** `fetchThere`: what reaches the companion from where the page is. */
  constructor(link: CompanionLink, fetchThere: FetchThere = (url, init) => fetch(url, init)) {
    this.link = link;
    this.#fetch = fetchThere;
  }

  async info(signal?: AbortSignal): Promise<CompanionInfo> {
    return (await (await this.#ask('/v1/info', { signal: signal ?? null })).json()) as CompanionInfo;
  }

  /** Builds a context (a tar as a Blob, or a repository's address) and tells what happens until it ends. A connection
   *  that breaks is taken up again where it was; aborting cancels the build. */
  async *build(
    context: Blob | { readonly git: string; readonly ref?: string },
    question: BuildQuestion,
    signal: AbortSignal,
  ): AsyncGenerator<BuildEvent> {
    const query = queryOf(question);
    if (!(context instanceof Blob)) {
      query.set('git', context.git);
      if (context.ref !== undefined) query.set('ref', context.ref);
    }
    const body = context instanceof Blob ? context : new Blob([]);
    const response = await this.#ask(`/v1/builds?${query}`, {
      method: 'POST',
      body,
      signal,
      headers: { 'content-type': 'application/x-tar' },
    });
    let next = 0;
    let build: string | undefined;
    let isEnded = false;
    try {
      for await (const event of this.#events(
        response,
        () => build,
        () => next,
        signal,
      )) {
        if (event.type === 'queued') build = event.build;
        next = event.seq + 1;
        isEnded = event.type === 'done' || event.type === 'error';
        yield event;
      }
    } finally {
      // Whoever stops listening does not want it any more.
      if (!isEnded && build !== undefined) void this.remove(build).catch(() => undefined);
    }
  }

  /** Events of a response, and of those that follow it when it breaks off. */
  async *#events(
    first: Response,
    build: () => string | undefined,
    next: () => number,
    signal: AbortSignal,
  ): AsyncGenerator<BuildEvent> {
    let response: Response | undefined = first;
    for (let failures = 0; ;) {
      try {
        response ??= await this.#ask(`/v1/builds/${build()}/events?from=${next()}`, { signal });
        for await (const value of readNdjson(bodyOf(response))) {
          failures = 0;
          const event = value as BuildEvent;
          yield event;
          if (event.type === 'done' || event.type === 'error') return;
        }
        throw lost('the connection ended early');
      } catch (error) {
        if (signal.aborted) throw signal.reason;
        if (error instanceof CompanionClientError && error.status !== 0) throw error;
        const pauseMs = RECONNECT_PAUSES_MS[failures++];
        if (pauseMs === undefined || build() === undefined) throw lost(String(error));
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        response = undefined;
      }
    }
  }

  /** The image of a build that is done. */
  image(build: string, onBytes: OnBytes, signal: AbortSignal): Promise<Blob> {
    return this.#blob(`/v1/builds/${build}/image`, undefined, onBytes, signal);
  }

  async remove(build: string): Promise<void> {
    await this.#ask(`/v1/builds/${build}`, { method: 'DELETE' });
  }

  /** An image of a registry, as an OCI layout in a tar. */
  pull(
    reference: string,
    platform: string | undefined,
    login: { readonly user: string; readonly password: string } | undefined,
    onBytes: OnBytes,
    signal: AbortSignal,
  ): Promise<Blob> {
    const query = new URLSearchParams({ reference, ...(platform === undefined ? {} : { platform }) });
    const headers = login && { 'x-registry-authorization': base64(`${login.user}:${login.password}`) };
    return this.#blob(`/v1/registry/image?${query}`, headers, onBytes, signal);
  }

  /** Puts an archive's images into a registry; gives the digest of what the tag now leads to. */
  async push(
    reference: string,
    archive: Blob,
    login: { readonly user: string; readonly password: string } | undefined,
    signal: AbortSignal,
  ): Promise<string> {
    const headers = {
      'content-type': 'application/x-tar',
      ...(login ? { 'x-registry-authorization': base64(`${login.user}:${login.password}`) } : {}),
    };
    const path = `/v1/registry/image?${new URLSearchParams({ reference })}`;
    const response = await this.#ask(path, { method: 'POST', body: archive, headers, signal });
    return ((await response.json()) as { readonly digest: string }).digest;
  }

  /** Runs a container where a Docker engine is connected; aborting ends it. */
  async *run(request: ContainerRequest, signal: AbortSignal): AsyncGenerator<ContainerEvent> {
    const headers = { 'content-type': 'application/json' };
    const response = await this.#ask('/v1/containers', {
      method: 'POST',
      body: JSON.stringify(request),
      headers,
      signal,
    });
    for await (const value of readNdjson(bodyOf(response))) yield value as ContainerEvent;
  }

  async #blob(
    path: string,
    headers: Record<string, string> | undefined,
    onBytes: OnBytes,
    signal: AbortSignal,
  ): Promise<Blob> {
    const response = await this.#ask(path, { signal, ...(headers ? { headers } : {}) });
    const length = response.headers.get('content-length');
    const totalBytes = length === null ? undefined : Number(length);
    let doneBytes = 0;
    const counted = bodyOf(response).pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          doneBytes += chunk.length;
          onBytes(doneBytes, totalBytes);
          controller.enqueue(chunk);
        },
      }),
    );
    try {
      // The browser spills a large Blob to disk; this page never holds it.
      return await new Response(counted).blob();
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw lost(String(error));
    }
  }

  /** What lies behind the companion answers for itself, whatever its status: a registry below `/v1/registry/v2/`, a git
   *  server below `/v1/git/`. */
  async forward(path: string, init: RequestInit): Promise<Response> {
    const { origin, token } = this.link;
    const headers = { ...(init.headers as Record<string, string> | undefined), authorization: `Bearer ${token}` };
    const plain = { cache: 'no-store', credentials: 'omit', redirect: 'error' } as const;
    try {
      return await this.#fetch(`${origin}${path}`, { ...plain, ...init, headers });
    } catch (error) {
      if (init.signal?.aborted) throw init.signal.reason;
      throw lost(String(error));
    }
  }

  async #ask(path: string, init: RequestInit): Promise<Response> {
    const response = await this.forward(path, init);
    if (response.ok) return response;
    const fault = (await response.json().catch(() => undefined)) as CompanionFault | undefined;
    const { code = 'engine', message = `HTTP ${response.status}` } = fault?.error ?? {};
    throw new CompanionClientError(code, response.status, message);
  }
}

function lost(message: string): CompanionClientError {
  return new CompanionClientError('lost', 0, message);
}

function bodyOf(response: Response): ReadableStream<Uint8Array> {
  if (!response.body) throw lost('an answer without a body');
  return response.body;
}

function queryOf(question: BuildQuestion): URLSearchParams {
  const query = new URLSearchParams();
  const { dockerfile, target, platform, tag, noCache, sourceDateEpoch } = question;
  for (const [name, value] of Object.entries({ dockerfile, target, platform, tag })) if (value) query.set(name, value);
  if (noCache) query.set('no-cache', 'true');
  if (sourceDateEpoch !== undefined) query.set('source-date-epoch', String(sourceDateEpoch));
  for (const [name, value] of Object.entries(question.buildArgs ?? {})) query.append('arg', `${name}=${value}`);
  for (const [reference, path] of Object.entries(question.bases ?? {})) query.append('base', `${reference}=${path}`);
  return query;
}

function base64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
