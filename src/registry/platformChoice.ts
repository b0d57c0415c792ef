import type { Descriptor, Platform } from '../image/descriptor.ts';
import { isIndexType } from '../image/mediaTypes.ts';

/** `os/architecture[/variant]`, or `architecture` for Linux. */
export interface WantedPlatform {
  readonly os: string;
  readonly architecture: string;
  readonly variant: string | undefined;
}

/** Other names for the same machine (containerd platforms/database.go, `normalizeArch`). */
const ARCHITECTURES: Readonly<Record<string, { architecture: string; variant?: string }>> = {
  x86_64: { architecture: 'amd64' },
  'x86-64': { architecture: 'amd64' },
  aarch64: { architecture: 'arm64' },
  i386: { architecture: '386' },
  ia32: { architecture: '386' },
  x64: { architecture: 'amd64' },
  armhf: { architecture: 'arm', variant: 'v7' },
  armel: { architecture: 'arm', variant: 'v6' },
};

/** What may stand alone: an operating system, or a machine (Go's GOOS and GOARCH). */
const SYSTEMS = new Set(
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos'.split(
    ' ',
  ),
);
const MACHINES = new Set(
  (
    '386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 ' +
    'mips64p32le ppc riscv riscv64 s390 s390x sparc sparc64 wasm'
  ).split(' '),
);

/** What a variant runs on where none is named. */
const DEFAULT_VARIANTS: Readonly<Record<string, string>> = { arm: 'v7', arm64: 'v8', amd64: 'v1' };

/** Undefined when the text is no platform. */
export function parseWantedPlatform(text: string): WantedPlatform | undefined {
  const parts = text.toLowerCase().split('/');
  if (parts.length > 3 || parts.some((part) => !/^[a-z0-9_.-]+$/.test(part))) return undefined;
  const [first = '', second, third] = parts;
  const os = second === undefined ? 'linux' : first;
  const known = ARCHITECTURES[second ?? first];
  if (second === undefined && SYSTEMS.has(first)) return { os: first, architecture: 'amd64', variant: undefined };
  if (second === undefined && !known && !MACHINES.has(first)) return undefined;
  const architecture = known?.architecture ?? second ?? first;
  return { os, architecture, variant: third ?? known?.variant };
}

/** The image of an index that serves a platform best: the very variant, then for a platform without one the usual
 *  variant, then any. 32-bit Arm runs what older variants run. Undefined when none fits. */
export function choosePlatform(manifests: readonly Descriptor[], wanted: WantedPlatform): Descriptor | undefined {
  const ranked = manifests
    .map((descriptor) => ({ descriptor, rank: rankOf(descriptor, wanted) }))
    .filter(({ rank }) => rank > 0)
    .sort((a, b) => b.rank - a.rank);
  return ranked[0]?.descriptor;
}

/** The images that an index offers, as people write platforms; attestations are none. */
export function platformsOf(manifests: readonly Descriptor[]): string[] {
  const names = manifests.map(({ platform }) => platform && platformText(platform));
  return [...new Set(names.filter((name) => name !== undefined && !name.startsWith('unknown')))] as string[];
}

export function platformText({ os, architecture, variant }: Platform): string {
  return [os, architecture, ...(variant === undefined ? [] : [variant])].join('/');
}

function rankOf({ platform, mediaType }: Descriptor, wanted: WantedPlatform): number {
  if (!platform || isIndexType(mediaType)) return 0;
  if (platform.os !== wanted.os || platform.architecture !== wanted.architecture) return 0;
  const usual = DEFAULT_VARIANTS[wanted.architecture];
  const has = platform.variant ?? usual;
  if (wanted.variant !== undefined) {
    if (has === wanted.variant) return 100;
    return wanted.architecture === 'arm' ? olderArmRank(has, wanted.variant) : 0;
  }
  return has === usual ? 100 : wanted.architecture === 'arm' ? olderArmRank(has, usual) || 1 : 1;
}

/** v7 runs v6 and v5: the newest that still runs. */
function olderArmRank(has: string | undefined, wanted: string | undefined): number {
  const hasVersion = Number(/^v(\d)$/.exec(has ?? '')?.[1] ?? Number.NaN);
  const wantedVersion = Number(/^v(\d)$/.exec(wanted ?? '')?.[1] ?? Number.NaN);
  return hasVersion < wantedVersion && hasVersion >= 5 ? 10 + hasVersion : 0;
}
