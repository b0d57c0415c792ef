/** How a layer looks wherever it appears: a number, one of eight colours, and a hatch, so that colour is never
 *  alone. Layers eight apart share a colour but not a hatch; 64 looks before one repeats. */
export interface LayerLook {
  /** As people count: the base is 1. */
  readonly number: number;
  /** 0..7: `--layer-0` … `--layer-7` in theme.css. */
  readonly colour: number;
  /** 0..7: position in HATCHES. */
  readonly hatch: number;
}

/** Lines of a hatch: one or two families of parallels, gap and width in px. */
export interface Hatch {
  readonly anglesDeg: readonly number[];
  readonly gapPx: number;
  readonly widthPx: number;
}

export const HATCHES: readonly Hatch[] = [
  { anglesDeg: [], gapPx: 0, widthPx: 0 },
  { anglesDeg: [45], gapPx: 6, widthPx: 1.5 },
  { anglesDeg: [0], gapPx: 5, widthPx: 1.5 },
  { anglesDeg: [135], gapPx: 6, widthPx: 1.5 },
  { anglesDeg: [90], gapPx: 5, widthPx: 1.5 },
  { anglesDeg: [45, 135], gapPx: 8, widthPx: 1.25 },
  { anglesDeg: [0, 90], gapPx: 7, widthPx: 1.25 },
  { anglesDeg: [45], gapPx: 3.5, widthPx: 1.25 },
];

export function layerLook(position: number): LayerLook {
  return { number: position + 1, colour: position % 8, hatch: (position + Math.floor(position / 8)) % 8 };
}

/** CSS value of a layer's colour. */
export function layerColour(position: number): string {
  return `var(--layer-${layerLook(position).colour})`;
}

/** CSS `background` of a layer: its hatch over its colour. */
export function layerBackground(position: number): string {
  const look = layerLook(position);
  const hatch = HATCHES[look.hatch] as Hatch;
  const lines = hatch.anglesDeg.map(
    (angle) =>
      `repeating-linear-gradient(${angle}deg, var(--hatch-ink) 0 ${hatch.widthPx}px, transparent ${hatch.widthPx}px ${hatch.gapPx}px)`,
  );
  return [...lines, `var(--layer-${look.colour})`].join(', ');
}
