import { fullForm, parseAnyReference } from '../../image/reference.ts';
import { ImageError } from '../../image/imageError.ts';
import { ClientError, type DockerCommand } from '../client.ts';
import { quoteGo } from '../commandLine/flagValue.ts';
import { readTagReference } from '../references.ts';

export const tag: DockerCommand = {
  flags: [],
  run({ client, arguments: [source = '', target = ''] }) {
    prefixed(source, () => parseAnyReference(source));
    const reference = prefixed(target, () => readTagReference(target));
    client.engine.images.tag(source, fullForm(reference));
    return 0;
  },
};

function prefixed<T>(text: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const isFault = error instanceof ImageError || error instanceof ClientError;
    if (!isFault || error.message.startsWith('refusing')) throw error;
    throw new ClientError(`Error parsing reference: ${quoteGo(text)} is not a valid repository/tag: ${error.message}`);
  }
}
