import { ArchiveServer } from './support/archiveServer.ts';
import { gzipSync } from 'node:zlib';
import { expect, test } from './support/test.ts';

test('PAGE-1 the policy of the page lets nothing out and no script in', async ({ explorer, page, watch }) => {
  const server = new ArchiveServer(new Uint8Array(512));
  const elsewhere = await server.start();
  watch.expect(/Content Security Policy|Failed to load resource/);
  watch.expect(new RegExp(`^${elsewhere}/`)); // told as a request, refused before it is sent
  await explorer.goto();
  const tried = await page.evaluate(async (origin) => {
    const isFetched = await fetch(`${origin}/open/fetched`).then(
      () => true,
      () => false,
    );
    let isInlineRun = false;
    addEventListener('inline-ran', () => (isInlineRun = true));
    const script = document.createElement('script');
    script.textContent = "dispatchEvent(new Event('inline-ran'))";
    document.body.append(script);
    await new Promise((resolve) => {
      const image = new Image();
      image.onload = image.onerror = resolve;
      image.src = `${origin}/open/image`;
    });
    navigator.sendBeacon(`${origin}/open/beacon`, 'told');
    return { isFetched, isInlineRun };
  }, elsewhere);
  expect(tried).toEqual({ isFetched: false, isInlineRun: false });
  expect(server.asked).toEqual([]);
  await server.stop();
});

test('PAGE-1 reading an archive asks for nothing but files of the page', async ({ context, explorer, samples }) => {
  const asked: string[] = [];
  context.on('request', (request) => asked.push(`${request.method()} ${new URL(request.url()).pathname}`));
  await explorer.goto();
  await explorer.open(samples.path('sample-25.tar'));
  for (const panel of ['Documents', 'Treemap', 'Waste', 'Leftovers', 'Compare', 'Verify', 'Save']) {
    await explorer.show(panel);
  }
  const others = asked.filter(
    (one) => !/^GET \/(assets\/[^/]+|catalogue\/.+|[^/]*)$/.test(one) && !/^GET [0-9a-f-]{36}$/.test(one),
  );
  expect(others).toEqual([]);
});

test('PAGE-8 a first visit loads at most 60 kB of script', async ({ context, explorer, page }) => {
  const sizes = new Map<string, Promise<number>>();
  context.on('response', (response) => {
    const type = response.headers()['content-type'] ?? '';
    const isCached = response.request().serviceWorker() !== null; // what offline needs, after the page is there
    if (!isCached && /javascript|json/.test(type)) {
      sizes.set(
        response.url(),
        response.body().then((body) => gzipSync(body).length),
      );
    }
  });
  await explorer.goto();
  await expect(page.getByRole('button', { name: 'Choose files…' })).toBeVisible();
  await page.waitForLoadState('networkidle');
  const loaded = await Promise.all([...sizes].map(async ([url, size]) => [new URL(url).pathname, await size] as const));
  const total = loaded.reduce((sum, [, size]) => sum + size, 0);
  expect(
    loaded.map(([path]) => path).some((path) => path.includes('explorerWorker')),
    'the worker counts too',
  ).toBe(true);
  expect(total, JSON.stringify(loaded)).toBeLessThanOrEqual(60_000);
  console.log(`first visit: ${(total / 1000).toFixed(1)} kB of script (gzip) in ${loaded.length} files`);
});
