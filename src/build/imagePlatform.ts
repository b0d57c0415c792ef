import type { ImageRecord } from '../engine/imageRecord.ts';
import { type BuildPlatform, DEFAULT_PLATFORM, parsePlatform } from './plan/platform.ts';

/** What an image's config says that it is for. */
export function platformOf({ config: { os, architecture, variant } }: ImageRecord): BuildPlatform {
  return {
    os: os ?? DEFAULT_PLATFORM.os,
    osVersion: '',
    architecture: architecture ?? DEFAULT_PLATFORM.architecture,
    variant: variant ?? '',
  };
}

/** Whether an image serves a platform, `os[/arch[/variant]]`; any serves ''. A config often has no variant. */
export function isOfPlatform(image: ImageRecord, platform: string): boolean {
  if (platform === '') return true;
  const wanted = parsePlatform(platform);
  const { os, architecture, variant } = platformOf(image);
  if (os !== wanted.os || architecture !== wanted.architecture) return false;
  return variant === '' || wanted.variant === '' || variant === wanted.variant;
}
