/** `-eq`, `-ne`, `-lt`, `-le`, `-gt` and, for any other operator, `-ge` of test(1) and `[[`. */
export function compareIntegers(operator: string, a: number | bigint, b: number | bigint): boolean {
  switch (operator) {
    case '-eq':
      return BigInt(a) === BigInt(b);
    case '-ne':
      return BigInt(a) !== BigInt(b);
    case '-lt':
      return a < b;
    case '-le':
      return a <= b;
    case '-gt':
      return a > b;
    default:
      return a >= b;
  }
}
