import { AnalysisError } from './analysisError.ts';
import type { DiveFigures } from './dive.ts';

/** dive's three rules as its command line and its `.dive-ci` file give them: text, each may be disabled
 *  ("disabled", "off", "false" or empty). */
export interface DiveRules {
  /** A ratio 0..1: "0.95". */
  readonly lowestEfficiency: string;
  /** A size: "20MB", "1 GiB", "1,000". */
  readonly highestWastedBytes: string;
  /** A ratio 0..1: "0.1". */
  readonly highestUserWastedPercent: string;
}

/** dive's options/ci_rules.go. */
export const DEFAULT_DIVE_RULES: DiveRules = {
  lowestEfficiency: '0.9',
  highestWastedBytes: 'disabled',
  highestUserWastedPercent: '0.1',
};

export interface CiResult {
  readonly rule: keyof DiveRules;
  readonly status: 'pass' | 'fail' | 'skip';
  readonly configured: string;
  readonly actual: number;
  /** As dive words it. */
  readonly message: string;
}

export interface CiVerdict {
  /** By the rules' names, as dive prints them. */
  readonly results: readonly CiResult[];
  /** False when any rule failed: dive then exits 1. */
  readonly passed: boolean;
}

/** Judges figures by dive's rules. Throws AnalysisError `rule` for a threshold that dive would refuse. */
export function evaluateCi(figures: DiveFigures, rules: DiveRules = DEFAULT_DIVE_RULES): CiVerdict {
  const results = [
    judge('highestUserWastedPercent', rules, parseRatio, figures.userWastedFraction, (threshold, actual) =>
      actual > threshold
        ? `too many bytes wasted, relative to the user bytes added (%-user-wasted-bytes=${twoDigits(actual)} > threshold=${goNumber(threshold)})`
        : undefined,
    ),
    judge('highestWastedBytes', rules, parseSize, figures.wastedBytes, (threshold, actual) =>
      actual > threshold ? `too many bytes wasted (wasted-bytes=${actual} > threshold=${threshold})` : undefined,
    ),
    judge('lowestEfficiency', rules, parseRatio, figures.efficiency, (threshold, actual) =>
      threshold > actual
        ? `image efficiency is too low (efficiency=${twoDigits(actual)} < threshold=${goNumber(threshold)})`
        : undefined,
    ),
  ];
  return { results, passed: results.every((result) => result.status !== 'fail') };
}

/** Throws AnalysisError `rule` for a threshold that dive would refuse, before any image is read. */
export function checkRules(rules: DiveRules): void {
  const nothing = {
    efficiency: 1,
    wastedBytes: 0,
    userWastedFraction: 0,
    imageBytes: 0,
    userBytes: 0,
    inefficiencies: [],
  };
  evaluateCi(nothing, rules);
}

function judge(
  rule: keyof DiveRules,
  rules: DiveRules,
  parse: (rule: string, text: string) => number,
  actual: number,
  faultOf: (threshold: number, actual: number) => string | undefined,
): CiResult {
  const configured = rules[rule];
  if (isDisabled(configured)) return { rule, status: 'skip', configured, actual, message: 'disabled' };
  const fault = faultOf(parse(rule, configured), actual);
  return { rule, status: fault === undefined ? 'pass' : 'fail', configured, actual, message: fault ?? configured };
}

function isDisabled(text: string): boolean {
  return ['', 'disabled', 'off', 'false'].includes(text.trim().toLowerCase());
}

function parseRatio(rule: string, text: string): number {
  const value = parseGoFloat(text);
  if (value === undefined) throw new AnalysisError('rule', `${rule}: '${text}' is no number`);
  if (value < 0 || value > 1) throw new AnalysisError('rule', `${rule}: ${text} is outside the range 0 to 1`);
  return value;
}

/** Units of github.com/dustin/go-humanize, which dive reads sizes with. */
const UNIT_BYTES: ReadonlyMap<string, number> = new Map(
  ['', 'k', 'm', 'g', 't', 'p', 'e'].flatMap((prefix, power): [string, number][] =>
    prefix === ''
      ? [
          ['', 1],
          ['b', 1],
        ]
      : [
          [prefix, 1000 ** power],
          [`${prefix}b`, 1000 ** power],
          [`${prefix}i`, 1024 ** power],
          [`${prefix}ib`, 1024 ** power],
        ],
  ),
);

function parseSize(rule: string, text: string): number {
  const [, digits = '', rest = ''] = /^([\d.,]*)(.*)$/s.exec(text) ?? [];
  const value = parseGoFloat(digits.replaceAll(',', ''));
  const unit = UNIT_BYTES.get(rest.trim().toLowerCase());
  if (value === undefined || unit === undefined) throw new AnalysisError('rule', `${rule}: '${text}' is no size`);
  const bytes = value * unit;
  if (bytes >= 2 ** 64) throw new AnalysisError('rule', `${rule}: ${text} is too large`);
  return Math.trunc(bytes);
}

/** Go's strconv.ParseFloat, decimal forms; undefined where it errs. */
function parseGoFloat(text: string): number | undefined {
  if (/^[+-]?(inf|infinity)$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

function twoDigits(value: number): string {
  return value === Infinity ? '+Inf' : value.toFixed(2);
}

/** Go prints a float with an exponent of two digits below 1e-4, where JavaScript begins below 1e-6. */
function goNumber(value: number): string {
  if (value === 0 || Math.abs(value) >= 1e-4) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}
