import {
  type FolderFile,
  MAX_FOLDER_FILES,
  type NamedInput,
  fileInput,
  folderInput,
  gatherLayout,
} from './namedInput.ts';

/** Chromium gives handles, which can be kept and opened again after a reload (File System Access). */
interface HandleItem {
  getAsFileSystemHandle?(): Promise<FileSystemHandle | null>;
}

interface DroppedItem {
  readonly handle: Promise<FileSystemHandle | null>;
  readonly entry: FileSystemEntry | null;
  readonly file: File | null;
}

/** What was dropped or pasted. Must be called within the event: the items are gone when it ends. */
export function droppedInputs(data: DataTransfer): Promise<readonly NamedInput[]> {
  const items = Array.from(data.items)
    .filter((item) => item.kind === 'file')
    .map((item): DroppedItem => {
      const handle = (item as DataTransferItem & HandleItem).getAsFileSystemHandle?.() ?? Promise.resolve(null);
      return { handle: handle.catch(() => null), entry: item.webkitGetAsEntry(), file: item.getAsFile() };
    });
  return inputsOf(items);
}

async function inputsOf(items: readonly DroppedItem[]): Promise<readonly NamedInput[]> {
  const inputs: NamedInput[] = [];
  const parts: FolderFile[] = [];
  for (const item of items) {
    const handle = await item.handle;
    if (item.entry?.isDirectory) {
      const files = await filesBelow(item.entry as FileSystemDirectoryEntry);
      inputs.push(folderInput(item.entry.name, files));
      parts.push(...files.map((one) => ({ ...one, path: `${item.entry?.name}/${one.path}` })));
    } else if (item.file) {
      const kept = handle?.kind === 'file' ? (handle as FileSystemFileHandle) : undefined;
      inputs.push(fileInput(item.file, kept));
      parts.push({ path: item.file.name, file: item.file });
    }
  }
  // A single folder is an input of its own.
  const layout = items.length > 1 ? gatherLayout(parts) : undefined;
  return layout ? [layout] : inputs;
}

/** All files below a directory, breadth first, paths relative to it. */
async function filesBelow(root: FileSystemDirectoryEntry): Promise<readonly FolderFile[]> {
  const files: FolderFile[] = [];
  const waiting: FileSystemDirectoryEntry[] = [root];
  for (let next = waiting.shift(); next; next = waiting.shift()) {
    for (const entry of await listDirectory(next)) {
      if (entry.isDirectory) waiting.push(entry as FileSystemDirectoryEntry);
      else {
        files.push({
          path: entry.fullPath.slice(root.fullPath.length).replace(/^\//, ''),
          file: await entryFile(entry as FileSystemFileEntry),
        });
      }
      if (files.length + waiting.length > MAX_FOLDER_FILES) throw new RangeError('the folder holds too many files');
    }
  }
  return files;
}

/** readEntries gives some at a time and ends with none (File and Directory Entries API). */
async function listDirectory(directory: FileSystemDirectoryEntry): Promise<readonly FileSystemEntry[]> {
  const reader = directory.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

function entryFile(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}
