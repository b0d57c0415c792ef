import type { InstructionName } from './dockerfileLanguage.ts';

/** Flags of the instructions, as both builders together know them. Each has its words in the messages. */
export const FLAGS = {
  FROM: ['platform'],
  RUN: ['mount', 'network', 'security'],
  COPY: ['from', 'chown', 'chmod', 'link', 'parents', 'exclude'],
  ADD: ['keep-git-dir', 'checksum', 'chown', 'chmod', 'link', 'exclude', 'unpack'],
  HEALTHCHECK: ['interval', 'timeout', 'start-period', 'start-interval', 'retries'],
} as const satisfies Partial<Record<InstructionName, readonly string[]>>;

/** Flags that stand alone. */
export const SWITCHES: ReadonlySet<string> = new Set(['link', 'parents', 'keep-git-dir', 'unpack']);

export function flagsOf(keyword: string): readonly string[] {
  return (FLAGS as Readonly<Record<string, readonly string[]>>)[keyword] ?? [];
}
