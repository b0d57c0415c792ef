/** Where package managers keep what they can fetch again, paths from the root without a leading slash. */
const CACHE_FOLDERS: readonly RegExp[] = [
  /^var\/lib\/apt\/lists\/(?!partial$|auxfiles$|lock$)./,
  /^var\/cache\/apt\/(?:archives\/.*\.deb|.*\.bin)$/,
  /^(?:var\/cache|etc)\/apk\/(?:cache\/.|.*\.apk$|APKINDEX\..*\.tar\.gz$)/,
  /^var\/cache\/apk\/./,
  /^var\/cache\/(?:yum|dnf|libdnf5|zypp)\/./,
  /^var\/cache\/pacman\/pkg\/./,
  /^(?:root|home\/[^/]+)\/\.cache\/(?:pip|uv|pypoetry|yarn|go-build|composer|bazel|ms-playwright)\/./,
  /^(?:root|home\/[^/]+)\/\.npm\/_(?:cacache|logs|npx)\/./,
  /^(?:root|home\/[^/]+)\/\.(?:cargo\/registry\/cache|m2\/repository|gradle\/caches|nuget\/packages|bundle\/cache)\/./,
  /^(?:usr\/local\/share\/\.cache\/yarn|usr\/local\/share\/\.cache|root\/\.yarn\/berry\/cache)\/./,
  /^(?:opt\/conda|root\/(?:mini|ana)conda3?)\/pkgs\/.*\.(?:conda|tar\.bz2)$/,
];

/** Whether a path lies in a package manager's cache. */
export function isPackageCachePath(path: string): boolean {
  return CACHE_FOLDERS.some((folder) => folder.test(path));
}
