import type { MessageKey } from '../../i18n/messages.ts';

/** A command to begin with, and what one sees by it. */
export interface TryCommand {
  readonly command: string;
  readonly about: MessageKey;
}

/** In this order they make a walk: each works on what the ones before left. */
export const TRY_COMMANDS: readonly TryCommand[] = [
  { command: 'docker run hello-world', about: 'lab.try.hello' },
  { command: 'docker pull nginx:alpine', about: 'lab.try.pull' },
  { command: 'docker history nginx:alpine', about: 'lab.try.history' },
  { command: 'docker run --name box alpine sh -c "echo hi > /greeting; rm /etc/motd"', about: 'lab.try.run' },
  { command: 'docker diff box', about: 'lab.try.diff' },
  { command: 'docker commit box mine', about: 'lab.try.commit' },
  { command: 'docker save mine -o mine.tar && tar tf mine.tar', about: 'lab.try.save' },
];
