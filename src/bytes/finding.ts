/** Something a person should know: a repair that was made, or what real engines would refuse. The text is made
 *  at the edge (i18n) from the code and its parameters. */
export interface Finding {
  readonly severity: 'info' | 'warning' | 'error';
  readonly code: string;
  readonly params: Readonly<Record<string, string | number>>;
}

/** Findings told one by one; the rest of a code are counted, so that a hostile input cannot fill memory. */
const TOLD_PER_CODE = 20;

/** Collects findings within bounds. */
export class FindingLog {
  readonly #findings: Finding[] = [];
  readonly #countByCode = new Map<string, number>();

  add(severity: Finding['severity'], code: string, params: Finding['params'] = {}): void {
    const count = (this.#countByCode.get(code) ?? 0) + 1;
    this.#countByCode.set(code, count);
    if (count <= TOLD_PER_CODE) this.#findings.push({ severity, code, params });
  }

  /** What was found so far. A code that occurred more than 20 times ends with one `moreFindings` that counts the rest. */
  list(): readonly Finding[] {
    const all = [...this.#findings];
    for (const [code, count] of this.#countByCode) {
      if (count > TOLD_PER_CODE)
        all.push({ severity: 'info', code: 'moreFindings', params: { code, count: count - TOLD_PER_CODE } });
    }
    return all;
  }
}
