import type { Flavour } from '../kernel/program.ts';
import { ZERO } from './bcNumber.ts';
import { DcFault } from './dcFault.ts';
import type { DcReader } from './dcReader.ts';
import type { DcRegisters } from './dcRegisters.ts';
import type { DcStack } from './dcStack.ts';

const MAX_INDEX = 16_777_215;

interface Parts {
  readonly flavour: Flavour;
  readonly reader: DcReader;
  readonly registers: DcRegisters;
  readonly stack: DcStack;
}

/** What moves values between the stack and a register, which the next character names. False for another command. */
export function runRegisterCommand(command: string, parts: Parts): boolean {
  const { reader, registers, stack } = parts;
  switch (command) {
    case 's': {
      const name = reader.name();
      registers.set(name, stack.pop());
      return true;
    }
    case 'S': {
      const name = reader.name();
      registers.push(name, stack.pop());
      return true;
    }
    case 'l':
      stack.push(registers.value(reader.name()) ?? ZERO);
      return true;
    case 'L':
      stack.push(registers.pop(reader.name()));
      return true;
    case ':':
    case ';':
      moveElement(command, parts);
      return true;
    default:
      return false;
  }
}

function moveElement(command: ':' | ';', { flavour, reader, registers, stack }: Parts): void {
  const name = reader.name();
  const index = stack.popInteger('index');
  if (index < 0 || index > MAX_INDEX) throw new DcFault('index');
  if (command === ';') {
    stack.push(registers.element(name, index) ?? ZERO);
    return;
  }
  const value = stack.pop();
  if (typeof value === 'string' && flavour === 'busybox') throw new DcFault('notNumber');
  registers.setElement(name, index, value);
}
