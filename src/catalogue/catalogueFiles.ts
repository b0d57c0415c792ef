/** Where the catalogue's data lie: `debian/index.txt`, `images/redis.json`… below `catalogue/` of the built page, or in
 *  the package's folder in Node. */
export interface CatalogueFiles {
  /** Throws when there is no such file. */
  text(path: string): Promise<string>;
}
