/** Terminal colours, or none (NO_COLOR, a pipe, TERM=dumb). */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  blue(text: string): string;
  /** The colour of a layer's number: the same number has the same colour everywhere. */
  layer(index: number, text: string): string;
}

const LAYER_COLOURS = [36, 33, 35, 32, 34, 31, 96, 93];

function terminalStyle(): Style {
  const paint = (code: number) => (text: string) => `\u001b[${code}m${text}\u001b[0m`;
  return {
    bold: paint(1),
    dim: paint(2),
    red: paint(31),
    green: paint(32),
    yellow: paint(33),
    blue: paint(34),
    layer: (index, text) => paint(LAYER_COLOURS[index % LAYER_COLOURS.length] as number)(text),
  };
}

function plainStyle(): Style {
  const same = (text: string): string => text;
  return {
    bold: same,
    dim: same,
    red: same,
    green: same,
    yellow: same,
    blue: same,
    layer: (_index, text) => text,
  };
}

/** Colour on a terminal, unless NO_COLOR is set and not empty (no-color.org) or the terminal is dumb. */
export function chooseStyle(environment: { readonly [name: string]: string | undefined }, isTerminal: boolean): Style {
  const plain = !isTerminal || (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb';
  return plain ? plainStyle() : terminalStyle();
}
