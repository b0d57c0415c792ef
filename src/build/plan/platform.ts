// Platforms as containerd writes and reads them (containerd/platforms): `linux/arm/v7`, `windows(10.0.17763)/amd64`.
import { BuildError } from '../buildError.ts';
import { quote } from '../go/quote.ts';

export interface BuildPlatform {
  readonly os: string;
  readonly osVersion: string;
  readonly architecture: string;
  readonly variant: string;
}

export const DEFAULT_PLATFORM: BuildPlatform = { os: 'linux', osVersion: '', architecture: 'amd64', variant: '' };

const SYSTEMS =
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos';
const ARCHITECTURES =
  '386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ' +
  'ppc riscv riscv64 s390 s390x sparc sparc64 wasm';

/** Throws BuildError `platform` with containerd's words. A lone OS or architecture is completed from `host`. */
export function parsePlatform(text: string, host: BuildPlatform = DEFAULT_PLATFORM): BuildPlatform {
  if (text.includes('*')) throw fault(`${quote(text)}: wildcards not yet supported`);
  const pieces = text.split('/');
  const parts = pieces.length > 4 ? [...pieces.slice(0, 3), pieces.slice(3).join('/')] : pieces;
  const [system, architecture, variant] = parts as [string, string | undefined, string | undefined];
  const named = /^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)\))?$/.exec(system);
  if (!named) {
    const form = quote('^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.-]*)\\))?$');
    const why = `OSAndVersion specifier component must match ${form}`;
    throw fault(`${quote(system)} is an invalid OS component of ${quote(text)}: ${why}`);
  }
  for (const part of parts.slice(1)) {
    if (/^[A-Za-z0-9_-]+$/.test(part)) continue;
    const why = `platform specifier component must match ${quote('^[A-Za-z0-9_-]+$')}`;
    throw fault(`${quote(part)} is an invalid component of ${quote(text)}: ${why}`);
  }
  const os = systemName(named[1] as string);
  const osVersion = named[2] ?? '';
  if (architecture === undefined) return alone(text, os, osVersion, host);
  if (parts.length > 3) throw fault(`${quote(text)}: cannot parse platform specifier`);
  const exact = architectureName(architecture, variant ?? '');
  if (variant === undefined) return { os, osVersion, ...withoutDefaultVariant(exact) };
  const isPlainArm64 = exact.architecture === 'arm64' && exact.variant === '';
  return { os, osVersion, ...exact, variant: isPlainArm64 ? 'v8' : exact.variant };
}

/** `linux/arm/v7`. */
export function formatPlatform({ os, architecture, variant }: BuildPlatform): string {
  return os === '' ? 'unknown' : [os, architecture, variant].filter((part) => part !== '').join('/');
}

/** The same with the OS version. */
export function formatPlatformFull(platform: BuildPlatform): string {
  const { os, osVersion } = platform;
  return formatPlatform(osVersion === '' || os === '' ? platform : { ...platform, os: `${os}(${osVersion})` });
}

function alone(text: string, os: string, osVersion: string, host: BuildPlatform): BuildPlatform {
  if (SYSTEMS.split(' ').includes(os)) return { ...host, os, osVersion };
  const exact = withoutDefaultVariant(architectureName(text, ''));
  if (ARCHITECTURES.split(' ').includes(exact.architecture)) return { os: host.os, osVersion: '', ...exact };
  throw fault(`${quote(text)}: unknown operating system or architecture`);
}

function systemName(os: string): string {
  const lower = os.toLowerCase();
  return lower === 'macos' ? 'darwin' : lower;
}

interface Architecture {
  readonly architecture: string;
  readonly variant: string;
}

// Other names of the same machines, and variants that are meant anyway.
function architectureName(name: string, variantName: string): Architecture {
  const architecture = name.toLowerCase();
  const variant = variantName.toLowerCase();
  switch (architecture) {
    case 'i386':
      return { architecture: '386', variant: '' };
    case 'x86_64':
    case 'x86-64':
    case 'amd64':
      return { architecture: 'amd64', variant: variant === 'v1' ? '' : variant };
    case 'aarch64':
    case 'arm64':
      return { architecture: 'arm64', variant: variant === '8' || variant === 'v8' ? '' : variant };
    case 'armhf':
      return { architecture: 'arm', variant: 'v7' };
    case 'armel':
      return { architecture: 'arm', variant: 'v6' };
    case 'arm':
      if (variant === '' || variant === '7') return { architecture, variant: 'v7' };
      return { architecture, variant: /^[568]$/.test(variant) ? `v${variant}` : variant };
    default:
      return { architecture, variant };
  }
}

function withoutDefaultVariant({ architecture, variant }: Architecture): Architecture {
  return { architecture, variant: architecture === 'arm' && variant === 'v7' ? '' : variant };
}

function fault(message: string): BuildError {
  return new BuildError('platform', `${message}: invalid argument`);
}
