import { spawnSync } from 'node:child_process';
import { describe } from 'vitest';
import { besideGit } from './besideGit.ts';

const REAL = spawnSync('git', ['--version'], { encoding: 'utf8' });
const IS_REAL = /git version 2\.39/.test(REAL.stdout ?? '');

const START = 'git init -q -b main . && ';
const ONE = `${START}echo one > a && git add a && git commit -q -m first && `;
/** Three commits, a directory, an executable and a link. */
const SOME = `${ONE}mkdir d && echo x > d/b && chmod +x d/b && ln -s a l && git add . && git commit -q -m second -m 'A body
of two lines.' && printf 'one\\ntwo\\n' > a && git commit -q -a -m third && `;

describe.skipIf(!IS_REAL)('git (as git 2.39 of the host)', () => {
  besideGit([
    {
      name: 'makes repositories',
      script:
        'git init r; git init r; cat r/.git/HEAD r/.git/config; git init -q -b main --bare s.git; cat s.git/HEAD s.git/config; git init -b main',
    },
    {
      name: 'is told apart from what it is not',
      script: 'git status; git nosuch; cd /; git add x; git log',
    },
    {
      name: 'adds',
      script: `${START}git add; echo $?; git add nosuch; echo $?; mkdir d; echo 1 > d/x; echo 2 > y; git add -v .; git ls-files -s; rm y; git add -v -A; git ls-files`,
    },
    {
      name: 'leaves out what is ignored',
      script: `${START}printf '*.log\\n!keep.log\\n/top\\nbuild/\\ndoc/**/*.tmp\\n' > .gitignore; mkdir -p build d/build doc/a/b; touch x.log keep.log top d/top build/o d/build/o doc/a/b/c.tmp doc/z.tmp doc/w d/y.log; git status -s; git status -s -uall; git status -s --ignored; git add x.log; echo $?; git add -f x.log; git status -s; git ls-files -o --exclude-standard; git check 2>/dev/null; git clean -n -d`,
    },
    {
      name: 'tells the status of a new repository',
      script: `${START}git status; touch a b; git add a; git status; git status -s -b`,
    },
    {
      name: 'tells the status',
      script: `${SOME}git status; echo more >> a; echo new > n; git status; git add a n; git status; rm l; git rm -q d/b; git status; git status -s; git status --porcelain; git status -s -b; cd d 2>/dev/null || mkdir d && cd d; echo z > z; git status; git status -s`,
    },
    {
      name: 'commits',
      script: `${START}echo 1 > a; git add a; git commit -m first; git commit -m none; echo $?; echo 2 > a; git commit -m none; echo $?; git commit -a -m second -m body; echo x > x; git add x; chmod +x a; git commit -am third; git commit --amend -m fourth; git commit --allow-empty -q -m empty; git log --format='%h %s|%b|%an %ae %ad|%cn %cd'; git commit -q -m ''; git cat-file -p HEAD`,
    },
    {
      name: 'commits by others and at other times',
      script: `${ONE}echo 2 >> a; git commit -a --author 'Eve <eve@x>' --date '2020-01-02 03:04:05 +0200' -m two; git log -1; git commit --amend --no-edit --author 'Zoe <z@x>'; git log -1 --format=fuller; echo m > msg; echo 3 >> a; git commit -q -a -F msg; git log -1 --oneline; git commit --amend -s -m signed -q; git log -1 --format=%B`,
    },
    {
      name: 'asks who commits',
      script: `unset GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL; ${START}touch a; git add a; git config user.email u@x; git config user.name U; git commit -m x; git log --format='%an %ae'`,
    },
    {
      name: 'logs',
      script: `${SOME}git log; git log --oneline; git log -2 --oneline; git log -n 1; git log --stat; git log -p -1; git log --oneline --decorate; git log --reverse --oneline; git log --oneline -- a; git log --oneline -- d; git log --oneline HEAD~1; git log --oneline HEAD~2..; git log --name-only --oneline; git log --name-status --oneline; git log --format=%h,%s -1; git log --pretty=format:%s; git log --grep=sec --oneline; git log --author=Ada --oneline; git log --author=Nobody; git log nosuch; git log --nosuch; git log --oneline --skip=1; git log -1 --date=iso; git log -1 --date=short --format=%ad`,
    },
    {
      name: 'has no log of nothing',
      script: `${START}git log; echo $?; git show; git diff; git branch; git rev-parse HEAD`,
    },
    {
      name: 'shows',
      script: `${SOME}git show; git show HEAD~1; git show HEAD:a; git show HEAD:d; git show --stat HEAD~1; git show -s --format=%s; git tag -a v1 -m 'version 1'; git show v1; git show --name-only HEAD~1`,
    },
    {
      name: 'compares',
      script: `${SOME}git diff; echo three >> a; git diff; git diff --stat; git diff --cached; git add a; git diff; git diff --cached; git diff HEAD; git diff HEAD~2 HEAD; git diff HEAD~1..; git diff HEAD~2 -- a; git diff --name-only HEAD~2; git diff --name-status HEAD~2; git diff --numstat HEAD~2; git diff --shortstat HEAD~2; git diff --quiet HEAD; echo $?; git diff --exit-code > /dev/null; echo $?; git diff -U0 HEAD~1 HEAD; git diff nosuch; git diff HEAD -- nosuch`,
    },
    {
      name: 'compares kinds of files',
      script: `${SOME}chmod -x d/b; rm l; mkdir l; git diff; git diff --stat; printf 'a\\0b' > bin; git add -A; git diff --cached --stat; git diff --cached; printf 'no newline' > a; git diff; : > empty; git add empty; git diff --cached -- empty`,
    },
    {
      name: 'finds the functions that hunks are in',
      script: `${START}{ echo 'int main() {'; seq 1 30; echo '}'; echo 'void other() {'; seq 40 60; } > f.c; git add .; git commit -q -m c; sed -i 's/^20$/changed/; s/^55$/x/' f.c; git diff; git diff --stat`,
    },
    {
      name: 'finds renames',
      script: `${START}seq 1 50 > a; mkdir -p x/y; seq 100 150 > x/y/b; git add .; git commit -q -m one; git mv a c; mkdir x/z; git mv x/y/b x/z/b; echo more >> x/z/b; git add .; git status; git status -s; git diff --cached; git diff --cached --stat -M; git diff --cached --name-status; git commit -m moved; git diff --no-renames --stat HEAD~ HEAD`,
    },
    {
      name: 'draws tables that are too wide',
      script: `${START}mkdir -p a/very/long/path/that/goes/on/and/on/and/on/for/ever/and/ever; seq 1 500 > a/very/long/path/that/goes/on/and/on/and/on/for/ever/and/ever/file-with-a-long-name.txt; seq 1 3 > s; seq 1 100 > m; git add .; git commit -m big; seq 1 40 > m; git diff --stat; git show --stat`,
    },
    {
      name: 'branches',
      script: `${SOME}git branch; git branch topic; git branch; git branch topic; git branch -v; git branch x HEAD~1; git branch -v; git branch -d x; git branch -m topic other; git branch; git branch -d main; git branch nosuch nosuch; git branch --show-current; git branch -D nosuch; git branch 'bad name'; git branch --list 'o*'; git branch --contains HEAD~1; git branch --merged HEAD`,
    },
    {
      name: 'checks out branches',
      script: `${SOME}git checkout -b topic; echo t > t; git add t; git commit -q -m topic; git checkout main; ls; git checkout topic; git checkout topic; git checkout -; git switch topic; git switch -c new; git switch nosuch; git checkout nosuch; git switch main; echo dirty >> a; git checkout topic; git status -s; git checkout -q main; git checkout a; git status; git branch -d topic`,
    },
    {
      name: 'does not overwrite',
      script: `${SOME}git checkout -q -b topic; echo t >> a; echo u > u; git add .; git commit -q -m topic; git checkout -q main; echo mine >> a; git checkout topic; echo $?; git checkout a; echo mine > u; git checkout topic; echo $?; git checkout -f topic; cat a u`,
    },
    {
      name: 'detaches',
      script: `${SOME}git checkout HEAD~1; git status; git branch; git checkout HEAD~1; git checkout main; git switch --detach HEAD~1; git switch HEAD~1; git checkout -q v1; git tag v1; git checkout -q v1; git log --oneline --decorate -1; git checkout -`,
    },
    {
      name: 'restores files',
      script: `${SOME}echo x >> a; rm d/b; git checkout -- a; git checkout .; git status -s; echo x > a; git restore a; cat a; git checkout HEAD~2 a; git status -s; cat a; git restore --staged a; git status -s; git restore .; git restore nosuch; git restore --source HEAD~2 a; cat a; git restore; git checkout HEAD -- a; git status -s`,
    },
    {
      name: 'resets',
      script: `${SOME}echo x >> a; git add a; git reset; git status -s; git add a; git reset a; git reset --hard; git status -s; git reset --soft HEAD~1; git status -s; git reset --hard HEAD~1; git log --oneline; ls; git reset --hard nosuch; git reset -q HEAD; git reset --mixed ORIG_HEAD; git log --oneline -1`,
    },
    {
      name: 'tags',
      script: `${SOME}git tag v1; git tag; git tag -a v2 -m two HEAD~1; git tag -n; git tag -l 'v1*'; git tag v1; git tag -f v1 HEAD~1; git tag -d v1; git tag -d nosuch; git cat-file -t v2; git cat-file -p v2; git rev-parse v2 v2^{} v2^{commit}; git describe; git describe --tags --always HEAD~2; git tag x y z`,
    },
    {
      name: 'removes and moves',
      script: `${SOME}git rm a; git status -s; git rm d; git rm -r d; ls; git rm nosuch; git reset -q --hard; echo x >> a; git rm a; echo $?; git rm --cached a; git status -s; git rm; git reset -q --hard; git mv a z; git mv z d; git mv nosuch q; git status -s; git mv d/z d/b; git mv -f d/z d/b; git status -s; git mv d e; git ls-files; git rm -r --cached -q .; git ls-files`,
    },
    {
      name: 'configures',
      script: `${START}git config user.name; echo $?; git config user.name 'A B'; git config user.name; git config --global core.editor 'vi x'; git config core.editor; git config --get core.nosuch; echo $?; git config -l; git config --list --local; git config --unset user.name; git config bad; git config a.b.c d; git config --add a.b.c e; git config a.b.c f; echo $?; git config --get-all a.b.c; git config --unset a.b.c; echo $?; git config --unset-all a.b.c; git config x.y '# "q" ; \\ '; git config x.y; cat .git/config; git -c z.z=1 config z.z; git config --bool core.bare; git config --int x.n 2k; git config x.n; cat $HOME/.gitconfig`,
    },
    {
      name: 'has remotes',
      script: `${START}git remote; git remote add origin https://x.example/y.git; git remote add origin z; echo $?; git remote; git remote -v; git remote set-url origin /a; git remote get-url origin; git remote get-url no; echo $?; git remote rename origin up; git remote -v; git remote rm up; git remote rm up; echo $?; cat .git/config; git fetch; echo $?`,
    },
    {
      name: 'parses revisions',
      script: `${SOME}git rev-parse HEAD HEAD~1 HEAD^ main @; git rev-parse --short HEAD; git rev-parse --abbrev-ref HEAD; git rev-parse --show-toplevel; cd d; git rev-parse --show-prefix --show-cdup; git rev-parse --git-dir; cd ..; git rev-parse --git-dir --is-inside-work-tree; git rev-parse nosuch; echo $?; git rev-parse --verify nosuch; echo $?; git rev-parse -q --verify nosuch; echo $?; git rev-parse HEAD~9; git rev-parse HEAD:a HEAD~2^{tree}; git rev-list --count HEAD; git rev-list HEAD~1; git rev-parse main..HEAD~1`,
    },
    {
      name: 'lists files and trees',
      script: `${SOME}git ls-files; git ls-files -s; git ls-files d; git ls-files nosuch; git ls-files --error-unmatch nosuch; echo $?; echo 'é' > 'ü x'; git ls-files -o; git add .; git ls-files; git ls-files -z | od -c; git status -s; rm a; git ls-files -d; git ls-files -m; cd d; git ls-files; cd ..; git ls-tree HEAD; git ls-tree -r HEAD; git ls-tree -r --name-only HEAD; git ls-tree HEAD d; git ls-tree HEAD d/; git ls-tree -l HEAD a; git cat-file -p HEAD^{tree}; git cat-file -s HEAD:a; git hash-object a 2>/dev/null; echo hi | git hash-object --stdin; git cat-file -e nosuch; echo $?`,
    },
    {
      name: 'clones',
      script: `${SOME}git tag -a v1 -m 1; git branch topic HEAD~1; cd ..; git clone work copy; cd copy; git status; git branch -a; git log --oneline --decorate; cat .git/config; git remote -v; ls; git tag; cd ..; git clone work copy; echo $?; git clone nosuch x; echo $?; git clone -q -b topic work t; cd t; git log --oneline; git status; cd ..; git clone --bare work b.git; cat b.git/HEAD; git -C b.git branch; git clone -q b.git fromBare; ls fromBare; git clone -q file:///data/work shallow --depth 1; git -C shallow log --oneline; git clone -q -b nosuch work n; echo $?; ls; git init -q -b main empty; git clone empty e2; git ls-remote work`,
    },
    {
      name: 'fetches and pulls',
      script: `${SOME}cd ..; git clone -q work copy; cd work; echo 4 >> a; git commit -q -am fourth; git branch new; git tag t1; cd ../copy; git status -s -b; git fetch; git status; git log --oneline origin/main -1; git pull; cat a; git pull; git fetch; git branch -vv; git checkout new; git branch; git branch -d -r origin/new; cd ../work; git commit -q --amend -m changed; cd ../copy; git checkout -q main; git fetch; git status; git pull; echo $?`,
    },
    {
      name: 'merges',
      script: `${SOME}git checkout -q -b topic; seq 1 20 > n; echo t >> d/b; git add .; git commit -q -m topic; git checkout -q main; git merge topic; git merge topic; git checkout -q -b two HEAD~1; echo other > o; git add o; git commit -q -m other; git merge topic; git log --oneline; git log -1; git show; git cat-file -p HEAD; git merge nosuch; echo $?; git branch --merged; git merge --no-ff -m 'no ff' main`,
    },
    {
      name: 'merges lines, and leaves conflicts',
      script: `${START}seq 1 20 > f; git add f; git commit -q -m base; git checkout -q -b t; sed -i 's/^2$/two/; s/^19$/nineteen/' f; git commit -q -am t; git checkout -q main; sed -i 's/^10$/ten/' f; git commit -q -am m; git merge -q t; cat f; git checkout -q -b u HEAD~1; sed -i 's/^2$/zwei/' f; git commit -q -am u; git merge t; echo $?; cat f; git status; git status -s; git ls-files -s; git commit -m x; git merge --abort; git status -s; git merge t > /dev/null; seq 3 > f; git add f; git commit -q --no-edit; git log -1 --format=%P%n%B`,
    },
    {
      name: 'cleans',
      script: `${SOME}touch x; mkdir e; touch e/y; echo '*.o' > .gitignore; touch z.o; git clean; git clean -n; git clean -nd; git clean -fd; ls -A | grep -v .git$; git clean -fx; ls`,
    },
  ]);
});
