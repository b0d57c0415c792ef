/** What the page needs of the worker's protocol: its types, and the tables behind the numbers in columns. */
export type * from '../worker/protocol.ts';
export { CHANGES, EntryKind, FATES, ROW_FLAGS, decodeName, encodeName, printableName } from '../worker/protocol.ts';
