/** How an image of the catalogue is made: `images/NAME.json`, written by `scripts/catalogue/images.mjs`. */
export interface ImageRecipe {
  /** `library/redis`, without a registry. */
  readonly repository: string;
  readonly tags: readonly string[];
  /** As `docker search` shows it. */
  readonly description: string;
  readonly stars: number;
  /** RFC 3339. */
  readonly created: string;
  /** Whose layers and history come first: the name of another recipe. */
  readonly from?: string;
  /** The `config` of the image's config, keys as docker writes them. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly steps: readonly RecipeStep[];
}

export interface RecipeStep {
  readonly createdBy: string;
  readonly comment?: string;
  /** RFC 3339; the image's where there is none. */
  readonly created?: string;
  /** Without one the step changed no file. */
  readonly layer?: RecipeLayer;
}

export interface RecipeLayer {
  /** Packages of Debian whose files it holds; 'base' stands for what every Debian holds. */
  readonly packages?: readonly string[];
  /** Directories of the packages that the image leaves out, as regular expressions. */
  readonly without?: readonly string[];
  /** Whether `/bin`, `/sbin` and `/lib` are links into `/usr`. */
  readonly isUsrMerged?: boolean;
  /** A listing in the packed form of `readListing`, or the path of a file that holds one. */
  readonly listing?: string;
  readonly listingFile?: string;
  /** Texts by path; `#755` behind a path sets its mode. */
  readonly texts?: Readonly<Record<string, string>>;
}
