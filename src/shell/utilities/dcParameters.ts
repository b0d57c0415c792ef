import { ofInteger } from './bcNumber.ts';
import { DcFault } from './dcFault.ts';
import type { DcStack } from './dcStack.ts';

const MAX_OUTPUT_BASE = 999_999_999;

/** How dc reads, calculates and prints numbers. */
export class DcParameters {
  /** Digits behind the point. */
  scale = 0;
  inputBase = 10;
  outputBase = 10;

  /** What sets or gives one. False for another command. */
  run(command: string, stack: DcStack): boolean {
    switch (command) {
      case 'i':
      case 'o': {
        const code = command === 'i' ? 'inputBase' : 'outputBase';
        const base = stack.popInteger(code);
        if (base < 2 || base > (command === 'i' ? 16 : MAX_OUTPUT_BASE)) throw new DcFault(code);
        this[code] = base;
        return true;
      }
      case 'k': {
        const scale = stack.popInteger('scale');
        if (scale < 0 || scale > 2 ** 31 - 1) throw new DcFault('scale');
        this.scale = scale;
        return true;
      }
      case 'I':
        stack.push(ofInteger(this.inputBase));
        return true;
      case 'O':
        stack.push(ofInteger(this.outputBase));
        return true;
      case 'K':
        stack.push(ofInteger(this.scale));
        return true;
      default:
        return false;
    }
  }
}
