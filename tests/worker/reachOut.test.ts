import { describe, expect, it } from 'vitest';
import { reachOut } from '../../src/worker/lab/reachOut.ts';
import { work } from '../archive/buildTar.ts';
import { bootLab } from '../support/labShell.ts';

const link = (token: string) => ({ origin: 'http://127.0.0.1:7878', token });
const companion = (token: string, prefersRealImages = false) => ({
  companion: { link: link(token), prefersRealImages },
  directPulls: false,
});

describe('COMP-24 what was built through a companion', () => {
  it('keeps its name while the companion is the same, whatever is switched, and with another it has none', () => {
    const lab = bootLab();
    const first = reachOut(lab, companion('a'), undefined, work.platform);
    lab.network.companion?.builds.set('real:1', 'b1');
    const second = reachOut(lab, companion('a', true), first, work.platform);
    expect(lab.network.outside?.prefersRealImages).toBe(true);
    expect(lab.network.companion?.builds.get('real:1')).toBe('b1');
    reachOut(lab, companion('b'), second, work.platform);
    expect(lab.network.companion?.builds.size).toBe(0);
  });

  it('nothing is reached without a companion, but registries where that is wanted', () => {
    const lab = bootLab();
    expect(reachOut(lab, { companion: undefined, directPulls: false }, undefined, work.platform)).toBeUndefined();
    expect(lab.network.outside).toBeUndefined();
    reachOut(lab, { companion: undefined, directPulls: true }, undefined, work.platform);
    expect(lab.network.outside?.git).toBeUndefined();
    expect(lab.network.outside?.prefersRealImages).toBe(false);
    expect(lab.network.companion).toBeUndefined();
  });
});
