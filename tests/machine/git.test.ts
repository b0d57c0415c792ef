import { describe, expect, it } from 'vitest';
import { runLines } from '../support/labShell.ts';

const THERE =
  "ssh b 'mkdir -p /srv/git; cd /srv/git; git init -q -b main site.git; cd site.git; echo hello > index.html; git add .; git -c user.name=N -c user.email=n@b commit -q -m start; git tag v1'";

describe('MACH-1 repositories of other machines', () => {
  it('are cloned by ssh, and what came since is pulled', async () => {
    const { output } = await runLines([
      THERE,
      'git clone b:/srv/git/site.git; cat site/index.html; git -C site log --format=%s; git -C site tag',
      "ssh b 'cd /srv/git/site.git; echo more >> index.html; git -c user.name=N -c user.email=n@b commit -q -a -m more'",
      'cd site; git pull -q; cat index.html; git remote -v',
      'cd ..; git clone -q ssh://root@b/srv/git/nosuch x; echo $?; ls',
    ]);
    expect(output).toBe(
      "Cloning into 'site'...\nhello\nstart\nv1\nhello\nmore\norigin\tb:/srv/git/site.git (fetch)\norigin\tb:/srv/git/site.git (push)\n" +
        "fatal: '/srv/git/nosuch' does not appear to be a git repository\nfatal: Could not read from remote repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n128\nsite\n",
    );
  });

  it('are cloned over http, and told apart from what is not there', async () => {
    const { output } = await runLines([
      THERE,
      'git clone -q http://b/site.git; cat site/index.html; git -C site status',
      'git clone --depth 1 -q http://b/site.git s; git -C s log --oneline | wc -l',
      'git clone http://b/nosuch.git; git clone http://nowhere.example/x.git; git clone http://b:81/x; git clone git://b/x; ls',
      'git ls-remote --tags http://b/site.git | cut -f 2; curl -s -o /dev/null -w "%{http_code}\\n" "http://b/../etc/info/refs?service=git-upload-pack"',
    ]);
    expect(output).toBe(
      "hello\nOn branch main\nYour branch is up to date with 'origin/main'.\n\nnothing to commit, working tree clean\n1\n" +
        "Cloning into 'nosuch'...\nfatal: repository 'http://b/nosuch.git/' not found\n" +
        "Cloning into 'x'...\nfatal: unable to access 'http://nowhere.example/x.git/': Could not resolve host: nowhere.example\npalimpsest: only a companion reaches hosts outside the lab network\n" +
        "Cloning into 'x'...\nfatal: unable to access 'http://b:81/x/': Failed to connect to b port 81 after 0 ms: Couldn't connect to server\n" +
        "Cloning into 'x'...\nfatal: the git:// protocol is not simulated\ns\nsite\nrefs/tags/v1\n404\n",
    );
  });

  it('are of those to whom they belong', async () => {
    const { output } = await runLines([
      'useradd -m u; mkdir /tmp/r; cd /tmp/r; git init -q -b main; chown -R u /tmp/r; git status; git config --global --add safe.directory /tmp/r; git status',
    ]);
    expect(output).toMatch(/^fatal: detected dubious ownership in repository at '\/tmp\/r'\n/);
    expect(output).toMatch(/On branch main\n\nNo commits yet\n/);
  });
});
