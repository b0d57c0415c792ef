import type { Process } from '../kernel/process.ts';
import type { Program } from '../kernel/program.ts';
import { quoted } from './quote.ts';
import { eachInput, LineReader } from './textInput.ts';
import { utility } from './utility.ts';

/** Above that, a number is refused: GNU's own has no such end. */
const MAX_NUMBER = 2n ** 64n - 1n;

/** factor(1). */
export const factor: Program = utility({ usage: '[NUMBER]...', options: {} }, async (process, options) => {
  let status = 0;
  const each = async (word: string) => {
    if (!(await printFactors(process, word))) status = 1;
  };
  for (const word of options.operands) await each(word);
  if (options.operands.length > 0) return status;
  await eachInput(process, [], async (input) => {
    const reader = new LineReader(input);
    for (let line = await reader.next(); line !== undefined; line = await reader.next()) {
      for (const word of line.split(/\s+/)) if (word !== '') await each(word);
    }
  });
  return status;
});

async function printFactors(process: Process, word: string): Promise<boolean> {
  if (!/^\+?\d+$/.test(word)) {
    await process.complain(`${quoted(word)} is not a valid positive integer`);
    return false;
  }
  const number = BigInt(word);
  if (number > MAX_NUMBER) {
    await process.complain(`${quoted(word)} is too large`);
    return false;
  }
  const factors: bigint[] = [];
  await collect(process, number, factors);
  factors.sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
  await process.print(`${number}:${factors.map((one) => ` ${one}`).join('')}\n`);
  return true;
}

async function collect(process: Process, number: bigint, factors: bigint[]): Promise<void> {
  let rest = number;
  if (rest < 2n) return;
  for (let divisor = 2n; divisor < 1000n; divisor++) {
    while (rest % divisor === 0n) {
      factors.push(divisor);
      rest /= divisor;
    }
  }
  const pending = rest > 1n ? [rest] : [];
  while (pending.length > 0) {
    const next = pending.pop() as bigint;
    if (isPrime(next)) {
      factors.push(next);
      continue;
    }
    const divisor = await rho(process, next);
    pending.push(divisor, next / divisor);
  }
}

function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let [result, square] = [1n, base % modulus];
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

/** Miller and Rabin's test; these bases are enough below 2^64. */
function isPrime(number: bigint): boolean {
  if (number < 2n) return false;
  const bases = [2n, 3n, 5n, 7n, 11n, 13n, 17n, 19n, 23n, 29n, 31n, 37n];
  for (const base of bases) if (number % base === 0n) return number === base;
  let odd = number - 1n;
  let shifts = 0;
  for (; (odd & 1n) === 0n; odd >>= 1n) shifts++;
  return bases.every((base) => {
    let value = power(base, odd, number);
    if (value === 1n || value === number - 1n) return true;
    for (let i = 1; i < shifts; i++) {
      value = (value * value) % number;
      if (value === number - 1n) return true;
    }
    return false;
  });
}

function gcd(a: bigint, b: bigint): bigint {
  let [x, y] = [a, b];
  while (y > 0n) [x, y] = [y, x % y];
  return x;
}

/** Pollard's rho: a divisor of a number that is not prime. */
async function rho(process: Process, number: bigint): Promise<bigint> {
  for (let step = 1n; ; step++) {
    let [slow, fast, divisor] = [2n, 2n, 1n];
    while (divisor === 1n) {
      slow = (slow * slow + step) % number;
      fast = (fast * fast + step) % number;
      fast = (fast * fast + step) % number;
      divisor = gcd(slow > fast ? slow - fast : fast - slow, number);
      if (process.isDue) await process.pause();
    }
    if (divisor !== number) return divisor;
  }
}
