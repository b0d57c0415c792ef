import type { DockerCommand } from '../client.ts';
import { attach } from './attach.ts';
import { commit } from './commit.ts';
import { containerPrune } from './containerPrune.ts';
import { diff } from './diff.ts';
import { exec } from './exec.ts';
import { exportContainer } from './exportContainer.ts';
import { history } from './history.ts';
import { imageLs } from './imageLs.ts';
import { imagePrune } from './imagePrune.ts';
import { importImage } from './importImage.ts';
import { containerInspect, imageInspect, inspect, networkInspect, volumeInspect } from './inspect.ts';
import { load } from './load.ts';
import { logs } from './logs.ts';
import { kill, pause, rename, restart, rm, stop, unpause, wait } from './names.ts';
import { ps } from './ps.ts';
import { pull } from './pull.ts';
import { push } from './push.ts';
import { rmi } from './rmi.ts';
import { create, run } from './run.ts';
import { save } from './save.ts';
import { search } from './search.ts';
import { start } from './start.ts';
import { tag } from './tag.ts';

/** Commands of a container, which have a short form: `docker container run`, `docker run`. */
const CONTAINER_COMMANDS: Readonly<Record<string, DockerCommand>> = {
  attach,
  commit,
  create,
  diff,
  exec,
  export: exportContainer,
  kill,
  logs,
  pause,
  rename,
  restart,
  rm,
  run,
  start,
  stop,
  unpause,
  wait,
};

const IMAGE_COMMANDS: Readonly<Record<string, DockerCommand>> = {
  history,
  import: importImage,
  load,
  pull,
  push,
  save,
  tag,
};

/** The simulated commands by their path without `docker`. */
const COMMANDS: Readonly<Record<string, DockerCommand>> = {
  ...CONTAINER_COMMANDS,
  ...underGroup('container', CONTAINER_COMMANDS),
  ps,
  'container inspect': containerInspect,
  'container ls': ps,
  'container prune': containerPrune,
  ...IMAGE_COMMANDS,
  ...underGroup('image', IMAGE_COMMANDS),
  images: imageLs,
  rmi,
  'image inspect': imageInspect,
  'image ls': imageLs,
  'image prune': imagePrune,
  'image rm': rmi,
  inspect,
  'network inspect': networkInspect,
  search,
  'volume inspect': volumeInspect,
};

function underGroup(group: string, commands: Readonly<Record<string, DockerCommand>>): Record<string, DockerCommand> {
  return Object.fromEntries(Object.entries(commands).map(([name, command]) => [`${group} ${name}`, command]));
}

/** The command at a path of names, `['image', 'ls']`. Undefined for what is not simulated. */
export function commandAt(names: readonly string[]): DockerCommand | undefined {
  const key = names.join(' ');
  return Object.hasOwn(COMMANDS, key) ? COMMANDS[key] : undefined;
}
