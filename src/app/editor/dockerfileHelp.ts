import { t } from '../../i18n/i18n.svelte.ts';
import { flagsOf } from './dockerfileFlags.ts';
import { INSTRUCTIONS, type InstructionName } from './dockerfileLanguage.ts';

export interface Help {
  readonly title: string;
  /** How it is written. */
  readonly form: string;
  readonly text: string;
}

const FORMS: Readonly<Record<InstructionName, string>> = {
  ADD: 'ADD [--flag…] SOURCE… DESTINATION',
  ARG: 'ARG NAME[=DEFAULT]',
  CMD: 'CMD ["program", "argument"…]',
  COPY: 'COPY [--flag…] SOURCE… DESTINATION',
  ENTRYPOINT: 'ENTRYPOINT ["program", "argument"…]',
  ENV: 'ENV NAME=VALUE…',
  EXPOSE: 'EXPOSE PORT[/tcp|/udp]…',
  FROM: 'FROM [--platform=…] IMAGE [AS NAME]',
  HEALTHCHECK: 'HEALTHCHECK [--flag…] CMD …',
  LABEL: 'LABEL NAME=VALUE…',
  MAINTAINER: 'MAINTAINER NAME',
  ONBUILD: 'ONBUILD INSTRUCTION',
  RUN: 'RUN [--flag…] COMMAND',
  SHELL: 'SHELL ["program", "argument"…]',
  STOPSIGNAL: 'STOPSIGNAL SIGNAL',
  USER: 'USER NAME[:GROUP]',
  VOLUME: 'VOLUME ["/path"…]',
  WORKDIR: 'WORKDIR /path',
};

export function instructionHelp(word: string): Help | undefined {
  const name = INSTRUCTIONS.find((one) => one === word.toUpperCase());
  return name && { title: name, form: FORMS[name], text: t(`editor.help.${name}`) };
}

export function flagHelp(keyword: string, flag: string): Help | undefined {
  const name = keyword.toUpperCase();
  if (!flagsOf(name).includes(flag)) return undefined;
  const key = `editor.flag.${flag as keyof typeof FLAG_FORMS}` as const;
  return { title: `${name} --${flag}`, form: FLAG_FORMS[flag as keyof typeof FLAG_FORMS], text: t(key) };
}

const FLAG_FORMS = {
  platform: '--platform=linux/amd64',
  mount: '--mount=type=bind|cache|tmpfs|secret|ssh,…',
  network: '--network=default|none|host',
  security: '--security=sandbox|insecure',
  from: '--from=STAGE|IMAGE',
  chown: '--chown=USER[:GROUP]',
  chmod: '--chmod=0755',
  link: '--link',
  parents: '--parents',
  exclude: '--exclude=PATTERN',
  'keep-git-dir': '--keep-git-dir',
  checksum: '--checksum=sha256:…',
  unpack: '--unpack',
  interval: '--interval=30s',
  timeout: '--timeout=30s',
  'start-period': '--start-period=0s',
  'start-interval': '--start-interval=5s',
  retries: '--retries=3',
} as const;
