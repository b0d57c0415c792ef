import type { InstructionBody } from '../instructions/instruction.ts';
import type { WordExpander } from './variableReport.ts';

/** The instruction with its variables expanded, where its kind has any: RUN, CMD and ENTRYPOINT leave them to the
 *  shell; ARG and EXPOSE are expanded where they are carried out; `--from` and `--exclude` never. */
export function expandInstruction(body: InstructionBody, expander: WordExpander): InstructionBody {
  const word = (text: string) => expander.word(text);
  switch (body.kind) {
    case 'ENV':
    case 'LABEL':
      return { ...body, pairs: body.pairs.map((pair) => ({ ...pair, key: word(pair.key), value: word(pair.value) })) };
    case 'ADD':
    case 'COPY': {
      const { chown, chmod } = { chown: word(body.chown), chmod: word(body.chmod) };
      const checksum = body.kind === 'ADD' ? { checksum: word(body.checksum) } : {};
      const sources = body.sources.map(word);
      const destination = word(body.destination);
      const inline = body.inline.map((file) => (file.expand ? { ...file, data: expander.heredoc(file.data) } : file));
      return { ...body, ...checksum, chown, chmod, sources, destination, inline };
    }
    case 'WORKDIR':
      return { ...body, path: word(body.path) };
    case 'USER':
      return { ...body, user: word(body.user) };
    case 'VOLUME':
      return { ...body, volumes: body.volumes.map(word) };
    case 'STOPSIGNAL':
      return { ...body, signal: word(body.signal) };
    default:
      return body;
  }
}
