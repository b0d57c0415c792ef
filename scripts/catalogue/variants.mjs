// Versions and variants of the images of recipes.mjs, by which Dockerfiles name their bases: `node:18`, `nginx:alpine`.
// They are made from those recipes: another version in its texts and paths, or Alpine in the place of Debian.
import { alpineFacts, apkInstalled } from './alpineFacts.mjs';
import { packListing, unpackListing } from './packListing.mjs';

const BUILDKIT = 'buildkit.dockerfile.v0';
/** Steps that images of languages begin with and share, whatever their version. */
const BUILDPACK_STEPS = 3;

/** `base`: what `recipes` gave. More recipes by name. */
export function variants(base) {
  const made = {};
  const add = (name, recipe) => {
    made[name] = recipe;
    return recipe;
  };

  for (const [version, created, packages] of ALPINES)
    add(`alpine-${minorOf(version)}`, alpineOf(base.alpine, version, created, packages));

  for (const { major, node, yarn, created, words } of NODES) {
    const full = replaced(base.node, { '20.9.0': node, '1.22.19': yarn });
    const tags = [major, minorOf(node), node, ...words];
    const suite = tags.map((tag) => `${tag}-bookworm`);
    const versioned = stamped(full, created);
    if (node !== '20.9.0') add(`node-${major}`, { ...versioned, tags: [...tags, ...suite] });
    add(`node-${major}-slim`, {
      ...versioned,
      tags: [...tags, ...suite].map((tag) => `${tag}-slim`).concat(major === '20' ? ['slim', 'bookworm-slim'] : []),
      from: 'debian-slim',
      steps: versioned.steps.slice(BUILDPACK_STEPS),
    });
    add(`node-${major}-alpine`, {
      ...versioned,
      tags: tags.map((tag) => `${tag}-alpine`).concat(major === '20' ? ['alpine'] : []),
      from: 'alpine',
      // Without the step that adds Debian's user.
      steps: onAlpine(base.alpine, versioned.steps.slice(BUILDPACK_STEPS + 1), {
        user: ['node', 1000, '/home/node', '/bin/sh'],
        packages: ['libgcc', 'libstdc++'],
        run: 'addgroup -g 1000 node     && adduser -u 1000 -G node -s /bin/sh -D node     && apk add --no-cache libstdc++',
      }),
    });
  }

  for (const { minor, python, pip, setuptools, created } of PYTHONS) {
    const to = { '3.11.6': python, 3.11: minor, 'cpython-311': `cpython-3${minor.slice(2)}`, '23.2.1': pip };
    const tags = minor === '3.11' ? ['3', minor, python] : [minor, python];
    const version = (recipe) => {
      const { steps, ...rest } = replaced(recipe, { ...to, '65.5.1': setuptools ?? '65.5.1' });
      return { ...rest, steps: setuptools ? steps : steps.map(withoutSetuptools) };
    };
    if (minor !== '3.11') {
      add(`python-${minor}`, {
        ...stamped(version(base.python), created),
        tags: [...tags, ...tags.map((tag) => `${tag}-bookworm`)],
      });
      add(`python-${minor}-slim`, {
        ...stamped(version(base['python-slim']), created, 0),
        tags: tags.flatMap((tag) => [`${tag}-slim`, `${tag}-slim-bookworm`]),
      });
    }
    add(`python-${minor}-alpine`, {
      ...stamped(version(base['python-slim']), created, 0),
      tags: tags.map((tag) => `${tag}-alpine`).concat(minor === '3.11' ? ['alpine'] : []),
      from: 'alpine',
      steps: onAlpine(base.alpine, version(base['python-slim']).steps.slice(1), {
        packages: ['ca-certificates', 'tzdata'],
        run: 'apk add --no-cache \t\tca-certificates \t\ttzdata \t;',
      }),
    });
  }

  for (const { go, created } of GOS) {
    const minor = minorOf(go);
    const versioned = stamped(replaced(base.golang, { '1.21.4': go }), created, BUILDPACK_STEPS + 1);
    const tags = minor === '1.21' ? ['1', minor, go] : [minor, go];
    if (minor !== '1.21')
      add(`golang-${minor}`, { ...versioned, tags: [...tags, ...tags.map((tag) => `${tag}-bookworm`)] });
    add(`golang-${minor}-alpine`, {
      ...versioned,
      tags: tags.map((tag) => `${tag}-alpine`).concat(minor === '1.21' ? ['alpine'] : []),
      from: 'alpine',
      steps: onAlpine(base.alpine, versioned.steps.slice(BUILDPACK_STEPS + 1), {
        packages: ['ca-certificates'],
        run: 'apk add --no-cache ca-certificates',
      }),
    });
  }

  add('nginx-alpine', nginxAlpine(base, ['alpine', '1-alpine', '1.25-alpine', '1.25.3-alpine', 'mainline-alpine']));
  add('redis-alpine', redisAlpine(base, ['alpine', '7-alpine', '7.2-alpine', '7.2.3-alpine']));
  return made;
}

/** Packages that came with the image of a release, where they differ from 3.18's. */
const ALPINES = [
  [
    '3.19.1',
    '2024-01-27T00:30:48.743965523Z',
    {
      'alpine-baselayout': '3.4.3-r2',
      'alpine-baselayout-data': '3.4.3-r2',
      'apk-tools': '2.14.0-r5',
      busybox: '1.36.1-r15',
      'busybox-binsh': '1.36.1-r15',
      'libc-utils': '0.7.2-r5',
      libcrypto3: '3.1.4-r5',
      libssl3: '3.1.4-r5',
      musl: '1.2.4_git20230717-r4',
      'musl-utils': '1.2.4_git20230717-r4',
      scanelf: '1.3.7-r2',
      ssl_client: '1.36.1-r15',
      zlib: '1.3.1-r0',
    },
  ],
  [
    '3.20.3',
    '2024-09-06T22:20:07.972381771Z',
    {
      'alpine-baselayout': '3.6.5-r0',
      'alpine-baselayout-data': '3.6.5-r0',
      'apk-tools': '2.14.4-r0',
      busybox: '1.36.1-r29',
      'busybox-binsh': '1.36.1-r29',
      'ca-certificates-bundle': '20240705-r0',
      'libc-utils': '0.7.2-r5',
      libcrypto3: '3.3.2-r0',
      libssl3: '3.3.2-r0',
      musl: '1.2.5-r0',
      'musl-utils': '1.2.5-r0',
      scanelf: '1.3.7-r2',
      ssl_client: '1.36.1-r29',
      zlib: '1.3.1-r1',
    },
  ],
  [
    '3.21.0',
    '2024-12-05T20:11:57.911837882Z',
    {
      'alpine-baselayout': '3.6.8-r0',
      'alpine-baselayout-data': '3.6.8-r0',
      'apk-tools': '2.14.6-r2',
      busybox: '1.37.0-r8',
      'busybox-binsh': '1.37.0-r8',
      'ca-certificates-bundle': '20241010-r0',
      'libc-utils': '0.7.2-r5',
      libcrypto3: '3.3.2-r4',
      libssl3: '3.3.2-r4',
      musl: '1.2.5-r8',
      'musl-utils': '1.2.5-r8',
      scanelf: '1.3.8-r1',
      ssl_client: '1.37.0-r8',
      zlib: '1.3.1-r2',
    },
  ],
];

const NODES = [
  { major: '18', node: '18.18.2', yarn: '1.22.19', created: '2023-10-31T22:10:02Z', words: ['hydrogen'] },
  { major: '20', node: '20.9.0', yarn: '1.22.19', created: '2023-10-31T22:21:11Z', words: ['lts', 'iron'] },
  { major: '22', node: '22.11.0', yarn: '1.22.22', created: '2024-10-29T18:20:14Z', words: ['jod'] },
];

/** From 3.12 on without setuptools and wheel. */
const PYTHONS = [
  { minor: '3.9', python: '3.9.18', pip: '23.0.1', setuptools: '58.1.0', created: '2023-10-11T03:02:10Z' },
  { minor: '3.10', python: '3.10.13', pip: '23.0.1', setuptools: '65.5.1', created: '2023-10-11T04:10:31Z' },
  { minor: '3.11', python: '3.11.6', pip: '23.2.1', setuptools: '65.5.1', created: '2023-10-11T05:30:12Z' },
  { minor: '3.12', python: '3.12.1', pip: '23.2.1', created: '2023-12-08T06:12:20Z' },
  { minor: '3.13', python: '3.13.0', pip: '24.2', created: '2024-10-08T01:13:05Z' },
];

const GOS = [
  { go: '1.21.4', created: '2023-11-07T18:44:11Z' },
  { go: '1.22.5', created: '2024-07-02T19:53:52Z' },
  { go: '1.23.2', created: '2024-10-01T18:05:32Z' },
];

const minorOf = (version) => version.split('.').slice(0, 2).join('.');

/** A recipe with other versions wherever it names them. Longer words first: `3.11.6` is not `3.11` and `.6`. */
function replaced(recipe, words) {
  const from = Object.keys(words).sort((a, b) => b.length - a.length);
  const pattern = new RegExp(from.map((word) => word.replaceAll('.', '\\.')).join('|'), 'g');
  return mapTexts(recipe, (text) => text.replace(pattern, (word) => words[word]));
}

/** Listings tell what names have in common with the name before: written anew after a change. */
function mapTexts(value, change) {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one) => mapTexts(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [
      change(key),
      key === 'listing' ? changedListing(one, change) : mapTexts(one, change),
    ]),
  );
}

function changedListing(listing, change) {
  const entries = unpackListing(listing).map((entry) => ({
    ...entry,
    path: change(entry.path),
    ...(entry.target !== undefined && { target: change(entry.target) }),
  }));
  return packListing(entries.sort((a, b) => (a.path < b.path ? -1 : 1)));
}

/** Made at another time, but for the steps that it shares with the others. */
function stamped(recipe, created, shared = BUILDPACK_STEPS) {
  const steps = recipe.steps.map((step, i) => (i < shared ? { ...step, created: recipe.created } : step));
  return { ...recipe, created, steps };
}

function withoutSetuptools(step) {
  if (!step.layer?.listing) return step;
  const entries = unpackListing(step.layer.listing).filter(
    ({ path }) => !/site-packages\/(setuptools|wheel)/.test(path),
  );
  return { ...step, layer: { ...step.layer, listing: packListing(entries) } };
}

function alpineOf(alpine, version, created, packages) {
  const minor = minorOf(version);
  const recipe = replaced(alpine, { '3.18.4': version, 'v3.18': `v${minor}`, 'Linux 3.18': `Linux ${minor}` });
  const [added, ...rest] = recipe.steps;
  const installed = alpineFacts()
    .filter(({ isBase }) => isBase)
    .map((one) => ({ ...one, version: packages[one.name] ?? one.version }));
  const texts = { ...added.layer.texts, 'lib/apk/db/installed': apkInstalled(installed) };
  return {
    ...recipe,
    created,
    tags: [minor, version],
    steps: [{ ...added, createdBy: hashOf(added.createdBy, version), layer: { ...added.layer, texts } }, ...rest],
  };
}

/** Other content has another digest in its name; the real one's is not known here. */
function hashOf(createdBy, version) {
  const shift = [...version].reduce((sum, character) => sum + character.charCodeAt(0), 0);
  return createdBy.replace(/[0-9a-f]{64}/, (hex) =>
    [...hex].map((digit, i) => ((Number.parseInt(digit, 16) + shift * (i + 1)) & 15).toString(16)).join(''),
  );
}

/** A step that installs packages of Alpine, and adds a user if there is one, before `steps`. */
function onAlpine(alpine, steps, { packages, user, run }) {
  const { texts } = alpine.steps[0].layer;
  const facts = alpineFacts().filter(({ name }) => packages.includes(name));
  const listing = facts
    .flatMap(({ entries }) => entries)
    .concat(user ? [{ kind: 'd', path: user[2].slice(1), mode: 0o755, uid: user[1], gid: user[1] }] : [])
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  const step = {
    createdBy: `RUN /bin/sh -c ${run} # buildkit`,
    comment: BUILDKIT,
    layer: {
      listing: packListing(listing),
      texts: {
        'etc/apk/world': `${texts['etc/apk/world']}${packages.join('\n')}\n`,
        'lib/apk/db/installed': texts['lib/apk/db/installed'] + apkInstalled(facts),
        ...(user && withUser(texts, user)),
      },
    },
  };
  return [step, ...mapTexts(steps, (text) => text.replaceAll('x86_64-linux-gnu', 'x86_64-linux-musl'))];
}

function withUser(texts, [name, id, home, shell]) {
  return {
    'etc/passwd': `${texts['etc/passwd']}${name}:x:${id}:${id}::${home}:${shell}\n`,
    'etc/group': `${texts['etc/group']}${name}:x:${id}:\n`,
    'etc/shadow#640': `${texts['etc/shadow#640']}${name}:!:19641:0:99999:7:::\n`,
  };
}

function nginxAlpine({ alpine, nginx }, tags) {
  const at = nginx.steps.findIndex(({ layer }) => layer);
  const debian = nginx.steps[at].layer;
  const [installed] = onAlpine(alpine, [], {
    packages: ['ca-certificates', 'curl', 'pcre', 'tzdata'],
    user: ['nginx', 101, '/var/cache/nginx', '/sbin/nologin'],
    run: 'set -x     && addgroup -g 101 -S nginx     && adduser -S -D -H -u 101 -h /var/cache/nginx -s /sbin/nologin -G nginx -g nginx nginx     && apk add -X "https://nginx.org/packages/mainline/alpine/v$(egrep -o \'^[0-9]+\\.[0-9]+\' /etc/alpine-release)/main" --no-cache nginx     && ln -sf /dev/stdout /var/log/nginx/access.log     && ln -sf /dev/stderr /var/log/nginx/error.log     && mkdir /docker-entrypoint.d',
  });
  const own = [
    ['f', 'usr/sbin/nginx', 1268840, 0o755],
    ['f', 'usr/sbin/nginx-debug', 1419640, 0o755],
    ['f', 'etc/nginx/mime.types', 5349, 0o644],
    ['f', 'etc/nginx/fastcgi_params', 1007, 0o644],
    ['f', 'etc/nginx/scgi_params', 636, 0o644],
    ['f', 'etc/nginx/uwsgi_params', 664, 0o644],
  ].map(([kind, path, size, mode]) => ({ kind, path, size, mode }));
  const { 'etc/group': _, 'etc/passwd': __, 'etc/shadow#640': ___, 'etc/gshadow#640': ____, ...texts } = debian.texts;
  const layer = {
    listing: installed.layer.listing + changedListing(debian.listing, (path) => path) + packListing(own),
    texts: { ...texts, ...installed.layer.texts },
  };
  const made = mapTexts(nginx, (text) => text.replace('PKG_RELEASE=1~bookworm', 'PKG_RELEASE=1'));
  return {
    ...made,
    tags,
    from: 'alpine',
    steps: made.steps.map((step, i) => (i === at ? { ...installed, layer } : step)),
  };
}

function redisAlpine({ alpine, redis }, tags) {
  const [installed] = onAlpine(alpine, [], {
    packages: ['tzdata'],
    user: ['redis', 999, '/home/redis', '/sbin/nologin'],
    run: 'set -eux; \taddgroup -S -g 1000 redis; \tadduser -S -G redis -u 999 redis; \tapk add --no-cache tzdata',
  });
  return { ...redis, tags, from: 'alpine', steps: [installed, ...redis.steps.slice(2)] };
}
