import { shortId } from '../../engine/messages.ts';
import type { ImageSummary } from '../../engine/imageCalls.ts';
import { familiarName, parseReference } from '../../image/reference.ts';
import { humanSize } from '../humanUnits.ts';
import { formatUnixTime } from '../template/goTime.ts';
import { ago, isZeroTime } from './ago.ts';
import { isTableFormat, type RowKind } from './rows.ts';

export interface ImageRow {
  readonly image: ImageSummary;
  readonly repository: string;
  readonly tag: string;
  readonly digest: string;
  readonly truncates: boolean;
  readonly nowSec: number;
}

const NONE = '<none>';
const NOT_KNOWN = 'N/A';

export const IMAGE_ROWS: RowKind<ImageRow> = {
  typeName: 'formatter.imageContext',
  columns: {
    ID: { header: 'IMAGE ID', text: ({ image, truncates }) => (truncates ? shortId(image.id) : image.id) },
    Repository: { header: 'REPOSITORY', text: ({ repository }) => repository },
    Tag: { header: 'TAG', text: ({ tag }) => tag },
    Digest: { header: 'DIGEST', text: ({ digest }) => digest },
    CreatedSince: {
      header: 'CREATED',
      text: ({ image, nowSec }) => (isZeroTime(image.createdSec) ? '' : ago(image.createdSec, nowSec)),
    },
    CreatedAt: { header: 'CREATED AT', text: ({ image }) => formatUnixTime(image.createdSec) },
    Size: { header: 'SIZE', text: ({ image }) => humanSize(image.sizeBytes, 3) },
    Containers: {
      header: 'CONTAINERS',
      text: ({ image }) => (image.containers === -1 ? NOT_KNOWN : String(image.containers)),
    },
    VirtualSize: { header: 'SIZE', text: ({ image }) => humanSize(image.sizeBytes, 4) },
    SharedSize: {
      header: 'SHARED SIZE',
      text: ({ image }) => (image.sharedSizeBytes === -1 ? NOT_KNOWN : humanSize(image.sharedSizeBytes, 4)),
    },
    UniqueSize: {
      header: 'UNIQUE SIZE',
      text: ({ image }) =>
        image.sharedSizeBytes === -1 ? NOT_KNOWN : humanSize(image.sizeBytes - image.sharedSizeBytes, 4),
    },
  },
};

const CREATED = '{{if .CreatedSince }}{{.CreatedSince}}{{else}}N/A{{end}}';
const TABLE_FORMAT = `table {{.Repository}}\t{{.Tag}}\t{{.ID}}\t${CREATED}\t{{.Size}}`;
const TABLE_WITH_DIGESTS = `table {{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t${CREATED}\t{{.Size}}`;
const RAW_TAIL = 'image_id: {{.ID}}\ncreated_at: {{.CreatedAt}}\nvirtual_size: {{.Size}}\n';

export function imageFormat(format: string, options: { readonly isQuiet: boolean; readonly digests: boolean }): string {
  const { isQuiet, digests } = options;
  if (format === 'table') return isQuiet ? '{{.ID}}' : digests ? TABLE_WITH_DIGESTS : TABLE_FORMAT;
  if (format === 'raw') {
    if (isQuiet) return 'image_id: {{.ID}}';
    return `repository: {{ .Repository }}\ntag: {{.Tag}}\n${digests ? 'digest: {{.Digest}}\n' : ''}${RAW_TAIL}`;
  }
  const lacksDigest = digests && isTableFormat(format) && !format.includes('{{.Digest}}');
  return lacksDigest ? `${format}\t{{.Digest}}` : format;
}

/** A row for each tag, or, with digests, for each tag and digest of its repository; then repositories that have but a
 *  digest. */
export function imageRows(
  image: ImageSummary,
  options: {
    readonly truncates: boolean;
    readonly nowSec: number;
    readonly digests: boolean;
    readonly format: string;
  },
): ImageRow[] {
  const { truncates, nowSec, digests } = options;
  const row = (repository: string, tag: string, digest: string): ImageRow => ({
    image,
    repository,
    tag,
    digest,
    truncates,
    nowSec,
  });
  if (image.repoTags.length === 0 && image.repoDigests.length === 0) return [row(NONE, NONE, NONE)];
  const tags = byRepository(image.repoTags, ':');
  const digestsOf = byRepository(image.repoDigests, '@');
  const needsDigest = digests || options.format.includes('{{.Digest}}');
  const rows: ImageRow[] = [];
  for (const [repository, names] of tags) {
    const shown = needsDigest ? (digestsOf.get(repository) ?? []) : [];
    digestsOf.delete(repository);
    for (const tag of names) {
      if (shown.length === 0) rows.push(row(repository, tag, NONE));
      for (const digest of shown) rows.push(row(repository, tag, digest));
    }
  }
  for (const [repository, shown] of digestsOf) {
    if (digests) for (const digest of shown) rows.push(row(repository, NONE, digest));
    else rows.push(row(repository, NONE, ''));
  }
  return rows;
}

function byRepository(references: readonly string[], mark: ':' | '@'): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const text of references) {
    const reference = parseReference(text);
    const end = mark === ':' ? reference.tag : reference.digest;
    if (end === undefined) continue;
    const name = familiarName(reference);
    found.set(name, [...(found.get(name) ?? []), end]);
  }
  return found;
}
