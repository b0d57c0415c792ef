import { encodeName } from '../../bytes/byteName.ts';
import type { TarEntryType } from '../../tar/tarEntry.ts';
import type { Flavour } from '../kernel/program.ts';
import { permissionText } from './modeText.ts';
import { localTime, strftime } from './strftime.ts';
import type { TimeZone } from './timeZone.ts';

/** What a line of `tar -tv` shows. */
export interface ListedMember {
  readonly name: string;
  readonly type: TarEntryType;
  readonly mode: number;
  readonly user: string;
  readonly group: string;
  readonly sizeBytes: number;
  readonly deviceMajor: number;
  readonly deviceMinor: number;
  readonly mtimeSec: number;
  readonly linkName: string;
}

const LETTERS: Readonly<Record<TarEntryType, string>> = {
  file: '-',
  directory: 'd',
  symlink: 'l',
  hardlink: 'h',
  charDevice: 'c',
  blockDevice: 'b',
  fifo: 'p',
};
/** Owner and size get this much room, and more from the first line on that needs it. */
const FIRST_WIDTH = 19;

/** Writes long lines; columns widen as they must. */
export class TarListing {
  readonly #flavour: Flavour;
  readonly #zone: TimeZone;
  readonly #hasSeconds: boolean;
  #width = FIRST_WIDTH;

  constructor(flavour: Flavour, zone: TimeZone, form: { readonly fullTime: boolean }) {
    this.#flavour = flavour;
    this.#zone = zone;
    this.#hasSeconds = form.fullTime || flavour === 'busybox';
  }

  line(member: ListedMember): string {
    const { type } = member;
    const isBusybox = this.#flavour === 'busybox';
    const letter = isBusybox && type === 'hardlink' ? '-' : LETTERS[type];
    const mode = letter + permissionText(member.mode);
    const isDevice = type === 'charDevice' || type === 'blockDevice';
    const shownSize = type === 'file' ? member.sizeBytes : 0;
    const size = isDevice && !isBusybox ? `${member.deviceMajor},${member.deviceMinor}` : String(shownSize);
    const owner = `${member.user}/${member.group}`;
    const time = strftime(
      this.#hasSeconds ? '%Y-%m-%d %H:%M:%S' : '%Y-%m-%d %H:%M',
      localTime({ sec: member.mtimeSec, nsec: 0 }, this.#zone),
    );
    let name = escapedName(member.name, this.#flavour);
    if (type === 'symlink' || (isBusybox && type === 'hardlink'))
      name += ` -> ${escapedName(member.linkName, this.#flavour)}`;
    else if (type === 'hardlink') name += ` link to ${escapedName(member.linkName, this.#flavour)}`;
    if (isBusybox) return `${mode} ${owner} ${size.padStart(9)} ${time} ${name}\n`;
    this.#width = Math.max(this.#width, owner.length + 1 + size.length);
    return `${mode} ${owner} ${size.padStart(this.#width - owner.length - 1)} ${time} ${name}\n`;
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
};

/** As GNU tar writes names in the C locale (quotearg's "escape"). */
export function escapedName(name: string, flavour: Flavour = 'gnu'): string {
  if (flavour === 'busybox' || !/[^ -[\]-~]/.test(name)) return name;
  return [...name]
    .map((character) => {
      const short = ESCAPES[character];
      if (short) return short;
      if (/[ -~]/.test(character)) return character;
      return [...encodeName(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
    })
    .join('');
}
