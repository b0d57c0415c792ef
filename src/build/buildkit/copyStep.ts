import { MemorySource } from '../../bytes/byteSource.ts';
import { toHex } from '../../bytes/hex.ts';
import { BuildError } from '../buildError.ts';
import { cleanPath, type FileSet, type SourceFile } from '../classic/contextFiles.ts';
import { digestText } from '../classic/digestText.ts';
import { checkOut } from '../context/gitFiles.ts';
import { type GitReference, readGitReference } from '../context/gitReference.ts';
import { rememberFiles } from '../copiedFiles.ts';
import type { AddInstruction, CopyInstruction } from '../instructions/instruction.ts';
import type { PlannedStep } from '../plan/stageState.ts';
import type { BuildkitSurroundings } from './buildkitOptions.ts';
import { readCopyMode } from './copyMode.ts';
import { copyOwner } from './copyOwner.ts';
import { select, type Selected } from './copySelection.ts';
import { type LayerStack, NO_LAYERS, withLinked } from './layerStack.ts';
import { placeSelection } from './placeSelection.ts';
import { type KeyParts, stepKey } from './stepCache.ts';
import { cached, failedEarly, fetched, type FetchedSource, type StepSetup } from './stepWork.ts';

type Body = AddInstruction | CopyInstruction;

/** A download stays with the engine. */
interface Download extends Selected, FetchedSource {}

/** What is copied, and what stands for it in the key. */
interface Gathered {
  /** Of the context, of a stage, of a repository, or written in the Dockerfile. */
  readonly selected: readonly Selected[];
  /** Unpacked only when asked for. */
  readonly downloads: readonly Download[];
  readonly digest: string;
}

/** Carries COPY or ADD out. Throws StepFailed. */
export async function copyStep(step: PlannedStep, body: Body, base: LayerStack, setup: StepSetup): Promise<LayerStack> {
  let gathered: Gathered;
  try {
    gathered = await gather(body, setup);
  } catch (error) {
    throw await failedEarly(error, setup, 'failed to compute cache key: ');
  }
  const destination = destinationOf(step.surroundings.workingDir, body.destination);
  const isOld = setup.options.vintage === '0.8';
  const mode = readCopyMode(body.chmod, setup.options.vintage);
  const parts: KeyParts = {
    kind: body.kind === 'ADD' ? 'add' : 'copy',
    sources: JSON.stringify(body.sources),
    files: gathered.digest,
    destination,
    chown: body.chown,
    chmod: body.chmod,
    link: String(body.link),
  };
  // A layer of its own, whatever lies below it (dockerfile2llb: MergeOp); not so with --chmod.
  const isLinked = body.link && body.chmod === '';
  const { surroundings } = setup;
  const { work, engine } = surroundings;
  const under = isLinked ? NO_LAYERS : base;
  const stack = await cached(
    parts,
    under,
    setup,
    { isIgnored: !setup.options.usesCache || setup.isUncached },
    async (mount) => {
      const owner = body.chown === '' ? undefined : await copyOwner(mount, body.chown);
      const placement = { mount, destination, owner, mode, work, ...(isOld && { shownRoot: shownRoot(surroundings) }) };
      const unpacks = body.kind === 'ADD' && body.unpack !== false;
      // 0.8 left owners of archives as they are.
      const unpackedOwner = isOld ? undefined : owner;
      await placeSelection(gathered.selected, { ...placement, unpackedOwner, unpacks });
      for (const { kept } of gathered.downloads) engine.images.noteUse({ ...kept, createdAt: surroundings.now() });
      const unpacksDownloads = body.kind === 'ADD' && body.unpack === true;
      // 0.8 gave a download no mode.
      const ofDownloads = { ...placement, ...(isOld && { mode: undefined }), unpackedOwner };
      await placeSelection(gathered.downloads, { ...ofDownloads, unpacks: unpacksDownloads });
    },
  );
  if (!isLinked) return stack;
  engine.images.restack(base.layers, stack.layers);
  return withLinked(base, stack, stepKey({ kind: 'merge', base: base.key, linked: stack.key }, work.platform).key);
}

const PLACE_LETTERS = 'abcdefghijklmnopqrstuvwxyz0123456789';
const PLACE_LENGTH = 25;

/** Where dockerd's BuildKit has the layers mounted that it copies into: its errors tell. */
function shownRoot({ random }: BuildkitSurroundings): string {
  const letters = [...random(PLACE_LENGTH)].map((byte) => PLACE_LETTERS[byte % PLACE_LETTERS.length]);
  return `/var/lib/docker/overlay2/${letters.join('')}/merged`;
}

// What is copied

async function gather(body: Body, setup: StepSetup): Promise<Gathered> {
  const { surroundings } = setup;
  const { work } = surroundings;
  const isOld = setup.options.vintage === '0.8';
  const rules = {
    excludes: body.excludes,
    keepsParents: body.kind === 'COPY' && body.parents,
    isOld,
  };
  const local: string[] = [];
  const urls: string[] = [];
  const repositories: { readonly source: string; readonly reference: GitReference }[] = [];
  for (const source of body.sources) {
    const reference = !isOld && isRemote(source) ? readGitReference(source) : undefined;
    if (!reference && !isUrl(source)) {
      local.push(source);
      continue;
    }
    const what = reference ? 'a git ref' : 'a URL';
    if (body.kind === 'COPY') throw new BuildError('context', `source can't be ${what} for COPY`);
    if (reference) repositories.push({ source, reference });
    else urls.push(source);
  }
  if (body.kind === 'ADD') checkChecksum(body, urls.length + repositories.length);
  let selected: readonly Selected[] = [];
  let digest = '';
  if (local.length > 0) {
    const isOfStage = body.kind === 'COPY' && body.from !== '';
    const files = await setup.filesOf(isOfStage ? 0 : -1);
    const isSent = isOfStage ? undefined : (folder: string) => setup.isSent(folder, body.sources);
    const selection = await select(files, local, { ...rules, isSent }, work);
    ({ selected, digest } = selection);
    rememberFiles(surroundings.engine.images, digest, selection.sums);
  }
  for (const { source, reference } of repositories) {
    const { files, commit, keeps } = await fetched(source, setup, () => clone(reference, body, setup));
    selected = [...selected, ...(await select(files, ['/'], rules, work)).selected];
    digest += `git ${commit} ${reference.directory} ${keeps}`;
  }
  const downloads: Download[] = [];
  for (const url of urls) {
    const one = await setup.fetchSource(url, checksumOf(body), () => download(url, checksumOf(body), setup));
    downloads.push(one);
    digest += await one.file.sum();
  }
  const inline = body.inline.map(({ name, data }) => inlineFile(name, data, setup));
  for (const { file } of inline) digest += `${file.path} ${await file.sum()}`;
  return { selected: [...selected, ...inline], downloads, digest };
}

function isUrl(source: string): boolean {
  return /^https?:\/\//.test(source);
}

/** `github.com/…` may be a folder, too: as a source it is one. */
function isRemote(source: string): boolean {
  return isUrl(source) || /^(git|ssh):\/\/|^git@/.test(source);
}

function checksumOf(body: Body): string {
  return body.kind === 'ADD' ? body.checksum : '';
}

function checkChecksum({ checksum, sources }: AddInstruction, remote: number): void {
  if (checksum === '') return;
  if (sources.length !== 1) throw new BuildError('instruction', "checksum can't be specified for multiple sources");
  if (remote === 0) throw new BuildError('instruction', 'checksum requires HTTP(S) or Git sources');
}

async function clone(reference: GitReference, body: Body, { surroundings }: StepSetup) {
  const { fetchGit, work, nowMs } = surroundings;
  if (!fetchGit) throw new BuildError('context', `failed to fetch remote ${reference.url}: the build has no network`);
  const asked = body.kind === 'ADD' ? body.keepGitDir : undefined;
  if (asked !== undefined && reference.keepsGitDir !== undefined && asked !== reference.keepsGitDir)
    throw new BuildError('context', 'inconsistent keep-git-dir configuration');
  const keeps = asked ?? reference.keepsGitDir ?? false;
  const checksum = checksumOf(body);
  if (checksum !== '' && reference.commit !== '' && checksum !== reference.commit)
    throw new BuildError('context', `checksum mismatch "${checksum}" != "${reference.commit}"`);
  const wanted = { ...reference, commit: checksum || reference.commit };
  const nowSec = Math.floor(nowMs() / 1000);
  return { ...(await checkOut(wanted, fetchGit, { keepsGitDir: keeps, nowSec, work })), keeps };
}

/** What 0.8 called a download whose address names no file. */
const UNNAMED = '__unnamed__';
/** Files that lie nowhere. */
const NOWHERE: FileSet = { find: () => undefined, resolve: () => undefined, below: () => [] };
const CHECKSUM = /^(sha256):([0-9a-f]{64})$|^(sha384):[0-9a-f]{96}$|^(sha512):[0-9a-f]{128}$/;

async function download(url: string, checksum: string, { surroundings, options }: StepSetup): Promise<Download> {
  const { vintage } = options;
  const wanted = CHECKSUM.exec(checksum);
  if (checksum !== '' && !wanted) throw new BuildError('instruction', 'invalid checksum digest format');
  if (wanted && wanted[1] === undefined)
    throw new BuildError('instruction', `unsupported digest algorithm ${wanted[3] ?? wanted[4]}`);
  const { name, bytes, modifiedSec } = await surroundings.download(url);
  if (name === '' && vintage !== '0.8') throw new BuildError('context', `cannot determine filename for source ${url}`);
  const digest = `sha256:${toHex(await surroundings.work.platform.sha256(bytes))}`;
  if (wanted && digest !== checksum) throw new BuildError('context', `digest mismatch ${digest}: ${checksum}`);
  const made = madeFile(name || UNNAMED, bytes, { mode: 0o600, mtimeSec: modifiedSec ?? 0 }, surroundings);
  const key = digestText(`download ${url} ${digest}`, surroundings.work.platform);
  return { ...made, kept: { key, layers: [], description: url, sizeBytes: bytes.length } };
}

/** Written as the step is carried out: their time is no part of the key. */
function inlineFile(name: string, data: string, { surroundings, now }: StepSetup): Selected {
  const made = madeFile(name, new TextEncoder().encode(data), { mode: 0o644, mtimeSec: 0 }, surroundings);
  return { ...made, file: { ...made.file, mtime: now() } };
}

function madeFile(
  name: string,
  bytes: Uint8Array,
  { mode, mtimeSec }: { readonly mode: number; readonly mtimeSec: number },
  { work }: BuildkitSurroundings,
): Selected {
  const file: SourceFile = {
    path: name,
    kind: 'file',
    mode,
    uid: 0,
    gid: 0,
    mtime: { sec: mtimeSec, nsec: 0 },
    sizeBytes: bytes.length,
    linkTarget: '',
    content: new MemorySource(bytes),
    sum: async () =>
      digestText(`${name} ${mode} ${mtimeSec} ${new TextDecoder('latin1').decode(bytes)}`, work.platform),
  };
  return { file, files: NOWHERE, name, includes: [], excludes: [] };
}

/** Absolute; a slash at its end stays. */
function destinationOf(workingDir: string, path: string): string {
  const clean = cleanPath(path.startsWith('/') ? path : `${workingDir}/${path}`);
  const isFolder = path === '' || path.endsWith('/') || path === '.' || path.endsWith('/.') || clean === '';
  return clean === '' ? '/' : `/${clean}${isFolder ? '/' : ''}`;
}
