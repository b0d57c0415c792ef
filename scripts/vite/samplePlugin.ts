import type { Plugin } from 'vite';
import { sampleImage } from './sampleImage.ts';

const FILE_NAME = 'sample-image.tar';

/** Gives the page its sample image: as a file of the build, and from the dev server. */
export function samplePlugin(): Plugin {
  return {
    name: 'palimpsest:sample',
    configureServer(server) {
      server.middlewares.use(`/${FILE_NAME}`, (_request, response, next) => {
        sampleImage().then((bytes) => {
          response.setHeader('Content-Type', 'application/x-tar');
          response.end(bytes);
        }, next);
      });
    },
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName: FILE_NAME, source: await sampleImage() });
    },
  };
}
