import { encodeName } from '../../../bytes/byteName.ts';

/** The text that bytes carried as a name are in UTF-8. */
export function utf8Name(name: string): string {
  return new TextDecoder().decode(encodeName(name));
}
