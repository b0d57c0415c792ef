import { CliError } from '../cliError.ts';
import type { Command } from '../command.ts';
import { CONFORMANCE_SUITES } from '../suites.ts';

export const command: Command = {
  usage: CONFORMANCE_SUITES.map((suite) => `${suite.name} ...`),
  description: [
    'Runs a suite that compares this program with recorded facts, a line for each case and a closing count. Exit status ' +
      '1 when a case fails. Suites:',
    ...CONFORMANCE_SUITES.map((suite) => `${suite.name}: ${suite.summary}.`),
  ],
  options: [],
  run: async () => {
    throw new CliError('usage', `which suite? ${CONFORMANCE_SUITES.map((suite) => suite.name).join(', ')}`);
  },
};
