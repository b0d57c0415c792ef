import { urlInput } from './opening/urlInput.ts';
import { type Route, formatRoute, parseRoute } from './route.ts';

/** What the query of the page's address asks for: `?lang=zh&theme=dark&embed&url=https://…`. */
export interface AddressQuery {
  readonly language: 'en' | 'zh' | undefined;
  readonly theme: 'light' | 'dark' | undefined;
  /** In a frame of another page: without what belongs to a page of its own. */
  readonly isEmbedded: boolean;
  /** An archive to offer. */
  readonly url: string | undefined;
}

/** What is unknown is left out. */
export function addressQuery(search: string): AddressQuery {
  const query = new URLSearchParams(search);
  const [language, theme] = [query.get('lang'), query.get('theme')];
  const url = query.get('url');
  return {
    language: language === 'en' || language === 'zh' ? language : undefined,
    theme: theme === 'light' || theme === 'dark' ? theme : undefined,
    isEmbedded: query.has('embed') && query.get('embed') !== 'no',
    url: url !== null && urlInput(url) ? url : undefined,
  };
}

/** In the place of an archive's id in links: ids are this browser's own. */
const LINKED_ID = 'linked';

/** A link to a place in an archive that lies at an address: for others, who open it there first. */
export function linkTo(page: string, archiveUrl: string, route: Route): string {
  const link = new URL(page);
  link.search = `?${new URLSearchParams({ url: archiveUrl })}`;
  link.hash = formatRoute({ ...route, archiveId: LINKED_ID });
  return link.href;
}

/** The place that a link names; undefined where it names none, or one of this browser's own. */
export function linkedRoute(hash: string): Route | undefined {
  const route = parseRoute(hash);
  return route.archiveId === LINKED_ID ? route : undefined;
}
