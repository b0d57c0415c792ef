/** What a history step did, as its Dockerfile said it: `/bin/sh -c #(nop)  COPY …` is COPY, `/bin/sh -c …` is RUN
 *  (classic builder), and BuildKit's trailing `# buildkit` goes. One line. */
export function instructionText(createdBy: string): string {
  const line = createdBy.replace(/\s+/g, ' ').trim();
  const instruction = /^(?:\|\d+ .*?)?\/bin\/sh -c #\(nop\) (.*)$/.exec(line)?.[1];
  if (instruction !== undefined) return instruction.trim();
  const command = /^\/bin\/sh -c (.*)$/.exec(line)?.[1];
  return (command === undefined ? line : `RUN ${command}`).replace(/ # buildkit$/, '');
}
