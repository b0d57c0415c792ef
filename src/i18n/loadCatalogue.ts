import type { Catalogue, CatalogueName, Language } from './messages.ts';

const LOADERS: Readonly<Record<`${Language}/${CatalogueName}`, () => Promise<{ default: Catalogue }>>> = {
  'en/shell': () => import('./en/shell.json'),
  'en/panels': () => import('./en/panels.json'),
  'en/findings': () => import('./en/findings.json'),
  'en/companion': () => import('./en/companion.json'),
  'en/lab': () => import('./en/lab.json'),
  'en/builds': () => import('./en/builds.json'),
  'en/pull': () => import('./en/pull.json'),
  'zh/shell': () => import('./zh/shell.json'),
  'zh/panels': () => import('./zh/panels.json'),
  'zh/findings': () => import('./zh/findings.json'),
  'zh/companion': () => import('./zh/companion.json'),
  'zh/lab': () => import('./zh/lab.json'),
  'zh/builds': () => import('./zh/builds.json'),
  'zh/pull': () => import('./zh/pull.json'),
};

/** The messages of one catalogue in one language, as a chunk of its own. */
export async function loadCatalogue(language: Language, name: CatalogueName): Promise<Catalogue> {
  return (await LOADERS[`${language}/${name}`]()).default;
}
