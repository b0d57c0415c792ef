import { type JsonWritable, writeJson } from '../image/writeJson.ts';
import { type Client, ClientError, describeError } from './client.ts';
import { CONTAINER_INSPECT_RESPONSE } from './goTypes/container.ts';
import { IMAGE_INSPECT_20_10, IMAGE_INSPECT_RESPONSE } from './goTypes/image.ts';
import { NETWORK_INSPECT } from './goTypes/network.ts';
import { VOLUME_VOLUME } from './goTypes/volume.ts';
import { anyFromJson, fromJson } from './template/goJson.ts';
import type { GoType } from './template/goValue.ts';
import { Template } from './template/template.ts';
import { TemplateError } from './template/templateError.ts';

/** A document of the engine, and the Go type that the client reads it into. */
export interface Inspected {
  readonly type: GoType;
  readonly document: Readonly<Record<string, JsonWritable>>;
  /** The client keeps no document beside the type. */
  readonly isTypeOnly?: boolean;
}

const TEMPLATE_STATUS = 64;

export function inspectedContainer(client: Client, name: string, wantsSize: boolean): Inspected {
  return { type: CONTAINER_INSPECT_RESPONSE, document: client.engine.containers.inspect(name, { wantsSize }) };
}

export function inspectedImage(client: Client, name: string): Inspected {
  if (name === '') throw new ClientError('Error: No such image: ');
  const type = client.vintage === '20.10' ? IMAGE_INSPECT_20_10 : IMAGE_INSPECT_RESPONSE;
  return { type, document: client.engine.images.inspect(name) };
}

export function inspectedVolume(client: Client, name: string): Inspected {
  const isTypeOnly = client.vintage !== '20.10';
  return { type: VOLUME_VOLUME, document: client.engine.volumes.inspect(name), isTypeOnly };
}

export function inspectedNetwork(client: Client, name: string): Inspected {
  return { type: NETWORK_INSPECT, document: client.engine.networks.inspect(name) };
}

/** Prints what a look-up gives for each name: an array of documents, or a line of a template for each. Names that are
 *  not found are told at the end. */
export async function printInspected(
  client: Client,
  names: readonly string[],
  format: string,
  find: (name: string) => Inspected | Promise<Inspected>,
): Promise<number> {
  const isJson = format === '' || format === 'json';
  const template = isJson ? undefined : readTemplate(format);
  const documents: JsonWritable[] = [];
  const problems: string[] = [];
  let text = '';
  for (const name of names) {
    try {
      const found = await find(name);
      if (template) text += `${executeOn(template, found)}\n`;
      else documents.push(found.document);
    } catch (error) {
      const problem =
        error instanceof TemplateError ? `template parsing error: ${error.message}` : describeError(error);
      if (problem === undefined) throw error;
      problems.push(problem);
    }
  }
  if (template) await client.print(text || '\n');
  else if (documents.length === 0) await client.print('[]\n');
  else await client.print(`${format === '' ? indentJson(documents, '    ') : writeJson(documents)}\n`);
  if (problems.length > 0) throw new ClientError(problems.join('\n'));
  return 0;
}

function readTemplate(format: string): Template {
  try {
    return new Template(format);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw new ClientError(`template parsing error: ${error.message}`, TEMPLATE_STATUS);
  }
}

// What does not fit the type of the client is tried on the document as it came.
function executeOn(template: Template, { type, document, isTypeOnly = false }: Inspected): string {
  try {
    return template.execute(fromJson(type, document));
  } catch (error) {
    if (!(error instanceof TemplateError) || isTypeOnly) throw error;
    return template.execute(anyFromJson(document), { requiresKeys: true });
  }
}

/** JSON with a line for each member, as Go's json.Indent writes it. */
export function indentJson(value: JsonWritable, step: string, margin = ''): string {
  if (value === null || typeof value !== 'object') return writeJson(value);
  const inner = margin + step;
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((one: JsonWritable) => inner + indentJson(one, step, inner)).join(',\n')}\n${margin}]`;
  }
  const entries = value instanceof Map ? [...(value as Map<string, JsonWritable>)] : Object.entries(value);
  const rows = entries.flatMap(([key, one]: [string, JsonWritable | undefined]) =>
    one === undefined ? [] : [`${inner}${writeJson(key)}: ${indentJson(one, step, inner)}`],
  );
  return rows.length === 0 ? '{}' : `{\n${rows.join(',\n')}\n${margin}}`;
}
