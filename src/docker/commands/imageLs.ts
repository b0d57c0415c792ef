import { filtersOf, type CommandCall, type DockerCommand } from '../client.ts';
import { IMAGE_ROWS, imageFormat, imageRows } from '../format/imageRows.ts';
import { formatRows } from '../format/rows.ts';

/** `docker images`, `docker image ls`. */
export const imageLs: DockerCommand = {
  flags: ['all', 'digests', 'filter', 'format', 'no-trunc', 'quiet'],
  async run({ client, flags, arguments: [name] }: CommandCall): Promise<number> {
    const filters = new Map(filtersOf(flags));
    if (name !== undefined && name !== '') filters.set('reference', [...(filters.get('reference') ?? []), name]);
    const images = client.engine.images.list({ isAll: flags.isOn('all'), filters });
    const isQuiet = flags.isOn('quiet');
    const configured = isQuiet ? '' : client.config.text('imagesFormat');
    const wanted = flags.text('format') || configured || 'table';
    const digests = flags.isOn('digests');
    const format = imageFormat(wanted, { isQuiet, digests });
    const truncates = !flags.isOn('no-trunc');
    const { nowSec } = client;
    const rows = images.flatMap((image) => imageRows(image, { truncates, nowSec, digests, format }));
    await client.print(formatRows(IMAGE_ROWS, format, rows));
    return 0;
  },
};
