import { measureKeptPage } from './keptPage.ts';

// How soon a kept machine of ten images is of use in a real page. With a folder: of a page that is built there.

const WANTED_MS = 300;

const figures = await measureKeptPage(process.cwd(), process.argv[2]);
if (typeof figures === 'string') console.log(`kept machine in the page: not measured: ${figures}`);
else {
  const { images, usableMs, firstPaintMs } = figures;
  const verdict = usableMs <= WANTED_MS ? 'reached' : 'MISSED';
  console.log(
    `kept machine, ${images} images, in Chromium: usable ${usableMs.toFixed(0)} ms after the first paint (wanted ${WANTED_MS}: ${verdict}), which came after ${firstPaintMs.toFixed(0)} ms`,
  );
}
process.exit(0);
