/** Steps that cannot come out as recorded, with the reason. They are shown, and do not make a transcript fail. */
export const EXCEPTIONS: readonly { readonly transcript: string; readonly step: number; readonly reason: string }[] = [
  {
    transcript: '12-bk-dockerignore',
    step: 14,
    reason: 'the recorder put --network into every build, and the client complains of that here',
  },
  {
    transcript: '11-build-add-tar',
    step: 4,
    reason: 'prints sums of what GNU gzip and xz made of an archive: other bytes of the same content',
  },
  {
    transcript: '13-hub',
    step: 26,
    reason: 'prints a manifest’s digest, which depends on the bytes that Debian’s zlib makes of a layer',
  },
  {
    transcript: '13-manifest',
    step: 4,
    reason: 'prints size and digest of a layer as Go’s gzip compresses it',
  },
];

/** The reason why a step is not judged; undefined for one that is. */
export function exceptionOf(transcript: string, step: number): string | undefined {
  return EXCEPTIONS.find((one) => one.transcript === transcript && one.step === step)?.reason;
}
