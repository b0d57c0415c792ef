/** Hands bytes to the person: into a place of their choice where the browser has a picker, else as a download. */
export async function saveBlob(blob: Blob, fileName: string): Promise<'saved' | 'dismissed'> {
  const picker = filePicker();
  if (!picker) return download(blob, fileName);
  let handle: FileSystemFileHandle;
  try {
    handle = await picker({ suggestedName: fileName });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return 'dismissed';
    // The click is too long ago (the bytes took a while), or pickers are forbidden here.
    return download(blob, fileName);
  }
  const writable = await handle.createWritable();
  await blob.stream().pipeTo(writable);
  return 'saved';
}

/** Straight to the browser's downloads: for small things, without a question. */
export function download(blob: Blob, fileName: string): 'saved' {
  // A known type would make browsers add an extension to the name.
  const url = URL.createObjectURL(blob.slice(0, blob.size, 'application/octet-stream'));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  link.click();
  // The download has begun once this task is over; the address need not outlive it for long.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
  return 'saved';
}

type SavePicker = (options: { readonly suggestedName: string }) => Promise<FileSystemFileHandle>;

function filePicker(): SavePicker | undefined {
  const picker = (window as Window & { showSaveFilePicker?: SavePicker }).showSaveFilePicker;
  return picker?.bind(window);
}

/** A path's last name as a file name that every system takes. */
export function safeFileName(path: string, fallback: string): string {
  const name = path.split('/').at(-1) ?? '';
  const safe = name.replaceAll(/[\u0000-\u001f<>:"/\\|?*\u007f-\u009f\ud800-\udfff]/gu, '_').slice(0, 200);
  return safe === '' || /^\.+$/.test(safe) ? fallback : safe;
}
