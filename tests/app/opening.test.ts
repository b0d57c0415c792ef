import { describe, expect, it } from 'vitest';
import { gatherLayout } from '../../src/app/opening/namedInput.ts';
import { urlInput } from '../../src/app/opening/urlInput.ts';
import { layerLook } from '../../src/app/layers/layerLook.ts';

describe('urlInput', () => {
  it.each([
    [' https://example.org/a/app.tar?x=1 ', 'app.tar'],
    ['http://localhost:8000/', 'localhost:8000'],
  ])('%s opens', (text, name) => expect(urlInput(text)?.name).toBe(name));

  it.each(['', 'app.tar', 'file:///etc/passwd', 'javascript:alert(1)', 'data:,x', 'https://'])(
    '“%s” does not',
    (text) => expect(urlInput(text)).toBeUndefined(),
  );
});

describe('gatherLayout', () => {
  const file = (path: string) => ({ path, file: new File([], path) });
  it('takes loose parts of a layout as one folder', () => {
    const parts = [file('oci-layout'), file('index.json'), file('blobs/sha256/ab')];
    expect(gatherLayout(parts)?.input).toMatchObject({ kind: 'folder', files: parts });
  });
  it('leaves archives alone', () => expect(gatherLayout([file('a.tar'), file('b.tar')])).toBeUndefined());
  it('leaves a single file alone', () => expect(gatherLayout([file('manifest.json')])).toBeUndefined());
});

describe('PAGE-9 layerLook', () => {
  it('gives no two of 64 layers the same colour and hatch, and neighbours another hatch', () => {
    const looks = Array.from({ length: 64 }, (_, position) => layerLook(position));
    expect(new Set(looks.map(({ colour, hatch }) => `${colour} ${hatch}`)).size).toBe(64);
    for (const [i, look] of looks.entries()) if (i > 0) expect(look.hatch).not.toBe(looks[i - 1]?.hatch);
  });
});
