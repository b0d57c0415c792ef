const TEXTS: Readonly<Record<number, string>> = {
  400: 'Your browser sent a request that this server could not understand.<br />',
  403: "You don't have permission to access this resource.",
  404: 'The requested URL was not found on this server.',
  405: 'The requested method is not allowed for this URL.',
};

/** The page of a status, as httpd has them. */
export function httpdErrorPage(status: number, reason: string, target?: string): string {
  const text =
    target === undefined || !target.includes(':')
      ? (TEXTS[status] ?? '')
      : `The document has moved <a href="${escaped(target)}">here</a>.`;
  return `<!DOCTYPE HTML PUBLIC "-//IETF//DTD HTML 2.0//EN">\n<html><head>\n<title>${status} ${reason}</title>\n</head><body>\n<h1>${reason}</h1>\n<p>${text}</p>\n</body></html>\n`;
}

/** A folder's names, as mod_autoindex shows them without its options. */
export function httpdListing(path: string, names: readonly string[]): string {
  const up = path === '/' ? '' : '<li><a href="../"> Parent Directory</a></li>\n';
  const rows = names
    .filter((name) => !name.startsWith('.'))
    .map((name) => `<li><a href="${encodeURI(name)}"> ${escaped(name)}</a></li>\n`);
  return `<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n  <title>Index of ${escaped(path)}</title>\n </head>\n <body>\n<h1>Index of ${escaped(path)}</h1>\n<ul>${up}${rows.join('')}</ul>\n</body></html>\n`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
