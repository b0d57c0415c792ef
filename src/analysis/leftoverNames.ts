import { isPackageCachePath } from './packageCaches.ts';

export type LeftoverKind =
  'privateKey' | 'credential' | 'token' | 'envFile' | 'history' | 'packageCache' | 'vcs' | 'envVariable' | 'temporary';

/** What a path's name says of it. */
export interface NameVerdict {
  /** Undefined: nothing yet, but its content is worth a look. */
  readonly kind: LeftoverKind | undefined;
  /** The name is enough: no content is read, and a directory is reported as one. */
  readonly whole: boolean;
  /** What the content must hold for the name to count. */
  readonly confirm?: RegExp;
}

interface NameRule {
  readonly kind: LeftoverKind;
  /** Of the path from the root, without a leading slash. */
  readonly path: RegExp;
  readonly confirm?: RegExp;
}

const KEY_BLOCK = /-----BEGIN [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----/;

/** Files that are named for what they hold. Those that may as well be harmless must show it. */
const FILE_RULES: readonly NameRule[] = [
  { kind: 'privateKey', path: /(?:^|\/)\.ssh\/(?!.*\.pub$)(?:id_[a-z0-9_]+|.*\.key|.*\.pem)$/, confirm: KEY_BLOCK },
  { kind: 'privateKey', path: /(?:^|\/)(?:id_rsa|id_dsa|id_ecdsa|id_ed25519)$/, confirm: KEY_BLOCK },
  { kind: 'credential', path: /(?:^|\/)[._]netrc$/, confirm: /\bpassword\s+\S/ },
  { kind: 'credential', path: /(?:^|\/)\.npmrc$/, confirm: /_(?:authToken|auth|password)\s*=\s*(?!\$\{)\S/ },
  { kind: 'credential', path: /(?:^|\/)\.yarnrc(?:\.yml)?$/, confirm: /npmAuth(?:Token|Ident)\s*:\s*["']?(?!\$\{)\S/ },
  {
    kind: 'credential',
    path: /(?:^|\/)\.docker\/config\.json$/,
    confirm: /"(?:auth|identitytoken|password)"\s*:\s*"[^"]/,
  },
  { kind: 'credential', path: /(?:^|\/)\.dockercfg$/, confirm: /"auth"\s*:\s*"[^"]/ },
  { kind: 'credential', path: /(?:^|\/)\.aws\/credentials$/, confirm: /aws_secret_access_key\s*=\s*\S/i },
  { kind: 'credential', path: /(?:^|\/)\.git-credentials$/, confirm: /:\/\/[^/\s:@]+:[^/\s@]+@/ },
  { kind: 'credential', path: /(?:^|\/)\.config\/git\/credentials$/, confirm: /:\/\/[^/\s:@]+:[^/\s@]+@/ },
  { kind: 'credential', path: /(?:^|\/)\.pypirc$/, confirm: /^[ \t]*password\s*[=:]\s*\S/m },
  {
    kind: 'credential',
    path: /(?:^|\/)(?:\.pip\/pip\.conf|\.config\/pip\/pip\.conf|etc\/pip\.conf)$/,
    confirm: /:\/\/[^/\s:@]+:[^/\s@]+@/,
  },
  { kind: 'credential', path: /(?:^|\/)\.kube\/config$/, confirm: /(?:client-key-data|token|password)\s*:\s*\S/ },
  {
    kind: 'credential',
    path: /(?:^|\/)\.config\/gcloud\/(?:credentials\.db|application_default_credentials\.json|legacy_credentials\/.+)$/,
  },
  { kind: 'credential', path: /(?:^|\/)\.azure\/(?:accessTokens\.json|msal_token_cache\.(?:json|bin))$/ },
  { kind: 'credential', path: /(?:^|\/)\.config\/gh\/hosts\.yml$/, confirm: /oauth_token\s*:\s*\S/ },
  { kind: 'credential', path: /(?:^|\/)\.pgpass$/, confirm: /^[^#\s][^:\n]*(?::[^:\n]*){3}:\S/m },
  { kind: 'credential', path: /(?:^|\/)\.my\.cnf$/, confirm: /^[ \t]*password\s*=\s*\S/m },
  {
    kind: 'credential',
    path: /(?:^|\/)\.m2\/settings(?:-security)?\.xml$/,
    confirm: /<(?:password|master)>\s*(?!\$\{)[^<\s]/,
  },
  {
    kind: 'credential',
    path: /(?:^|\/)\.(?:gem\/credentials|cargo\/credentials(?:\.toml)?|vault-token|terraform\.d\/credentials\.tfrc\.json|htpasswd)$/,
  },
  { kind: 'credential', path: /^run\/secrets\/./ },
  {
    kind: 'envFile',
    path: /(?:^|\/)\.env(?:\.(?!example$|sample$|template$|dist$|defaults$)[\w.-]+)?$/,
    confirm: /^[ \t]*(?:export[ \t]+)?[A-Za-z_]\w*[ \t]*=[ \t]*\S/m,
  },
  { kind: 'history', path: /(?:^|\/)\.(?:bash|zsh|ash|sh|python|node_repl|psql|mysql|rediscli|sqlite|irb)_?history$/ },
  { kind: 'history', path: /(?:^|\/)\.(?:lesshst|viminfo|wget-hsts)$/ },
];

/** Directories that are reported as one. */
const FOLDER_RULES: readonly NameRule[] = [
  { kind: 'vcs', path: /(?:^|\/)\.(?:git|hg|svn|bzr)$/ },
  {
    kind: 'packageCache',
    path: /^(?:root|home\/[^/]+)\/\.cache\/(?:pip|uv|pypoetry|yarn|go-build|composer|ms-playwright)$/,
  },
  { kind: 'packageCache', path: /^(?:root|home\/[^/]+)\/\.npm\/_(?:cacache|logs|npx)$/ },
  {
    kind: 'packageCache',
    path: /^(?:root|home\/[^/]+)\/(?:\.cargo\/registry\/cache|\.m2\/repository|\.gradle\/caches|\.nuget\/packages)$/,
  },
  { kind: 'packageCache', path: /^var\/cache\/(?:yum|dnf|libdnf5|zypp)$/ },
];

/** What build tools leave in the places for it; sockets of the moment and empty folders are no files. */
const TEMPORARY = /^(?:var\/)?tmp\/./;

/** Endings of text files that people keep configuration and code in. */
const TEXT_ENDING =
  /\.(?:env|ini|cfg|conf|config|cnf|properties|toml|ya?ml|json|xml|tf|tfvars|tfstate|sh|bash|zsh|py|rb|js|mjs|cjs|ts|php|pl|go|java|kt|cs|sql|txt|md|pem|key|p8|asc|gradle|npmrc|service|tmpl|bak|old|orig|log)$/i;
const TEXT_NAME =
  /(?:^|\/)(?:Dockerfile|docker-compose|Makefile|Jenkinsfile|Procfile|authorized_keys|credentials?|secrets?|passwords?|token)$/i;

/** Folders that distributions and package managers fill with what is public: read only for telling names. */
const PUBLIC_FOLDER =
  /^(?:usr\/(?:share|lib|lib64|libexec|include|src|local\/(?:lib|share|go|include))|lib|lib64|bin|sbin|proc|sys|dev|boot|opt\/(?:conda|java)|var\/lib\/(?:dpkg|rpm|apk|apt|pacman)|etc\/(?:ssl\/certs|ca-certificates|pki))\/|(?:^|\/)(?:node_modules|site-packages|dist-packages|vendor\/bundle|gems)\//;

/** Judges a path by its name; undefined when there is nothing to look for. */
export function judgeName(path: string, isDirectory: boolean): NameVerdict | undefined {
  if (isDirectory) {
    const folder = FOLDER_RULES.find((rule) => rule.path.test(path));
    return folder && { kind: folder.kind, whole: true };
  }
  const rule = FILE_RULES.find((candidate) => candidate.path.test(path));
  if (rule) {
    return rule.confirm ? { kind: rule.kind, whole: false, confirm: rule.confirm } : { kind: rule.kind, whole: true };
  }
  if (isPackageCachePath(path)) return { kind: 'packageCache', whole: true };
  if (TEMPORARY.test(path)) return { kind: 'temporary', whole: false };
  if (PUBLIC_FOLDER.test(path)) return undefined;
  return TEXT_ENDING.test(path) || TEXT_NAME.test(path) || !path.slice(path.lastIndexOf('/') + 1).includes('.')
    ? { kind: undefined, whole: false }
    : undefined;
}
