import {
  type FolderFile,
  MAX_FOLDER_FILES,
  type NamedInput,
  fileInput,
  folderInput,
  gatherLayout,
} from './namedInput.ts';

interface PickerWindow {
  showOpenFilePicker?(options: { multiple: boolean }): Promise<readonly FileSystemFileHandle[]>;
}

/** Lets the reader pick files: with handles where the browser has them, so that a reload can open them again.
 *  Empty when nothing was picked. */
export async function pickFiles(): Promise<readonly NamedInput[]> {
  const picker = window as unknown as PickerWindow;
  if (!picker.showOpenFilePicker) return filesInputs(await pickByInput('files'));
  try {
    const handles = await picker.showOpenFilePicker({ multiple: true });
    const picked = await Promise.all(handles.map(async (handle) => ({ handle, file: await handle.getFile() })));
    const layout = gatherLayout(picked.map(({ file }) => ({ path: file.name, file })));
    return layout ? [layout] : picked.map(({ handle, file }) => fileInput(file, handle));
  } catch (error) {
    if (isDismissed(error)) return [];
    // In a cross-origin frame the picker is forbidden, an input is not.
    if (error instanceof DOMException && error.name === 'SecurityError') return filesInputs(await pickByInput('files'));
    throw error;
  }
}

/** Lets the reader pick a folder (an OCI layout, a `dir:` transport). */
export async function pickFolder(): Promise<readonly NamedInput[]> {
  const files = await pickByInput('folder');
  const [first] = files;
  if (!first) return [];
  if (files.length > MAX_FOLDER_FILES) throw new RangeError('the folder holds too many files');
  const name = first.webkitRelativePath.split('/')[0] ?? first.name;
  return [
    folderInput(
      name,
      files.map((file): FolderFile => ({ path: belowRoot(file), file })),
    ),
  ];
}

function filesInputs(files: readonly File[]): readonly NamedInput[] {
  const layout = gatherLayout(files.map((file) => ({ path: file.name, file })));
  return layout ? [layout] : files.map((file) => fileInput(file));
}

function belowRoot(file: File): string {
  return file.webkitRelativePath.split('/').slice(1).join('/');
}

function isDismissed(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'AbortError';
}

function pickByInput(what: 'files' | 'folder'): Promise<readonly File[]> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    if (what === 'folder') input.webkitdirectory = true;
    else input.multiple = true;
    input.hidden = true;
    const done = (files: readonly File[]): void => {
      input.remove();
      resolve(files);
    };
    input.addEventListener('change', () => done(Array.from(input.files ?? [])), { once: true });
    input.addEventListener('cancel', () => done([]), { once: true });
    document.body.append(input);
    input.click();
  });
}
