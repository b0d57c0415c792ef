import type { CatalogueEntry } from '../../../catalogue/catalogue.ts';
import type { CatalogueFiles } from '../../../catalogue/catalogueFiles.ts';
import type { ImageRecipe } from '../../../catalogue/recipe.ts';
import { readStages } from '../../../build/instructions/readStages.ts';
import { Linter } from '../../../build/lint/linter.ts';
import { LINT_RULES, type LintRuleName } from '../../../build/lint/rules.ts';
import { parseDockerfile } from '../../../build/parse/parseDockerfile.ts';
import { checkDockerfile } from '../../../build/plan/planBuild.ts';
import type { BaseConfig } from '../../../build/plan/stageState.ts';
import { isReference, parseReference, withDefaultTag } from '../../../image/reference.ts';
import { nodeCatalogue } from '../../machine/nodeCatalogue.ts';

interface DocumentedRule {
  readonly rule: string;
  readonly examples: readonly { readonly verdict: 'good' | 'bad'; readonly dockerfile: string }[];
}

/** Of images that the catalogue does not have. */
const PLAIN_IMAGE: BaseConfig = { env: [], workingDir: '', user: '', shell: [], onBuild: [] };

/** A rule's page: some bad example is reported by the rule, no good one is. Examples are often parts of a Dockerfile:
 *  those without FROM get one. An experimental rule is asked for by the bad ones only. A page's ignore file is not
 *  recorded: it is one that leaves out what the bad examples copy. */
export async function judgeRulePage({ rule, examples }: DocumentedRule): Promise<string | undefined> {
  const known = LINT_RULES.get(rule as LintRuleName);
  if (!known) return `there is no rule ${rule}`;
  const bad = examples.filter((example) => example.verdict === 'bad').map(({ dockerfile }) => withFrom(dockerfile));
  const good = examples.filter((example) => example.verdict === 'good').map(({ dockerfile }) => withFrom(dockerfile));
  const bases = await knownBases([...bad, ...good]);
  const ignorePatterns = known.name === 'CopyIgnoredFile' ? bad.flatMap(copiedSources) : [];
  const isReported = (dockerfile: string) =>
    checkDockerfile(dockerfile, {
      baseConfig: (reference) => bases.get(reference) ?? PLAIN_IMAGE,
      allStages: true,
      ignorePatterns,
    }).findings.some((finding) => finding.rule === known);
  const asked = (dockerfile: string) =>
    known.experimental ? `# check=experimental=${rule}\n${dockerfile}` : dockerfile;
  if (bad.length > 0 && !bad.some((dockerfile) => isReported(asked(dockerfile)))) {
    return `no bad example of ${rule} is reported`;
  }
  const wrong = good.find(isReported);
  return wrong && `a good example of ${rule} is reported: ${JSON.stringify(wrong)}`;
}

// After directives, which must come first.
function withFrom(dockerfile: string): string {
  if (/^\s*from\s/im.test(dockerfile)) return dockerfile;
  const directives = /^(?:#[^\n]*=[^\n]*\n)*/.exec(dockerfile)?.[0] ?? '';
  return `${directives}FROM scratch\n${dockerfile.slice(directives.length)}`;
}

function copiedSources(dockerfile: string): string[] {
  const { stages } = readStages(parseDockerfile(dockerfile).nodes, new Linter());
  const bodies = stages.flatMap(({ instructions }) => instructions.map(({ body }) => body));
  return bodies.flatMap((body) => (body.kind === 'COPY' || body.kind === 'ADD' ? body.sources : []));
}

/** Configs of the catalogue by the whole reference, for every base that is named. */
async function knownBases(dockerfiles: readonly string[]): Promise<ReadonlyMap<string, BaseConfig>> {
  const words = dockerfiles.flatMap((text) => [...text.matchAll(/^\s*from\s+(?:--\S+\s+)*([^\s$]+)/gim)]);
  const found = new Map<string, BaseConfig>();
  const files = nodeCatalogue();
  const entries = await readEntries(files);
  for (const [, word = ''] of words) {
    if (!isReference(word)) continue;
    const { path, tag = '' } = withDefaultTag(parseReference(word));
    const entry = entries.find(({ repository, tags }) => repository === path && tags.includes(tag));
    if (!entry) continue;
    const { config } = JSON.parse(await files.text(`images/${entry.name}.json`)) as ImageRecipe;
    const env = (config.Env ?? []) as readonly string[];
    found.set(word, { ...PLAIN_IMAGE, env });
  }
  return found;
}

// Where the catalogue was not built, no base is known.
async function readEntries(files: CatalogueFiles): Promise<readonly CatalogueEntry[]> {
  const text = await files.text('images/index.json').catch(() => '[]');
  return JSON.parse(text) as readonly CatalogueEntry[];
}
