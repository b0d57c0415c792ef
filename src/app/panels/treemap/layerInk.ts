import { HATCHES, layerLook } from '../../layers/layerLook.ts';

/** Lines lie further apart than on a small swatch: large areas would flicker. */
const SPREAD = 1.7;

/** A layer's fill for a canvas: its colour with its hatch over it, as everywhere else on the page. */
export class LayerInk {
  readonly #style: CSSStyleDeclaration;
  readonly #context: CanvasRenderingContext2D;
  readonly #fills = new Map<number, CanvasPattern | string>();

  /** Colours are those of the element at this moment: make a new one when the theme changes. */
  constructor(context: CanvasRenderingContext2D, element: Element) {
    this.#context = context;
    this.#style = getComputedStyle(element);
  }

  colour(property: string): string {
    return resolved(this.#style, property);
  }

  fill(position: number): CanvasPattern | string {
    let fill = this.#fills.get(position);
    if (fill === undefined) {
      fill = this.#pattern(position);
      this.#fills.set(position, fill);
    }
    return fill;
  }

  #pattern(position: number): CanvasPattern | string {
    const look = layerLook(position);
    const colour = this.colour(`--layer-${look.colour}`);
    const hatch = HATCHES[look.hatch];
    if (!hatch || hatch.anglesDeg.length === 0) return colour;
    const tile = document.createElement('canvas');
    // A tile must hold whole periods of slanted lines: the period along an edge is gap * sqrt 2.
    const slanted = hatch.anglesDeg.some((angle) => angle % 90 !== 0);
    const sizePx = Math.max(4, Math.round(hatch.gapPx * SPREAD * (slanted ? Math.SQRT2 : 1)));
    const scale = 2;
    tile.width = sizePx * scale;
    tile.height = sizePx * scale;
    const context = tile.getContext('2d');
    if (!context) return colour;
    context.scale(scale, scale);
    context.fillStyle = colour;
    context.fillRect(0, 0, sizePx, sizePx);
    context.strokeStyle = this.colour('--hatch-ink');
    context.lineWidth = hatch.widthPx;
    for (const angle of hatch.anglesDeg) strokeAcross(context, sizePx, angle);
    const pattern = this.#context.createPattern(tile, 'repeat');
    pattern?.setTransform(new DOMMatrix().scale(1 / scale));
    return pattern ?? colour;
  }
}

/** Lines through the tile; the CSS gradient's angle points across its lines. */
function strokeAcross(context: CanvasRenderingContext2D, sizePx: number, angleDeg: number): void {
  const half = sizePx / 2;
  context.beginPath();
  if (angleDeg === 0) {
    context.moveTo(0, half);
    context.lineTo(sizePx, half);
  } else if (angleDeg === 90) {
    context.moveTo(half, 0);
    context.lineTo(half, sizePx);
  } else {
    // Three lines, so that the corners of neighbouring tiles meet.
    for (const shift of [-sizePx, 0, sizePx]) {
      const [from, to] = angleDeg < 90 ? [0, sizePx] : [sizePx, 0];
      context.moveTo(shift - 1, from - (from === 0 ? 1 : -1));
      context.lineTo(shift + sizePx + 1, to + (to === 0 ? -1 : 1));
    }
  }
  context.stroke();
}

/** A custom property's colour, with `light-dark()` resolved by the browser. */
function resolved(style: CSSStyleDeclaration, property: string): string {
  const probe = document.createElement('span');
  probe.style.display = 'none';
  probe.style.color = style.getPropertyValue(property);
  probe.style.colorScheme = style.colorScheme;
  // A canvas is a picture: forced colours would make it one colour.
  probe.style.setProperty('forced-color-adjust', 'none');
  document.body.append(probe);
  const colour = getComputedStyle(probe).color;
  probe.remove();
  return colour;
}
