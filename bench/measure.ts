import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

export interface ProcessFigures {
  readonly wallMs: number;
  readonly output: string;
}

/** Runs a program to its end; its standard output is kept only when short. Throws when it fails. */
export function runProgram(
  command: string,
  args: readonly string[],
  environment: NodeJS.ProcessEnv = process.env,
): Promise<ProcessFigures> {
  return new Promise((resolve, reject) => {
    const startMs = performance.now();
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: environment });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => {
      if (output.length < 1 << 20) output += chunk.toString();
    });
    child.stderr.on('data', (chunk: Buffer) => {
      if (errors.length < 1 << 14) errors += chunk.toString();
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code !== 0) reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${errors}`));
      else resolve({ wallMs: performance.now() - startMs, output });
    });
  });
}

/** Wall time of a shell pipeline whose output goes nowhere. */
export async function shellMs(script: string, args: readonly string[]): Promise<number> {
  return (await runProgram('sh', ['-c', script, 'sh', ...args])).wallMs;
}

/** The fastest of the runs: what the work costs when nothing else disturbs it. */
export function fastest(values: readonly number[]): number {
  return Math.min(...values);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

/** Peak resident set of a running process, in bytes; undefined once it is gone. */
export function peakBytesOf(processId: number): number | undefined {
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${processId}/status`, 'utf8'));
    return found ? Number(found[1]) * 1024 : undefined;
  } catch {
    return undefined;
  }
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

export function milliseconds(ms: number): string {
  return `${ms.toFixed(0)} ms`;
}
