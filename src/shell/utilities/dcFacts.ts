import { decodeName, encodeName } from '../../bytes/byteName.ts';
import type { Flavour } from '../kernel/program.ts';
import { type BcNumber, ofInteger, rescaled } from './bcNumber.ts';
import { DcFault } from './dcFault.ts';
import type { DcValue } from './dcRegisters.ts';
import type { DcStack } from './dcStack.ts';

/** What asks for facts of a value, or of the stack. False for another command. */
export function askFact(command: string, stack: DcStack, flavour: Flavour): boolean {
  switch (command) {
    case 'a':
      stack.push(firstCharacter(stack.pop(), flavour));
      return true;
    case 'Z': {
      const value = stack.pop();
      stack.push(ofInteger(typeof value === 'string' ? encodeName(value).length : digitCount(value)));
      return true;
    }
    case 'X': {
      const value = stack.pop();
      if (typeof value === 'string' && flavour === 'busybox') throw new DcFault('notNumber');
      stack.push(ofInteger(typeof value === 'string' ? 0 : value.scale));
      return true;
    }
    case 'z':
      stack.push(ofInteger(stack.size));
      return true;
    default:
      return false;
  }
}

function firstCharacter(value: DcValue, flavour: Flavour): string {
  if (typeof value === 'string') return decodeName(encodeName(value || '\0').subarray(0, 1));
  const { digits } = rescaled(value, 0);
  if (digits < 0n && flavour === 'busybox') throw new DcFault('index');
  return decodeName(Uint8Array.of(Number(BigInt.asUintN(8, digits))));
}

function digitCount({ digits }: BcNumber): number {
  return (digits < 0n ? -digits : digits).toString().length;
}
