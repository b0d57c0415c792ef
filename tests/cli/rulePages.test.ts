import { describe, expect, it } from 'vitest';
import { judgeRulePage } from '../../src/cli/conformance/tables/rulePages.ts';

describe('pages of lint rules', () => {
  const bad = (dockerfile: string) => ({ verdict: 'bad' as const, dockerfile });
  const good = (dockerfile: string) => ({ verdict: 'good' as const, dockerfile });

  it('know the variables of base images', async () => {
    const page = { rule: 'UndefinedVar', examples: [bad('FROM python\nENV x=$foo\n')] };
    expect(await judgeRulePage(page)).toBeUndefined();
    const fine = good('FROM python\nENV x=$PYTHON_VERSION\n');
    expect(await judgeRulePage({ ...page, examples: [...page.examples, fine] })).toBeUndefined();
    expect(await judgeRulePage({ ...page, examples: [fine] })).toBeUndefined();
    expect(await judgeRulePage({ ...page, examples: [good('FROM busybox\nENV x=$PYTHON_VERSION\n')] })).toMatch(/good/);
  });

  it('leave out what the bad examples of ignored files copy', async () => {
    const examples = [bad('FROM scratch\nCOPY ./tmp/x /x\n'), good('FROM scratch\nCOPY ./other/x /x\n')];
    expect(await judgeRulePage({ rule: 'CopyIgnoredFile', examples })).toBeUndefined();
    expect(
      await judgeRulePage({ rule: 'CopyIgnoredFile', examples: [good('FROM scratch\nCOPY x /\n')] }),
    ).toBeUndefined();
    expect(await judgeRulePage({ rule: 'CopyIgnoredFile', examples: [bad('RUN x\n')] })).toMatch(/no bad example/);
  });
});
