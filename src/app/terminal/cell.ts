/** How a character looks: foreground and background (0 the default, else 1 + one of 256 colours) and flags, in one
 *  number. */
export type Look = number;

export const PLAIN: Look = 0;

export const LookFlag = {
  bold: 1 << 18,
  dim: 1 << 19,
  italic: 1 << 20,
  underline: 1 << 21,
  inverse: 1 << 22,
  hidden: 1 << 23,
  strike: 1 << 24,
} as const;

const COLOUR_BITS = 9;
const COLOUR_MASK = (1 << COLOUR_BITS) - 1;

/** 0 for the default, else 1 + the number of the colour. */
export function foreground(look: Look): number {
  return look & COLOUR_MASK;
}

export function background(look: Look): number {
  return (look >> COLOUR_BITS) & COLOUR_MASK;
}

export function withForeground(look: Look, colour: number): Look {
  return (look & ~COLOUR_MASK) | colour;
}

export function withBackground(look: Look, colour: number): Look {
  return (look & ~(COLOUR_MASK << COLOUR_BITS)) | (colour << COLOUR_BITS);
}

/** The pen after `CSI parameters m` (ECMA-48 SGR, with xterm's 256 colours; true colours become the nearest). */
export function applySgr(look: Look, parameters: readonly number[]): Look {
  let pen = look;
  for (let i = 0; i < parameters.length; i++) {
    const code = parameters[i] as number;
    if (code === 38 || code === 48) {
      const { colour, used } = extendedColour(parameters, i + 1);
      i += used;
      if (colour !== undefined) pen = code === 38 ? withForeground(pen, colour + 1) : withBackground(pen, colour + 1);
    } else pen = applyOne(pen, code);
  }
  return pen;
}

function applyOne(pen: Look, code: number): Look {
  const on = ON[code];
  if (on !== undefined) return pen | on;
  const off = OFF[code];
  if (off !== undefined) return pen & ~off;
  if (code === 0) return PLAIN;
  if (code === 39) return withForeground(pen, 0);
  if (code === 49) return withBackground(pen, 0);
  if (code >= 30 && code <= 37) return withForeground(pen, code - 30 + 1);
  if (code >= 40 && code <= 47) return withBackground(pen, code - 40 + 1);
  if (code >= 90 && code <= 97) return withForeground(pen, code - 90 + 8 + 1);
  if (code >= 100 && code <= 107) return withBackground(pen, code - 100 + 8 + 1);
  return pen;
}

const ON: Readonly<Record<number, number>> = {
  1: LookFlag.bold,
  2: LookFlag.dim,
  3: LookFlag.italic,
  4: LookFlag.underline,
  7: LookFlag.inverse,
  8: LookFlag.hidden,
  9: LookFlag.strike,
};

const OFF: Readonly<Record<number, number>> = {
  22: LookFlag.bold | LookFlag.dim,
  23: LookFlag.italic,
  24: LookFlag.underline,
  27: LookFlag.inverse,
  28: LookFlag.hidden,
  29: LookFlag.strike,
};

/** `5;N` or `2;R;G;B`. */
function extendedColour(parameters: readonly number[], at: number): { colour: number | undefined; used: number } {
  if (parameters[at] === 5) return { colour: (parameters[at + 1] ?? 0) & 255, used: 2 };
  if (parameters[at] !== 2) return { colour: undefined, used: 0 };
  const cube = (value = 0) => Math.round((Math.min(255, value) / 255) * 5);
  const [red, green, blue] = [1, 2, 3].map((i) => cube(parameters[at + i])) as [number, number, number];
  return { colour: 16 + 36 * red + 6 * green + blue, used: 4 };
}
