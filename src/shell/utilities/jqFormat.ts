import { decodeName, encodeName } from '../../bytes/byteName.ts';
import { type Json, JqError } from './jqSyntax.ts';
import { described, jsonText } from './jqValue.ts';

const ENTITIES: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  "'": '&#39;',
  '"': '&quot;',
};

/** `@text`, `@json`, `@csv`, … */
export function formatJq(name: string, value: Json): Json {
  const text = typeof value === 'string' ? value : jsonText(value);
  switch (name) {
    case '@text':
      return text;
    case '@json':
      return jsonText(value);
    case '@html':
      return text.replace(/[<>&'"]/g, (character) => ENTITIES[character] as string);
    case '@uri':
      return [...encodeName(text)]
        .map((byte) =>
          /[A-Za-z0-9\-_.~]/.test(String.fromCharCode(byte))
            ? String.fromCharCode(byte)
            : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`,
        )
        .join('');
    case '@base64':
      return btoa(String.fromCharCode(...encodeName(text)));
    case '@base64d':
      try {
        return decodeName(Uint8Array.from(atob(text), (character) => character.charCodeAt(0)));
      } catch {
        throw new JqError('run', `${described(value)} is not valid base64 data`);
      }
    case '@csv':
      return row(
        value,
        'csv',
        (item) => (typeof item === 'string' ? `"${item.replace(/"/g, '""')}"` : jsonText(item)),
        ',',
      );
    case '@tsv':
      return row(
        value,
        'tsv',
        (item) =>
          typeof item === 'string'
            ? item.replace(/\\/g, '\\\\').replace(/\t/g, '\\t').replace(/\n/g, '\\n').replace(/\r/g, '\\r')
            : jsonText(item),
        '\t',
      );
    case '@sh':
      return (Array.isArray(value) ? (value as readonly Json[]) : [value])
        .map((item) => (typeof item === 'string' ? `'${item.replace(/'/g, "'\\''")}'` : jsonText(item)))
        .join(' ');
    default:
      throw new JqError('compile', `${name.slice(1)} is not a valid format`);
  }
}

function row(value: Json, name: string, show: (item: Json) => string, separator: string): string {
  if (!Array.isArray(value))
    throw new JqError('run', `${described(value)} cannot be ${name}-formatted, only an array can be`);
  return (value as readonly Json[])
    .map((item) => {
      if (typeof item === 'object' && item !== null)
        throw new JqError('run', `${described(item)} is not valid in a ${name} row`);
      return item === null ? '' : show(item);
    })
    .join(separator);
}
