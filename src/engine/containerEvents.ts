import type { ContainerRecord } from './containerRecord.ts';
import type { EngineCore } from './engineCore.ts';

/** moby daemon, LogContainerEvent: labels, image and name of the container. */
export function logContainerEvent(
  core: EngineCore,
  record: ContainerRecord,
  action: string,
  attributes: Readonly<Record<string, string>> = {},
): void {
  const { id, name, config } = record;
  core.events.log('container', action, id, { ...config.Labels, ...attributes, image: config.Image, name });
}
