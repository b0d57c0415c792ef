import type { ExecuteOptions } from './evaluation.ts';
import { executeTemplate } from './execute.ts';
import { DOCKER_FUNCTIONS, HEADER_FUNCTIONS } from './functions.ts';
import type { GoValue } from './goValue.ts';
import { type ParsedTemplate, parseTemplate } from './parser.ts';
import { TemplateError } from './templateError.ts';

const NAMES = new Set([...Object.keys(DOCKER_FUNCTIONS), 'call']);

/** What was written, whole or up to the fault. */
interface PartlyExecuted {
  readonly text: string;
  readonly fault?: TemplateError;
}

/** A Go template with docker's functions. */
export class Template {
  readonly #parsed: ParsedTemplate;

  /** Throws TemplateError, as `execute` does. */
  constructor(text: string, name = '') {
    this.#parsed = parseTemplate(text, NAMES, name);
  }

  execute(data: GoValue | undefined, options: Pick<ExecuteOptions, 'requiresKeys'> = {}): string {
    return executeTemplate(this.#parsed, data, { ...options, functions: DOCKER_FUNCTIONS });
  }

  executePartly(data: GoValue | undefined): PartlyExecuted {
    return this.#partly(data, { functions: DOCKER_FUNCTIONS });
  }

  /** The line of headers: functions leave them alone, and what fails ends the line. */
  executeHeader(header: GoValue): string {
    return this.#partly(header, { functions: HEADER_FUNCTIONS }).text;
  }

  #partly(data: GoValue | undefined, options: ExecuteOptions): PartlyExecuted {
    let written = '';
    try {
      return {
        text: executeTemplate(this.#parsed, data, options, (text) => {
          written = text;
        }),
      };
    } catch (fault) {
      if (fault instanceof TemplateError) return { text: written, fault };
      throw fault;
    }
  }
}
