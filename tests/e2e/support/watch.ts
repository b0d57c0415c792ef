import type { BrowserContext, ConsoleMessage } from '@playwright/test';

/** What a page did that it should not: every test ends by looking at it. */
export class Watch {
  readonly #own: string;
  readonly #outside: string[] = [];
  readonly #complaints: string[] = [];
  readonly #expected: RegExp[] = [];

  /** `own` is the origin that the page may ask. */
  constructor(context: BrowserContext, own: string) {
    this.#own = own;
    context.on('request', (request) => this.#onRequest(request.url()));
    context.on('console', (message) => this.#onConsole(message));
    context.on('weberror', (error) => this.#complaints.push(String(error.error())));
  }

  /** Requests that the reader asks for, and complaints of the browser that a test provokes. */
  expect(pattern: RegExp): void {
    this.#expected.push(pattern);
  }

  /** Addresses beyond the page's own origin. */
  outside(): readonly string[] {
    return this.#outside.filter((url) => !this.#isExpected(url));
  }

  /** Errors and warnings on the console, uncaught exceptions, and what the page's policy refused. */
  complaints(): readonly string[] {
    return this.#complaints.filter((text) => !this.#isExpected(text));
  }

  #isExpected(text: string): boolean {
    return this.#expected.some((pattern) => pattern.test(text));
  }

  #onRequest(url: string): void {
    const { protocol, origin } = new URL(url);
    if (protocol !== 'blob:' && protocol !== 'data:' && origin !== this.#own) this.#outside.push(url);
  }

  #onConsole(message: ConsoleMessage): void {
    if (message.type() === 'error' || message.type() === 'warning') this.#complaints.push(message.text());
  }
}
