import type { Program } from '../kernel/program.ts';

export const false_: Program = () => 1;
