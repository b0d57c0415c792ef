import { quote } from '../go/quote.ts';

/** One of BuildKit's build checks. */
export interface LintRule {
  readonly name: LintRuleName;
  readonly description: string;
  readonly url: string;
  /** Only when `check=experimental=…` asks for it. */
  readonly experimental: boolean;
}

const DOCS = 'https://docs.docker.com/go/dockerfile/rule/';

/** BuildKit's rules (frontend/dockerfile/linter/ruleset.go): name, then page and description. */
const RULES = {
  StageNameCasing: ['stage-name-casing', 'Stage names should be lowercase'],
  FromAsCasing: ['from-as-casing', "The 'as' keyword should match the case of the 'from' keyword"],
  NoEmptyContinuation: ['no-empty-continuation', 'Empty continuation lines will become errors in a future release'],
  ConsistentInstructionCasing: [
    'consistent-instruction-casing',
    'All commands within the Dockerfile should use the same casing (either upper or lower)',
  ],
  DuplicateStageName: ['duplicate-stage-name', 'Stage names should be unique'],
  ReservedStageName: ['reserved-stage-name', 'Reserved words should not be used as stage names'],
  JSONArgsRecommended: [
    'json-args-recommended',
    'JSON arguments recommended for ENTRYPOINT/CMD to prevent unintended behavior related to OS signals',
  ],
  MaintainerDeprecated: [
    'maintainer-deprecated',
    'The MAINTAINER instruction is deprecated, use a label instead to define an image author',
  ],
  UndefinedArgInFrom: ['undefined-arg-in-from', 'FROM command must use declared ARGs'],
  WorkdirRelativePath: [
    'workdir-relative-path',
    'Relative workdir without an absolute workdir declared within the build can have unexpected results if the base image changes',
  ],
  UndefinedVar: ['undefined-var', 'Variables should be defined before their use'],
  MultipleInstructionsDisallowed: [
    'multiple-instructions-disallowed',
    'Multiple instructions of the same type should not be used in the same stage',
  ],
  LegacyKeyValueFormat: [
    'legacy-key-value-format',
    'Legacy key/value format with whitespace separator should not be used',
  ],
  InvalidBaseImagePlatform: ['', 'Base image platform does not match expected target platform'],
  RedundantTargetPlatform: [
    'redundant-target-platform',
    'Setting platform to predefined $TARGETPLATFORM in FROM is redundant as this is the default behavior',
  ],
  SecretsUsedInArgOrEnv: ['secrets-used-in-arg-or-env', 'Sensitive data should not be used in the ARG or ENV commands'],
  InvalidDefaultArgInFrom: [
    'invalid-default-arg-in-from',
    'Default value for global ARG results in an empty or invalid base image name',
  ],
  FromPlatformFlagConstDisallowed: [
    'from-platform-flag-const-disallowed',
    'FROM --platform flag should not use a constant value',
  ],
  CopyIgnoredFile: ['copy-ignored-file', 'Attempting to Copy file that is excluded by .dockerignore'],
  InvalidDefinitionDescription: [
    'invalid-definition-description',
    'Comment for build stage or argument should follow the format: `# <arg/stage name> <description>`. If this is not intended to be a description comment, add an empty line or comment between the instruction and the comment.',
  ],
  ExposeProtoCasing: ['expose-proto-casing', 'Protocol in EXPOSE instruction should be lowercase'],
  ExposeInvalidFormat: [
    'expose-invalid-format',
    'IP address and host-port mapping should not be used in EXPOSE instruction. This will become an error in a future release',
  ],
} as const satisfies Record<string, readonly [string, string]>;

export type LintRuleName = keyof typeof RULES;

const EXPERIMENTAL: ReadonlySet<LintRuleName> = new Set<LintRuleName>(['InvalidDefinitionDescription']);

export const LINT_RULES: ReadonlyMap<LintRuleName, LintRule> = new Map(
  (Object.keys(RULES) as LintRuleName[]).map((name) => {
    const [page, description] = RULES[name];
    const url = page === '' ? '' : `${DOCS}${page}/`;
    return [name, { name, description, url, experimental: EXPERIMENTAL.has(name) }];
  }),
);

/** What each rule says of a case. */
export const LINT_MESSAGES = {
  StageNameCasing: (stage: string) => `Stage name '${stage}' should be lowercase`,
  FromAsCasing: (from: string, as: string) => `'${as}' and '${from}' keywords' casing do not match`,
  NoEmptyContinuation: () => 'Empty continuation line',
  ConsistentInstructionCasing: (name: string, casing: string) =>
    `Command '${name}' should match the case of the command majority (${casing})`,
  DuplicateStageName: (stage: string) => `Duplicate stage name ${quote(stage)}, stage names should be unique`,
  ReservedStageName: (stage: string) => `Stage name should not use the same name as reserved stage ${quote(stage)}`,
  JSONArgsRecommended: (name: string) =>
    `JSON arguments recommended for ${name} to prevent unintended behavior related to OS signals`,
  MaintainerDeprecated: () => 'Maintainer instruction is deprecated in favor of using label',
  UndefinedArgInFrom: (name: string, hint: string) => `FROM argument '${name}' is not declared${didYouMean(hint)}`,
  WorkdirRelativePath: (path: string) =>
    `Relative workdir ${quote(path)} can have unexpected results if the base image changes`,
  UndefinedVar: (name: string, hint: string) =>
    `Usage of undefined variable '$${name}'${didYouMean(hint === '' ? '' : `$${hint}`)}`,
  MultipleInstructionsDisallowed: (name: string) =>
    `Multiple ${name} instructions should not be used in the same stage because only the last one will be used`,
  LegacyKeyValueFormat: (name: string) =>
    `"${name} key=value" should be used instead of legacy "${name} key value" format`,
  InvalidBaseImagePlatform: (image: string, expected: string, actual: string) =>
    `Base image ${image} was pulled with platform ${quote(actual)}, expected ${quote(expected)} for current build`,
  RedundantTargetPlatform: (platform: string) =>
    `Setting platform to predefined ${platform} in FROM is redundant as this is the default behavior`,
  SecretsUsedInArgOrEnv: (name: string, key: string) =>
    `Do not use ARG or ENV instructions for sensitive data (${name} ${quote(key)})`,
  InvalidDefaultArgInFrom: (base: string) =>
    `Default value for ARG ${base} results in empty or invalid base image name`,
  FromPlatformFlagConstDisallowed: (platform: string) =>
    `FROM --platform flag should not use constant value ${quote(platform)}`,
  CopyIgnoredFile: (command: string, file: string) =>
    `Attempting to ${command} file ${quote(file)} that is excluded by .dockerignore`,
  InvalidDefinitionDescription: (name: string, key: string) =>
    `Comment for ${name} should follow the format: \`# ${key} <description>\``,
  ExposeProtoCasing: (port: string) => `Defined protocol '${port}' in EXPOSE instruction should be lowercase`,
  ExposeInvalidFormat: (port: string) =>
    `EXPOSE instruction should not define an IP address or host-port mapping, found '${port}'`,
} as const satisfies Record<LintRuleName, (...words: string[]) => string>;

function didYouMean(hint: string): string {
  return hint === '' ? '' : ` (did you mean ${hint}?)`;
}
