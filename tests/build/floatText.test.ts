import { describe, expect, it } from 'vitest';
import { exponentText, fixedText, generalText } from '../../src/build/go/floatText.ts';

describe('floating point as Go writes it', () => {
  // value, digits, %.*f, %.*e, %.*g; printed by Go 1.26
  it.each([
    [1.125, 3, '1.125', '1.125e+00', '1.12'],
    [1.625, 3, '1.625', '1.625e+00', '1.62'],
    [0.25, 1, '0.2', '2.5e-01', '0.2'],
    [0.75, 1, '0.8', '7.5e-01', '0.8'],
    [2.5, 0, '2', '2e+00', '2'],
    [9.5, 0, '10', '1e+01', '1e+01'],
    [999.5, 3, '999.500', '9.995e+02', '1e+03'],
    [-0.00001234, 3, '-0.000', '-1.234e-05', '-1.23e-05'],
    [0, 4, '0.0000', '0.0000e+00', '0'],
    [1e21, 1, '1000000000000000000000.0', '1.0e+21', '1e+21'],
    [123456, 6, '123456.000000', '1.234560e+05', '123456'],
  ])('%d with %d digits', (value, digits, fixed, exponent, general) => {
    expect([fixedText(value, digits), exponentText(value, digits), generalText(value, digits)]).toEqual([
      fixed,
      exponent,
      general,
    ]);
  });
});
