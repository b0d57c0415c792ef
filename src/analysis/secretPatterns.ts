import type { LeftoverKind } from './leftoverNames.ts';

/** A place in a text where a secret stands. */
export interface FoundSecret {
  readonly kind: LeftoverKind;
  readonly offset: number;
  readonly excerpt: string;
}

interface SecretPattern {
  readonly kind: LeftoverKind;
  /** Global; the first group is the secret, where it is less than the whole match. Every repetition is bounded. */
  readonly pattern: RegExp;
  /** A part that every match holds: a text without it is not searched. */
  readonly holds: string;
}

/** Forms that their issuers document, with a prefix or frame that hardly anything else has. */
const PATTERNS: readonly SecretPattern[] = [
  {
    kind: 'privateKey',
    // A real key follows: at least one line of base64, after headers where it is encrypted.
    pattern:
      /-----BEGIN ((?:RSA |DSA |EC |OPENSSH |ENCRYPTED |PGP )?PRIVATE KEY(?: BLOCK)?)-----(?:\\n|\s){1,4}(?:[A-Za-z-]{2,30}: [^\n]{0,200}\n){0,6}\s{0,4}[A-Za-z0-9+/=]{24}/g,
    holds: 'PRIVATE KEY',
  },
  { kind: 'token', pattern: /(?<![A-Za-z0-9])(?:AKIA|ASIA)[A-Z2-7]{16}(?![A-Za-z0-9])/g, holds: 'IA' },
  {
    kind: 'credential',
    pattern: /aws_?secret_?(?:access_?)?key["']?\s{0,4}[=:]\s{0,4}["']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
    holds: '',
  },
  { kind: 'token', pattern: /(?<![A-Za-z0-9])gh[pousr]_[A-Za-z0-9]{36,251}(?![A-Za-z0-9])/g, holds: 'gh' },
  {
    kind: 'token',
    pattern: /(?<![A-Za-z0-9])github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}(?![A-Za-z0-9])/g,
    holds: 'github_pat_',
  },
  { kind: 'token', pattern: /(?<![A-Za-z0-9])glpat-[A-Za-z0-9_-]{20,64}(?![A-Za-z0-9_-])/g, holds: 'glpat-' },
  { kind: 'token', pattern: /(?<![A-Za-z0-9])npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])/g, holds: 'npm_' },
  { kind: 'token', pattern: /(?<![A-Za-z0-9])pypi-AgEIcHlwaS5vcmc[A-Za-z0-9_-]{50,400}/g, holds: 'pypi-' },
  { kind: 'token', pattern: /(?<![A-Za-z0-9])dckr_(?:pat|oat)_[A-Za-z0-9_-]{27,64}(?![A-Za-z0-9_-])/g, holds: 'dckr_' },
  { kind: 'token', pattern: /(?<![A-Za-z0-9])xox[abeoprs]-(?:\d{8,14}-){1,3}[A-Za-z0-9-]{16,80}/g, holds: 'xox' },
  {
    kind: 'token',
    pattern: /https:\/\/hooks\.slack\.com\/services\/(T[A-Z0-9]{8,12}\/B[A-Z0-9]{8,12}\/[A-Za-z0-9]{20,30})/g,
    holds: 'hooks.slack.com',
  },
  { kind: 'token', pattern: /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/g, holds: 'AIza' },
  { kind: 'token', pattern: /(?<![A-Za-z0-9])(?:sk|rk)_live_[A-Za-z0-9]{20,247}(?![A-Za-z0-9])/g, holds: '_live_' },
  {
    kind: 'token',
    pattern: /(?<![A-Za-z0-9])SG\.[A-Za-z0-9_-]{22}\.[A-Za-z0-9_-]{43}(?![A-Za-z0-9_-])/g,
    holds: 'SG.',
  },
  { kind: 'token', pattern: /(?<![A-Za-z0-9])sk-(?:proj-|ant-api03-)[A-Za-z0-9_-]{40,200}/g, holds: 'sk-' },
  { kind: 'token', pattern: /(?<![A-Za-z0-9])hf_[A-Za-z]{34}(?![A-Za-z0-9])/g, holds: 'hf_' },
  { kind: 'token', pattern: /(?<![A-Za-z0-9])hv[sb]\.[A-Za-z0-9_-]{24,300}/g, holds: 'hv' },
  { kind: 'token', pattern: /(?<![A-Za-z0-9])dop_v1_[a-f0-9]{64}(?![A-Za-z0-9])/g, holds: 'dop_v1_' },
  {
    kind: 'token',
    pattern: /(?<![A-Za-z0-9_-])eyJ[A-Za-z0-9_-]{14,2000}\.eyJ[A-Za-z0-9_-]{14,4000}\.[A-Za-z0-9_-]{20,1000}/g,
    holds: 'eyJ',
  },
  {
    kind: 'credential',
    pattern: /"private_key":\s{0,4}"(-----BEGIN PRIVATE KEY-----\\n[A-Za-z0-9+/=\\]{24})/g,
    holds: '"private_key"',
  },
  {
    kind: 'credential',
    pattern:
      /(?<![A-Za-z0-9])(?:https?|ftp|postgres(?:ql)?|mysql|mongodb(?:\+srv)?|rediss?|amqps?):\/\/[^\s/:@"'<>{}$]{1,64}:([^\s/@"'<>{}$]{6,128})@[A-Za-z0-9.-]{3,253}/g,
    holds: '://',
  },
];

/** Secrets in a text, in order, at most `limit`; what is plainly a placeholder is none. */
export function findSecrets(text: string, limit: number): readonly FoundSecret[] {
  const found: FoundSecret[] = [];
  for (const { kind, pattern, holds } of PATTERNS) {
    if (!text.includes(holds)) continue;
    for (const match of text.matchAll(pattern)) {
      const secret = match[1] ?? match[0];
      if (kind !== 'privateKey' && isPlaceholder(secret)) continue;
      const excerpt = kind === 'privateKey' ? `-----BEGIN ${secret}-----` : excerptOf(match[0], secret);
      if (found.some((other) => other.offset === match.index)) continue;
      found.push({ kind, offset: match.index, excerpt });
      if (found.length >= limit * 4) break;
    }
  }
  return found.sort((a, b) => a.offset - b.offset).slice(0, limit);
}

const SECRET_NAME =
  /(?:^|_)(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|SECRETS|TOKEN|API_?KEY|APIKEY|ACCESS_?KEY|SECRET_?KEY|PRIVATE_?KEY|AUTH_?TOKEN|CREDENTIALS?|CLIENT_?SECRET|CONNECTION_?STRING)(?:_\d+)?$/i;
/** Names that end like a secret's but tell where one is, or about one. */
const NOT_A_SECRET_NAME = /(?:_FILE|_PATH|_URL|_DIR)$|^(?:GPG_KEY|GPG_KEYS|SHA\d*|.*_VERSION)$|(?:^|_)PUBLIC_/i;

/** Judges `NAME=value`: by a name that says so, or a value in an issuer's form. */
export function findSecretsInVariable(variable: string): { readonly excerpt: string } | undefined {
  const equals = variable.indexOf('=');
  if (equals <= 0) return undefined;
  const name = variable.slice(0, equals);
  const value = variable.slice(equals + 1);
  const known = findSecrets(value, 1)[0];
  if (known) return { excerpt: `${name}=${known.excerpt}` };
  if (!SECRET_NAME.test(name) || NOT_A_SECRET_NAME.test(name)) return undefined;
  if (value.length < 4 || isPlaceholder(value) || value.startsWith('/')) return undefined;
  return { excerpt: `${name}=${maskSecret(value)}` };
}

/** References to other variables, fillers of documentation, and runs of one character. */
function isPlaceholder(value: string): boolean {
  return (
    /^[<$%{*.]|^\W*$/.test(value) ||
    /example|changeme|change_me|placeholder|your[-_]?(?:pass|token|key|secret|api)|dummy|redacted|xxxx|\.\.\.|1234567890abcdef/i.test(
      value,
    ) ||
    /^(?:true|false|null|none|undefined|password|secret|token|test|pass|user|admin|root)$/i.test(value) ||
    /^(.)\1*$/.test(value)
  );
}

/** The ends of a secret, enough to know it again: at most four characters each, never half of it. */
export function maskSecret(secret: string): string {
  const shown = Math.min(4, Math.floor(secret.length / 5));
  if (shown === 0) return '…';
  return `${secret.slice(0, shown)}…${secret.slice(-shown)}`;
}

const MAX_EXCERPT = 160;

function excerptOf(match: string, secret: string): string {
  return match.replace(secret, () => maskSecret(secret)).slice(0, MAX_EXCERPT);
}
