import type { Program } from '../kernel/program.ts';

export const true_: Program = () => 0;
