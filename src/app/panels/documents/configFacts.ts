import type { ContainerConfig, ImageConfig } from '../../../client/protocol.ts';

/** One line of the friendly summary: a message key and what the config says, a line each. */
export interface ConfigFact {
  readonly key:
    | 'entrypoint'
    | 'cmd'
    | 'workingDir'
    | 'user'
    | 'env'
    | 'ports'
    | 'volumes'
    | 'healthcheck'
    | 'stopSignal'
    | 'labels'
    | 'platform'
    | 'created'
    | 'author'
    | 'builder';
  readonly lines: readonly string[];
}

/** What the image runs and as whom, in the order in which people ask. Absent fields are left out, an absent user
 *  is told, since it means root. */
export function configFacts(config: ImageConfig): ConfigFact[] {
  const container: ContainerConfig = config.config ?? {};
  const labels = Object.entries(container.labels ?? {}).map(([name, value]) => `${name}=${value}`);
  const facts: ConfigFact[] = [
    { key: 'entrypoint', lines: argv(container.entrypoint) },
    { key: 'cmd', lines: argv(container.cmd) },
    { key: 'workingDir', lines: text(container.workingDir) },
    { key: 'user', lines: [container.user === undefined || container.user === '' ? 'root (0)' : container.user] },
    { key: 'env', lines: container.env ?? [] },
    { key: 'ports', lines: container.exposedPorts ?? [] },
    { key: 'volumes', lines: container.volumes ?? [] },
    { key: 'healthcheck', lines: healthcheck(container.healthcheck?.test) },
    { key: 'stopSignal', lines: text(container.stopSignal) },
    { key: 'labels', lines: labels },
    { key: 'platform', lines: text([config.os, config.architecture, config.variant].filter(Boolean).join('/')) },
    { key: 'created', lines: text(config.created) },
    { key: 'author', lines: text(config.author) },
    { key: 'builder', lines: text(config.dockerVersion && `docker ${config.dockerVersion}`) },
  ];
  return facts.filter((fact) => fact.lines.length > 0);
}

function text(value: string | undefined): string[] {
  return value === undefined || value === '' ? [] : [value];
}

/** A command's words; words that a shell would split are quoted. */
function argv(words: readonly string[] | undefined): string[] {
  return words === undefined || words.length === 0 ? [] : [words.map(quoted).join(' ')];
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** `CMD-SHELL` takes one string, `CMD` words, `NONE` turns an inherited check off (Dockerfile reference). */
function healthcheck(test: readonly string[] | undefined): string[] {
  if (test === undefined || test.length === 0) return [];
  const [form, ...rest] = test;
  if (form === 'NONE') return ['NONE'];
  return form === 'CMD-SHELL' ? [rest.join(' ')] : argv(form === 'CMD' ? rest : test);
}
