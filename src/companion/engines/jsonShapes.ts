/** What engines say, read leniently: a field of another type reads as absent. */

export type Shape = Readonly<Record<string, unknown>>;

export function shapeOf(value: unknown): Shape | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Shape) : undefined;
}

export function parseShape(text: string): Shape | undefined {
  try {
    return shapeOf(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function textAt(shape: Shape | undefined, name: string): string | undefined {
  const value = shape?.[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberAt(shape: Shape | undefined, name: string): number | undefined {
  const value = shape?.[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function shapesAt(shape: Shape | undefined, name: string): Shape[] {
  const value = shape?.[name];
  return Array.isArray(value) ? value.map(shapeOf).filter((one) => one !== undefined) : [];
}
