import { type Client, ClientError, type DockerCommand, readLine, textOf } from '../client.ts';
import { HUB_SERVER } from '../clientConfig.ts';

const INTERACTIVE = 'Error: Cannot perform an interactive login from a non TTY device';
const INSECURE = 'WARNING! Using --password via the CLI is insecure. Use --password-stdin.\n';
const HUB_HINT =
  "Log in with your Docker ID or email address to push and pull images from Docker Hub. If you don't have a Docker ID, head over to https://hub.docker.com/ to create one.\n" +
  'You can log in with your password or a Personal Access Token (PAT). Using a limited-scope PAT grants better security and is required for organizations using SSO. Learn more at https://docs.docker.com/go/access-tokens/\n\n';

export const login: DockerCommand = {
  flags: ['password', 'password-stdin', 'username'],
  async run({ client, flags, arguments: [server = ''] }) {
    const { process } = client;
    const usesInput = flags.isOn('password-stdin');
    if (flags.has('password-stdin')) {
      if (flags.has('password')) {
        throw new ClientError('conflicting options: cannot specify both --password and --password-stdin');
      }
      if (!flags.has('username')) throw new ClientError('the --password-stdin option requires --username to be set');
    }
    const given = flags.text('username');
    if (flags.has('username') && given === '') throw new ClientError('username is empty');
    let password = flags.text('password');
    if (flags.has('password') && password === '') throw new ClientError('password is empty');
    if (password !== '') await client.complain(INSECURE);
    if (usesInput) password = textOf(await process.readAll(0)).replace(/\r?\n$/, '');
    const address = server === '' || server === 'docker.io' ? HUB_SERVER : hostOf(server);
    const stored = given === '' && password === '' ? client.config.login(address) : undefined;
    if (stored) {
      const note = client.terminal(2) ? 'i Info →' : ' Info ->';
      await client.complain(
        `Authenticating with existing credentials... [Username: ${stored.username}]\n\n${note} To login with a different account, run 'docker logout' followed by 'docker login'\n\n\n`,
      );
      await client.print(`${await client.engine.system.login(stored, address)}\n`);
      return 0;
    }
    const credentials = await ask(client, given.trim(), password.trim(), address);
    const status = await client.engine.system.login(credentials, address);
    // What is kept already is neither written nor warned of again.
    const before = client.config.login(address);
    if (before?.username === credentials.username && before.password === credentials.password) {
      await client.print(`${status}\n`);
      return 0;
    }
    await client.config.storeLogin(address, credentials);
    await client.complain(
      `\nWARNING! Your credentials are stored unencrypted in '${client.config.path}'.\nConfigure a credential helper to remove this warning. See\nhttps://docs.docker.com/go/credential-store/\n\n`,
    );
    await client.print(`${status}\n`);
    return 0;
  },
};

async function ask(
  client: Client,
  given: string,
  password: string,
  address: string,
): Promise<{ username: string; password: string }> {
  if (given !== '' && password !== '') return { username: given, password };
  const terminal = client.terminal(0);
  if (!terminal) throw new ClientError(INTERACTIVE);
  let username = given;
  if (username === '') {
    if (address === HUB_SERVER) await client.print(HUB_HINT);
    await client.print('Username: ');
    username = (await readLine(client.process))?.trim() ?? '';
    if (username === '') throw new ClientError('Error: Non-null Username Required');
  }
  if (password !== '') return { username, password };
  await client.print('Password: ');
  const { mode } = terminal;
  terminal.mode = { ...mode, echo: false };
  try {
    const typed = (await readLine(client.process))?.trim() ?? '';
    await client.print('\n');
    if (typed === '') throw new ClientError('Error: Password Required');
    return { username, password: typed };
  } finally {
    terminal.mode = mode;
  }
}

/** The server without its scheme and path. */
function hostOf(server: string): string {
  return server.replace(/^https?:\/\//, '').split('/')[0] ?? '';
}

export const logout: DockerCommand = {
  flags: [],
  async run({ client, arguments: [server = ''] }) {
    const isHub = server === '';
    const host = isHub ? HUB_SERVER : hostOf(server);
    await client.print(`Removing login credentials for ${host}\n`);
    await client.config.eraseLogin(isHub ? [HUB_SERVER] : [server, host, `http://${host}`, `https://${host}`]);
    return 0;
  },
};
