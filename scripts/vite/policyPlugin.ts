import type { Plugin } from 'vite';

/** What the built page may load and reach. An archive from an address is fetched by the worker, whose own policy
 *  would come from its response's headers; the page itself reaches nothing but its own files. Styles of elements
 *  are set through the CSSOM, which a policy does not touch. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Writes the Content-Security-Policy into the built page. The dev server needs inline scripts and has none. */
export function policyPlugin(): Plugin {
  return {
    name: 'palimpsest:policy',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: () => [
        { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY }, injectTo: 'head-prepend' },
      ],
    },
  };
}
