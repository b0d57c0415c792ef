// Platforms as containerd writes and reads them (containerd/platforms): `linux/arm/v7`, `windows(10.0.17763)/amd64`.
import { BuildError } from '../buildError.ts';
import { quote } from '../go/quote.ts';

export interface BuildPlatform {
  readonly os: string;
  readonly osVersion: string;
  readonly architecture: string;
  readonly variant: string;
  /** As `windows(10.0.17763+win32k)` names them. */
  readonly osFeatures?: readonly string[];
}

export const DEFAULT_PLATFORM: BuildPlatform = { os: 'linux', osVersion: '', architecture: 'amd64', variant: '' };

const SYSTEMS =
  'aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9 solaris windows zos';
const ARCHITECTURES =
  '386 amd64 amd64p32 arm armbe arm64 arm64be ppc64 ppc64le loong64 mips mipsle mips64 mips64le mips64p32 mips64p32le ' +
  'ppc riscv riscv64 s390 s390x sparc sparc64 wasm';

/** The OS, its version and its features; and each part behind it. */
const SYSTEM_FORM = '^([A-Za-z0-9_-]+)(?:\\(([A-Za-z0-9_.%-]*)((?:\\+[A-Za-z0-9_.%-]+)*)\\))?$';
const PART_FORM = '^[A-Za-z0-9_.-]+$';
const SYSTEM = new RegExp(SYSTEM_FORM);
const PART = new RegExp(PART_FORM);

/** Throws BuildError `platform` with containerd's words. A lone OS or architecture is completed from `host`. */
export function parsePlatform(text: string, host: BuildPlatform = DEFAULT_PLATFORM): BuildPlatform {
  if (text.includes('*')) throw fault(`${quote(text)}: wildcards not yet supported`);
  const pieces = text.split('/');
  const parts = pieces.length > 4 ? [...pieces.slice(0, 3), pieces.slice(3).join('/')] : pieces;
  const [system, architecture, variant] = parts as [string, string | undefined, string | undefined];
  const named = SYSTEM.exec(system);
  if (!named) {
    const why = `OSAndVersion specifier component must match ${quote(SYSTEM_FORM)}`;
    throw fault(`${quote(system)} is an invalid OS component of ${quote(text)}: ${why}`);
  }
  const os = systemName(named[1] as string);
  const version = named[2] ?? '';
  const osVersion = decodeOption(version, `${quote(text)} has an invalid OS version ${quote(version)}`);
  const features = osFeatures(named[3] ?? '', text);
  for (const part of parts.slice(1)) {
    if (PART.test(part)) continue;
    const why = `platform specifier component must match ${quote(PART_FORM)}`;
    throw fault(`${quote(part)} is an invalid component of ${quote(text)}: ${why}`);
  }
  if (architecture === undefined) return alone(text, { os, osVersion, ...features }, host);
  if (parts.length > 3) throw fault(`${quote(text)}: cannot parse platform specifier`);
  const exact = architectureName(architecture, variant ?? '');
  if (variant === undefined) return { os, osVersion, ...withoutDefaultVariant(exact), ...features };
  const isPlainArm64 = exact.architecture === 'arm64' && exact.variant === '';
  return { os, osVersion, ...exact, variant: isPlainArm64 ? 'v8' : exact.variant, ...features };
}

/** `linux/arm/v7`. */
export function formatPlatform({ os, architecture, variant }: BuildPlatform): string {
  return os === '' ? 'unknown' : [os, architecture, variant].filter((part) => part !== '').join('/');
}

/** The same with the OS's version and features. */
export function formatPlatformFull(platform: BuildPlatform): string {
  const { os, osVersion, osFeatures: named = [] } = platform;
  const features = [...new Set(named)].sort().map((feature) => `+${encodeOption(feature)}`);
  const options = encodeOption(osVersion) + features.join('');
  return formatPlatform(options === '' || os === '' ? platform : { ...platform, os: `${os}(${options})` });
}

type System = Pick<BuildPlatform, 'os' | 'osVersion' | 'osFeatures'>;

function alone(text: string, system: System, host: BuildPlatform): BuildPlatform {
  if (SYSTEMS.split(' ').includes(system.os)) return { ...host, ...system };
  const exact = withoutDefaultVariant(architectureName(text, ''));
  if (ARCHITECTURES.split(' ').includes(exact.architecture)) {
    return { ...exact, ...system, os: host.os };
  }
  throw fault(`${quote(text)}: unknown operating system or architecture`);
}

// `+a+b`: none is no list.
function osFeatures(list: string, text: string): Pick<BuildPlatform, 'osFeatures'> {
  if (list === '') return {};
  const names = list.slice(1).split('+');
  const fault = (name: string) => `${quote(text)} has invalid OS features: invalid os feature ${quote(name)}`;
  return { osFeatures: names.map((name) => decodeOption(name, fault(name))) };
}

// url.PathUnescape.
function decodeOption(option: string, fault: string): string {
  const wrong = /%(?![0-9A-Fa-f]{2}).{0,2}/.exec(option);
  if (wrong) throw new BuildError('platform', `${fault}: invalid URL escape ${quote(wrong[0])}`);
  const bytes = option.replace(/%([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
  return new TextDecoder().decode(Uint8Array.from(bytes, (byte) => byte.charCodeAt(0)));
}

function encodeOption(option: string): string {
  return option.replace(/[%+()]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
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
