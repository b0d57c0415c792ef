import { ANY, goString, type GoMethod, type GoStruct, type GoValue, STRING } from '../template/goValue.ts';
import { Template } from '../template/template.ts';
import { TemplateError } from '../template/templateError.ts';
import { alignColumns, TABLE } from './tabWriter.ts';

/** A kind of row that `--format` can print: its columns by the name in templates. */
export interface RowKind<Row> {
  /** As messages name it: `formatter.imageContext`. */
  readonly typeName: string;
  readonly columns: Readonly<Record<string, Column<Row>>>;
  /** What `.Label "name"` looks into. */
  readonly labels?: (row: Row) => Readonly<Record<string, string>> | null;
}

export interface Column<Row> {
  /** Undefined where tables do not know it. */
  readonly header?: string;
  readonly text: (row: Row) => string;
  /** The text in JSON, where it differs. */
  readonly json?: (row: Row) => string | null;
}

/** The words before Go's message, which commands differ in. */
export class FormatError extends Error {
  override readonly name = 'FormatError';
}

/** A row as templates see it. */
export function rowValue<Row>(kind: RowKind<Row>, row: Row, use: 'text' | 'json' = 'text'): GoValue {
  const methods: Record<string, GoMethod> = {};
  for (const [name, column] of Object.entries(kind.columns)) {
    const text = use === 'json' ? (column.json ?? column.text) : column.text;
    methods[name] = {
      call: () => {
        const shown = text(row);
        return shown === null ? { type: ANY, data: null } : goString(shown);
      },
    };
  }
  const { labels } = kind;
  if (labels) {
    methods.Label = {
      parameters: [STRING],
      call: (_, [name]) => goString(labels(row)?.[name?.data as string] ?? ''),
    };
  }
  const type: GoStruct = { kind: 'struct', name: kind.typeName, fields: [], methods };
  return { type: { kind: 'pointer', to: type }, data: { type, data: new Map() } };
}

const HEADER_TYPE = 'formatter.SubHeaderContext';

function headerValue<Row>(kind: RowKind<Row>): GoValue {
  const data = new Map<string, GoValue>();
  for (const [name, { header }] of Object.entries(kind.columns)) {
    if (header !== undefined) data.set(name, goString(header));
  }
  return { type: { kind: 'map', element: STRING, name: HEADER_TYPE }, data };
}

/** Go's `{{.Label "com.example.name"}}` in a line of headers is the end of that name. */
function headerWithLabels<Row>(kind: RowKind<Row>): GoValue {
  const header = headerValue(kind);
  if (!kind.labels) return header;
  const type: GoStruct = {
    kind: 'struct',
    name: HEADER_TYPE,
    fields: [...(header.data as ReadonlyMap<string, GoValue>).keys()].map((name) => ({ name, type: STRING })),
    methods: {
      Label: {
        parameters: [STRING],
        call: (_, [name]) => goString((String(name?.data).split('.').at(-1) ?? '').replace(/[-_]/g, ' ')),
      },
    },
  };
  return { type, data: header.data };
}

export function isTableFormat(format: string): boolean {
  return format.startsWith('table');
}

/** Escapes and the words `table` and `json` resolved: what is read as a template. */
export function templateText(format: string): string {
  const body = isTableFormat(format) ? format.slice('table'.length) : format === 'json' ? '{{json .}}' : format;
  return body
    .replace(/^ +| +$/g, '')
    .replaceAll('\\t', '\t')
    .replaceAll('\\n', '\n');
}

/** Rows by a format: a table with headers, or a line for each. Throws FormatError; nothing is printed then. */
export function formatRows<Row>(kind: RowKind<Row>, format: string, rows: readonly Row[]): string {
  try {
    const template = new Template(templateText(format));
    const use = format === 'json' || /\{\{\s*json\s+\.\s*\}\}/.test(format) ? 'json' : 'text';
    const body = rows.map((row) => `${template.execute(rowValue(kind, row, use))}\n`).join('');
    if (!isTableFormat(format)) return body;
    return alignColumns(
      `${template.executeHeader(format.includes('.Label ') ? headerWithLabels(kind) : headerValue(kind))}\n${body}`,
      TABLE,
    );
  } catch (error) {
    if (error instanceof TemplateError) throw new FormatError(`template parsing error: ${error.message}`);
    throw error;
  }
}

/** `a=1,b=2`. */
export function labelsText(labels: Readonly<Record<string, string>> | null): string {
  return Object.keys(labels ?? {})
    .sort()
    .map((key) => `${key}=${labels?.[key] ?? ''}`)
    .join(',');
}
