// biome-ignore-all lint/suspicious/noTemplateCurlyInString: words of a Dockerfile look like that
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BuildError } from '../../src/build/buildError.ts';
import { checkDockerfile, type PlanOptions, planBuild } from '../../src/build/plan/planBuild.ts';
import { formatPlatformFull, parsePlatform } from '../../src/build/plan/platform.ts';
import type { BaseConfig } from '../../src/build/plan/stageState.ts';

const BASE: BaseConfig = { env: ['FROM_BASE=1'], workingDir: '/w', user: '', shell: [], onBuild: [] };

function check(text: string, options: PlanOptions = {}) {
  const { findings, error } = checkDockerfile(text, { baseConfig: () => BASE, ...options });
  return { rules: findings.map(({ rule, lines }) => `${lines.startLine} ${rule.name}`), error: error?.message };
}

function history(text: string, options: PlanOptions = {}): string[] {
  const plan = planBuild(text, { baseConfig: () => BASE, ...options });
  return plan.stages.flatMap((stage) => stage.steps.map((step) => step.createdBy ?? '-'));
}

describe('BUILD-3 what a build would do', () => {
  it.each([
    ['variables of ENV hold from the next instruction on', 'ENV a=1 b=$a\nENV c=$a', ['ENV a=1 b=', 'ENV c=1']],
    ['ARG hides no ENV default', 'ARG x=2\nENV y=$x', ['ARG x=2', 'ENV y=2']],
    [
      'WORKDIR',
      'WORKDIR a\nWORKDIR /b/../c\nWORKDIR d',
      ['WORKDIR /w/a', 'WORKDIR /b/../c', 'WORKDIR /b/../c/d'.replace('/b/../c/d', '/c/d')],
    ],
    ['RUN tells its arguments', 'ARG a=1\nRUN x $a', ['ARG a=1', 'RUN |1 a=1 /bin/sh -c x $a # buildkit']],
    ['SHELL', 'SHELL ["b", "-c"]\nCMD x y', ['SHELL [b -c]', 'CMD ["b" "-c" "x y"]']],
    ['RUN of a script', 'RUN <<E\n#!/x\ny\nE', ['RUN /bin/sh -c /dev/pipes/E # buildkit']],
    ['RUN of lines', 'RUN <<-E\n\ty\nE', ['RUN /bin/sh -c y\n # buildkit']],
    ['RUN that reads', 'RUN cat <<E\ny\nE', ['RUN /bin/sh -c cat <<E\ny\nE # buildkit']],
    ['COPY of a heredoc', 'COPY <<E /x\nE', ['COPY <<E /x # buildkit']],
    ['EXPOSE', 'EXPOSE 8000-8002/udp 80', ['EXPOSE [80/tcp 8000/udp 8001/udp 8002/udp]']],
    [
      'HEALTHCHECK',
      'HEALTHCHECK --interval=90s --retries=3 CMD x',
      ['HEALTHCHECK {Test:[CMD-SHELL x] Interval:1m30s Timeout:0s StartPeriod:0s StartInterval:0s Retries:3}'],
    ],
    ['ONBUILD', 'ONBUILD RUN x', ['-']],
  ])('%s', (_name, text, expected) => {
    expect(history(`FROM base\n${text}`)).toEqual(expected);
  });

  it('runs triggers of the stage and of the image it starts from first', () => {
    const text = 'FROM img AS a\nONBUILD ENV x=1\nFROM a\nENV y=$x';
    expect(history(text)).toEqual(['-', 'ENV x=1', 'ENV y=1']);
    const onBuild = ['COPY --from=first /x /y'];
    const plan = planBuild('FROM scratch AS first\nFROM img', { baseConfig: () => ({ ...BASE, onBuild }) });
    expect(plan.stages.map((stage) => stage.node.shownName)).toEqual(['first', 'stage-1']);
  });

  it('plans what the target needs, or all', () => {
    const text = 'FROM scratch AS a\nFROM scratch AS b\nCOPY --from=a / /\nFROM scratch AS c';
    const names = (options: PlanOptions) => planBuild(text, options).stages.map((stage) => stage.node.shownName);
    expect(names({})).toEqual(['c']);
    expect(names({ target: 'B' })).toEqual(['a', 'b']);
    expect(names({ allStages: true })).toEqual(['a', 'b', 'c']);
  });

  it('build arguments win over defaults, in every scope', () => {
    const text = 'ARG v=1\nFROM img:$v\nARG v\nARG w=$v\nARG TARGETARCH\nENV x=$v$w$TARGETARCH';
    const plan = planBuild(text, { buildArgs: new Map([['v', '9']]) });
    expect(plan.stages[0]?.node.baseName).toBe('img:9');
    expect(plan.stages[0]?.config.env.get('x')).toBe('99amd64');
  });
});

describe('BUILD-3 errors', () => {
  it.each([
    ['', 'the Dockerfile cannot be empty'],
    ['ARG a', 'dockerfile contains no stages to build'],
    ['RUN x', 'no build stage in current context'],
    ['FROM $x', 'base name ($x) should not be blank'],
    ['FROM a\nCOPY --from=3 / /', 'invalid stage index 3'],
    ['FROM a AS a\nCOPY --from=a / /', 'circular dependency detected on stage: a'],
    ['FROM x AS a\nCOPY --from=b / /\nFROM x AS b\nCOPY --from=a / /', 'circular dependency detected on stage: a'],
    [
      'FROM a AS x\nCOPY --from=y / /\nFROM b AS y',
      'cannot copy from stage "y", it needs to be defined before current stage "x"',
    ],
    [
      'FROM a\nCOPY --from=$b / /',
      'variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround',
    ],
    [
      'FROM --platform=a/b/c/d/e x',
      'failed to parse platform a/b/c/d/e: "d/e" is an invalid component of "a/b/c/d/e": platform specifier component must match "^[A-Za-z0-9_.-]+$": invalid argument',
    ],
    ['FROM a\nSTOPSIGNAL NOPE', 'invalid signal: NOPE'],
    ['FROM a\nEXPOSE 99999', 'invalid containerPort: 99999'],
    [
      'FROM a\nCOPY --chmod=999 a b',
      "invalid chmod parameter: '999'. it should be octal string and between 0 and 07777",
    ],
    ['FROM a\nCOPY http://x/y /', "source can't be a URL for COPY"],
    ['FROM a\nRUN --mount=type=x y', 'unsupported mount type "x"'],
    ['FROM a\nRUN --mount=type=bind,target=/ y', 'invalid mount target "/"'],
    ['FROM a\nRUN --mount=type=secret y', 'invalid secret mount. one of source, target required'],
    [
      'FROM a\nONBUILD ONBUILD RUN x',
      "dockerfile parse error on line 2: Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed",
    ],
    ['# check=x\nFROM a', 'failed to parse check options: invalid check option "x"'],
    ['FROM A/b:1', undefined],
    ['FROM a/B', 'failed to parse stage name "a/B": invalid reference format: repository name (a/B) must be lowercase'],
  ])('%j', (text, message) => {
    expect(check(text, { allStages: true }).error).toBe(message);
  });

  it('names the target that is missing', () => {
    expect(check('FROM a AS build', { target: 'buidl' }).error).toBe(
      'target stage "buidl" could not be found (did you mean build?)',
    );
  });

  it('tells the lines', () => {
    const { error } = checkDockerfile('FROM a\nRUN x \\\n  y\nCOPY a \\\n b c \\\n ${x:?no}');
    expect([error?.message, error?.lines]).toEqual([
      'failed to process "${x:?no}": x: no',
      [{ startLine: 4, endLine: 6 }],
    ]);
  });
});

describe('BUILD-3 lint', () => {
  it.each([
    ['FROM a\nENV x=$FROM_BASE$PATH$y', ['2 UndefinedVar']],
    ['FROM a\nARG y\nENV x=$y', []],
    ['FROM a\n# check=skip=UndefinedVar\nENV x=$y', []],
    ['# check=skip=all\nFROM a as b\nENV x=$y', []],
    ['# check=skip=all;skip=none\nFROM a as b', []],
    ['FROM a\nCMD ["x"]\nCMD ["y"]', ['2 MultipleInstructionsDisallowed']],
    ['FROM a\nWORKDIR x\nWORKDIR y', ['2 WorkdirRelativePath']],
    ['FROM --platform=linux/arm64 a', ['1 FromPlatformFlagConstDisallowed']],
    ['FROM a\nEXPOSE 127.0.0.1:80:80', ['2 ExposeInvalidFormat']],
  ])('%j', (text, rules) => {
    expect(check(text)).toEqual({ rules, error: undefined });
  });

  it('a finding that a base image could make void says so', () => {
    const { findings } = checkDockerfile('FROM a\nENV x=$y\nFROM scratch\nENV x=$y', { allStages: true });
    expect(findings.map((finding) => finding.dependsOnBase)).toEqual([true, false]);
  });

  it('error=true makes findings fail the build', () => {
    expect(check('# check=error=true\nFROM a as b').error).toBe('lint violation found for rules: FromAsCasing');
  });

  it('files that the ignore file leaves out', () => {
    expect(check('FROM a\nCOPY x /\nADD y /', { ignorePatterns: ['x'] }).rules).toEqual(['2 CopyIgnoredFile']);
    expect(check('FROM a\nCOPY x /', { ignorePatterns: ['x', '!x'] }).rules).toEqual([]);
  });
});

describe('platforms', () => {
  it.each([
    ['linux/amd64', 'linux/amd64'],
    ['arm64', 'linux/arm64'],
    ['linux/arm', 'linux/arm'],
    ['linux/arm/7', 'linux/arm/v7'],
    ['linux/arm64/v8', 'linux/arm64/v8'],
    ['Windows(10.0.17763)/x86_64', 'windows(10.0.17763)/amd64'],
    ['macos', 'darwin/amd64'],
    ['windows(10.0+win32k+a%2Bb)/amd64', 'windows(10.0+a%2Bb+win32k)/amd64'],
    ['linux(+b+a+b)', 'linux(+a+b)/amd64'],
  ])('%s', (text, full) => {
    expect(formatPlatformFull(parsePlatform(text))).toBe(full);
  });
});

describe('lines of errors', () => {
  it.each([
    ['FROM a AS x\nRUN y\nCOPY --from=x a b', [3]],
    ['FROM a AS x\nCOPY --from=y f /\nFROM a AS y\nRUN z\nCOPY --from=x f /', [2, 5]],
    ['# escape=`\n# escape=`\nFROM a', [1]],
    ['# escape=x\nFROM a', [0]],
  ])('%j', (text, lines) => {
    expect(checkDockerfile(text).error?.lines.map((range) => range.startLine)).toEqual(lines);
  });
});

describe('BUILD-5 bounds', () => {
  it('variables that double are refused', () => {
    const text = `FROM scratch\nENV a=0123456789\n${'ENV a=$a$a\n'.repeat(60)}`;
    expect(check(text).error).toMatch(/longer than|more than/);
  });

  it('100,000 stages, each from the one before', () => {
    const stages = Array.from({ length: 100_000 }, (_, i) =>
      i === 0 ? 'FROM scratch AS s0' : `FROM s${i - 1} AS s${i}`,
    );
    expect(planBuild(stages.join('\n'), {}).stages).toHaveLength(100_000);
  });

  it('a chain of 20,000 copies is no circle', () => {
    const stages = Array.from({ length: 20_000 }, (_, i) =>
      i === 0 ? 'FROM scratch AS s0' : `FROM scratch AS s${i}\nCOPY --from=s${i - 1} / /`,
    );
    expect(planBuild(stages.join('\n'), {}).stages).toHaveLength(20_000);
  });

  const line = fc.constantFrom(
    'FROM scratch',
    'FROM a AS b',
    'FROM b',
    'ARG x=$y',
    'ENV x=${z:-1} y',
    'ENV k v',
    'RUN --mount=type=cache,target=/c,from=b x',
    'COPY --from=0 a b',
    'COPY --from=b --chmod=u+x a b',
    'ADD --checksum=sha256:x http://h/f /',
    'ONBUILD COPY --from=b a c',
    'EXPOSE $x',
    'HEALTHCHECK --interval=1x CMD a',
    'VOLUME [""]',
    'WORKDIR $PWD',
    'LABEL "a b"=c',
    'USER',
    'SHELL x',
    'CMD x',
    'frob',
    '# check=skip=all',
  );
  it('any instructions are planned or refused with a reason', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const { error, plan } = checkDockerfile(lines.join('\n'), { allStages: true });
        expect(error instanceof BuildError || plan !== undefined).toBe(true);
      }),
      { numRuns: 500 },
    );
  });
});
