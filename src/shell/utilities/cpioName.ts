import type { Process } from '../kernel/process.ts';

/** Names without what would lead out of the directory; told once for each kind of it. */
export class CpioNames {
  readonly #process: Process;
  readonly #told = new Set<string>();

  constructor(process: Process) {
    this.#process = process;
  }

  async stripped(name: string): Promise<string> {
    const up = /^.*(?:^|\/)\.\.(?=\/|$)\/*/s.exec(name)?.[0] ?? '';
    const prefix = up || (/^\/+/.exec(name)?.[0] ?? '');
    if (prefix === '') return name;
    const shown = up === '' ? '/' : prefix;
    if (!this.#told.has(shown)) {
      this.#told.add(shown);
      await this.#process.complain(`Removing leading \`${shown}' from member names`);
    }
    return name.slice(prefix.length) || '.';
  }
}

/** As names stand in an archive. */
export function withoutLeadingDots(name: string): string {
  return name.replace(/^(?:\.\/+)+/, '') || '.';
}
