import { describe, expect, it } from 'vitest';
import { readInstruction } from '../../src/app/stack/instruction.ts';

describe('readInstruction', () => {
  it.each([
    ['/bin/sh -c #(nop)  CMD ["sh"]', 'CMD', '["sh"]'],
    ['/bin/sh -c #(nop) ADD file:0c3b in / ', 'ADD', 'file:0c3b in /'],
    ['/bin/sh -c apt-get update && rm -rf /x', 'RUN', 'apt-get update && rm -rf /x'],
    ['|2 A=1 B=2 /bin/sh -c make', 'RUN', 'make'],
    ['RUN /bin/sh -c make   all # buildkit', 'RUN', 'make all'],
    ['RUN |1 A=1 /bin/sh -c make # buildkit', 'RUN', 'make'],
    ['COPY /a /b # buildkit', 'COPY', '/a /b'],
    ['WORKDIR /srv', 'WORKDIR', '/srv'],
    ['cmd /S /C #(nop) ENV A=1', 'ENV', 'A=1'],
    ['/bin/bash -c echo', 'RUN', 'echo'],
    ['jib-core:0.1', '', 'jib-core:0.1'],
    ['', '', ''],
    ['RUNNING is no instruction', '', 'RUNNING is no instruction'],
  ])('%s', (createdBy, keyword, text) => expect(readInstruction(createdBy)).toEqual({ keyword, text }));
});
