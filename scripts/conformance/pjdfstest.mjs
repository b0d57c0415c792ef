// pjdfstest (C): POSIX calls and their errors. One .t file after the other prints TAP; four at a time.
import { spawn } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withMount } from './mounts.mjs';

const AT_ONCE = 4;

/** Results by case: `chmod/00.t:12` → whether it passed. */
export async function runPjdfstest(program, kind, scratch) {
  const tests = join(dirname(program), 'tests');
  const files = readdirSync(tests, { recursive: true })
    .filter((name) => name.endsWith('.t'))
    .sort();
  const results = new Map();
  await withMount(kind, scratch, async (folder) => {
    const waiting = [...files];
    const work = async (place) => {
      for (let file = waiting.shift(); file; file = waiting.shift()) {
        const cwd = join(folder, `w${place}`, file.replaceAll('/', '-'));
        mkdirSync(cwd, { recursive: true });
        record(file, await outputOf('sh', [join(tests, file)], cwd), results);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, (_, place) => work(place)));
  });
  return results;
}

function record(file, output, results) {
  let planned = 0;
  for (const line of output.split('\n')) {
    const plan = /^1\.\.(\d+)/.exec(line);
    if (plan) planned = Number(plan[1]);
    const done = /^(not )?ok (\d+)/.exec(line);
    // A case that is marked TODO may do either.
    if (done) results.set(`${file}:${done[2]}`, done[1] === undefined || line.includes('# TODO'));
  }
  for (let i = 1; i <= planned; i++) if (!results.has(`${file}:${i}`)) results.set(`${file}:${i}`, false);
}

function outputOf(command, args, cwd) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'ignore'] });
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.on('error', reject);
    child.on('close', () => resolve(output));
  });
}
