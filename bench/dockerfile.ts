// Parsing 500 Dockerfiles, beside dockerfile-ast: to the tree, and to typed instructions and their arguments.
import { DockerfileParser } from 'dockerfile-ast';
import { readStages } from '../src/build/instructions/readStages.ts';
import { Linter } from '../src/build/lint/linter.ts';
import { parseDockerfile } from '../src/build/parse/parseDockerfile.ts';
import { fastest } from './measure.ts';
import { pseudoRandom } from './pseudoRandom.ts';

const COUNT = 500;
const ROUNDS = 15;

interface Contender {
  readonly name: string;
  /** Returns a number that depends on the work, so that none of it can be left out. */
  run(text: string): number;
}

const TREE: readonly Contender[] = [
  { name: 'dockerfile-ast', run: (text) => DockerfileParser.parse(text).getInstructions().length },
  { name: 'palimpsest', run: (text) => parseDockerfile(text).nodes.length },
];

const TYPED: readonly Contender[] = [
  {
    name: 'dockerfile-ast',
    run: (text) =>
      DockerfileParser.parse(text)
        .getInstructions()
        .reduce((sum, instruction) => sum + instruction.getArguments().length, 0),
  },
  {
    name: 'palimpsest',
    run: (text) => {
      const { stages } = readStages(parseDockerfile(text).nodes, new Linter());
      return stages.reduce((sum, stage) => sum + stage.instructions.length, 0);
    },
  },
];

const dockerfiles = makeDockerfiles();
const bytes = dockerfiles.reduce((sum, text) => sum + text.length, 0);
console.log(`${COUNT} Dockerfiles, ${(bytes / 1e6).toFixed(2)} MB, fastest of ${ROUNDS} rounds`);
compare('tree', TREE);
compare('instructions and arguments', TYPED);

function compare(what: string, contenders: readonly Contender[]): void {
  const times = contenders.map(() => [] as number[]);
  let total = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, contender] of contenders.entries()) {
      const startMs = performance.now();
      for (const text of dockerfiles) total += contender.run(text);
      times[index]?.push(performance.now() - startMs);
    }
  }
  if (total === 0) throw new Error('nothing was parsed');
  const [theirs, ours] = times.map(fastest) as [number, number];
  for (const [index, contender] of contenders.entries()) {
    console.log(`  ${what}: ${contender.name} ${fastest(times[index] ?? []).toFixed(1)} ms`);
  }
  const ratio = theirs / ours;
  console.log(`  ${what}: ${ratio.toFixed(1)} x dockerfile-ast (to reach: 2) ${ratio >= 2 ? 'reached' : 'MISSED'}`);
  if (ratio < 2) process.exitCode = 1;
}

/** Files as projects have them: several stages, long RUN lines with continuations and comments, exec forms, heredocs. */
function makeDockerfiles(): string[] {
  const random = pseudoRandom(20);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const many = (count: number, make: () => string) => Array.from({ length: 1 + Math.floor(random() * count) }, make);
  const word = () => pick(['libssl-dev', 'curl', 'git', 'ca-certificates', 'build-essential', 'tzdata', 'jq', 'bash']);
  const instruction: readonly (() => string)[] = [
    () =>
      `RUN apt-get update && apt-get install -y \\\n${many(8, () => `    ${word()}`).join(' \\\n')} \\\n    && rm -rf /var/lib/apt/lists/*`,
    () =>
      `# ${many(12, word).join(' ')}\nENV ${many(3, () => `${pick(['A', 'B', 'C'])}="${word()} \${HOME}"`).join(' ')}`,
    () => `COPY --from=${pick(['build', '0'])} --chown=app:app /src/${word()} /dst/${word()}`,
    () => `LABEL org.example.${word()}="${many(6, word).join(' ')}"`,
    () => `CMD ["/bin/${word()}", "--flag", "${word()}"]`,
    () => `RUN <<EOF\n${many(6, () => `echo ${word()} ${word()}`).join('\n')}\nEOF`,
    () => `WORKDIR /srv/${word()}`,
    () => `RUN --mount=type=cache,target=/root/.cache make ${word()} # ${word()}`,
    () => `EXPOSE ${8000 + Math.floor(random() * 100)}/tcp`,
    () => `HEALTHCHECK --interval=30s CMD curl -f http://localhost/${word()} || exit 1`,
  ];
  return Array.from({ length: COUNT }, () =>
    [
      '# syntax=docker/dockerfile:1',
      'ARG VERSION=1',
      ...many(3, () => [`FROM debian:\${VERSION} AS build`, ...many(14, () => pick(instruction)())].join('\n')),
    ].join('\n'),
  );
}
