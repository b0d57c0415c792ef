import type { DockerCommand } from '../client.ts';
import { attach } from './attach.ts';
import { buildxInspect, buildxLs, buildxUse, buildxVersion } from '../buildx/builders.ts';
import { buildxBuild } from '../buildx/build.ts';
import { buildxDu, buildxPrune } from '../buildx/cache.ts';
import { imagetoolsCreate, imagetoolsInspect } from '../buildx/imagetools.ts';
import { build } from './build.ts';
import { commit } from './commit.ts';
import { port, top, update } from './containerFacts.ts';
import { containerPrune } from './containerPrune.ts';
import {
  contextCreate,
  contextInspect,
  contextLs,
  contextRm,
  contextShow,
  contextUpdate,
  contextUse,
} from './contexts.ts';
import { cp } from './cp.ts';
import { diff } from './diff.ts';
import { exec } from './exec.ts';
import { exportContainer } from './exportContainer.ts';
import { history } from './history.ts';
import { imageLs } from './imageLs.ts';
import { imagePrune } from './imagePrune.ts';
import { importImage } from './importImage.ts';
import { info } from './info.ts';
import { containerInspect, imageInspect, inspect, networkInspect, volumeInspect } from './inspect.ts';
import { load } from './load.ts';
import { login, logout } from './login.ts';
import { logs } from './logs.ts';
import { manifestAnnotate, manifestCreate, manifestInspect, manifestPush, manifestRm } from './manifests.ts';
import { kill, pause, rename, restart, rm, stop, unpause, wait } from './names.ts';
import { networkConnect, networkCreate, networkDisconnect, networkLs, networkPrune, networkRm } from './networks.ts';
import { ps } from './ps.ts';
import { pull } from './pull.ts';
import { push } from './push.ts';
import { rmi } from './rmi.ts';
import { create, run } from './run.ts';
import { save } from './save.ts';
import { search } from './search.ts';
import { start } from './start.ts';
import { stats } from './stats.ts';
import { builderPrune } from './builderPrune.ts';
import { pluginLs, SWARM_COMMANDS } from './swarm.ts';
import { events, systemPrune } from './system.ts';
import { systemDf } from './systemDf.ts';
import { tag } from './tag.ts';
import { version } from './version.ts';
import { volumeCreate, volumeLs, volumePrune, volumeRm } from './volumes.ts';

/** Commands of a container, which have a short form: `docker container run`, `docker run`. */
const CONTAINER_COMMANDS: Readonly<Record<string, DockerCommand>> = {
  attach,
  commit,
  cp,
  create,
  diff,
  exec,
  export: exportContainer,
  kill,
  logs,
  pause,
  port,
  rename,
  restart,
  rm,
  run,
  start,
  stats,
  stop,
  top,
  unpause,
  update,
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
  build,
  'image build': build,
  'builder build': build,
  'builder prune': builderPrune,
  'buildx build': buildxBuild,
  'buildx du': buildxDu,
  'buildx imagetools create': imagetoolsCreate,
  'buildx imagetools inspect': imagetoolsInspect,
  'buildx inspect': buildxInspect,
  'buildx ls': buildxLs,
  'buildx prune': buildxPrune,
  'buildx use': buildxUse,
  'buildx version': buildxVersion,
  'context create': contextCreate,
  'context inspect': contextInspect,
  'context ls': contextLs,
  'context rm': contextRm,
  'context show': contextShow,
  'context update': contextUpdate,
  'context use': contextUse,
  events,
  info,
  inspect,
  login,
  logout,
  'manifest annotate': manifestAnnotate,
  'manifest create': manifestCreate,
  'manifest inspect': manifestInspect,
  'manifest push': manifestPush,
  'manifest rm': manifestRm,
  'network connect': networkConnect,
  'network create': networkCreate,
  'network disconnect': networkDisconnect,
  'network inspect': networkInspect,
  'network ls': networkLs,
  'network prune': networkPrune,
  'network rm': networkRm,
  'plugin ls': pluginLs,
  search,
  ...SWARM_COMMANDS,
  'system df': systemDf,
  'system events': events,
  'system info': info,
  'system prune': systemPrune,
  version,
  'volume create': volumeCreate,
  'volume inspect': volumeInspect,
  'volume ls': volumeLs,
  'volume prune': volumePrune,
  'volume rm': volumeRm,
};

function underGroup(group: string, commands: Readonly<Record<string, DockerCommand>>): Record<string, DockerCommand> {
  return Object.fromEntries(Object.entries(commands).map(([name, command]) => [`${group} ${name}`, command]));
}

/** The command at a path of names, `['image', 'ls']`. Undefined for what is not simulated. */
export function commandAt(names: readonly string[]): DockerCommand | undefined {
  const key = names.join(' ');
  return Object.hasOwn(COMMANDS, key) ? COMMANDS[key] : undefined;
}
