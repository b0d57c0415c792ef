import type { Assignment, List, Node, Redirect, Statement, Test, Word } from '../syntax/tree.ts';

/** A function as `declare -f` prints it: bash's own layout, not the author's. */
export function functionText(name: string, body: Node): string {
  return `${name} () \n${functionBodyText(body)}`;
}

export function functionBodyText(body: Node): string {
  if (body.kind === 'redirected') return `${groupText(body.node, 0)}${redirectsText(body.redirects)}`;
  return groupText(body, 0);
}

const STEP = 4;

function groupText(body: Node, depth: number): string {
  const pad = ' '.repeat(depth);
  const list = body.kind === 'group' ? body.body : undefined;
  const inner = list ? listText(list, depth + STEP) : `${' '.repeat(depth + STEP)}${nodeText(body, depth + STEP)}`;
  return `${pad}{ \n${inner}\n${pad}}`;
}

function listText(list: List, depth: number): string {
  const pad = ' '.repeat(depth);
  return list
    .map((statement, i) => {
      const ending = statement.isBackground ? ' &' : i === list.length - 1 || hasHereDocument(statement) ? '' : ';';
      return pad + statementText(statement, depth) + ending;
    })
    .join('\n');
}

function hasHereDocument(statement: Statement): boolean {
  return (
    statement.text.includes('<<') &&
    /<<-?\s*\S/.test(statement.text) &&
    statement.node.kind === 'simple' &&
    statement.node.redirects.some((one) => one.kind === 'text' && !one.word)
  );
}

function statementText(statement: Statement, depth: number): string {
  return nodeText(statement.node, depth);
}

/** A command on its own as bash shows it in messages. */
export function commandTextOf(node: Node): string {
  return nodeText(node, 0);
}

function nodeText(node: Node, depth: number): string {
  const pad = ' '.repeat(depth);
  const block = (list: List): string => `${listText(list, depth + STEP)}${list.at(-1)?.isBackground ? '' : ';'}`;
  switch (node.kind) {
    case 'simple':
      return simpleText(node.assignments, node.words, node.redirects);
    case 'pipeline': {
      const stages = node.stages.map((stage) => nodeText(stage, depth)).join(' | ');
      return `${node.time ? 'time ' : ''}${node.isNegated ? '! ' : ''}${stages}`;
    }
    case 'andOr':
      return (
        nodeText(node.first, depth) + node.rest.map((one) => ` ${one.operator} ${nodeText(one.node, depth)}`).join('')
      );
    case 'group':
      return `{ \n${listText(node.body, depth + STEP)}\n${pad}}`;
    case 'subshell':
      return `( ${listText(node.body, depth + STEP).trimStart()} )`;
    case 'if':
      return ifText(node.branches, node.otherwise, depth, block);
    case 'for': {
      const words = node.words ? ` in ${node.words.map(({ text }) => text).join(' ')}` : ' in "$@"';
      return `for ${node.name}${words};\n${pad}do\n${block(node.body)}\n${pad}done`;
    }
    case 'arithmeticFor': {
      const part = (one: { text: string } | undefined): string => one?.text.trim() ?? '1';
      return `for ((${part(node.start)}; ${part(node.test)}; ${part(node.step)}))\n${pad}do\n${block(node.body)}\n${pad}done`;
    }
    case 'select': {
      const words = node.words ? ` in ${node.words.map(({ text }) => text).join(' ')}` : ' in "$@"';
      return `select ${node.name}${words};\n${pad}do\n${block(node.body)}\n${pad}done`;
    }
    case 'while': {
      const condition = listText(node.condition, 0).replace(/\n/g, ' ');
      return `${node.isUntil ? 'until' : 'while'} ${condition}; do\n${block(node.body)}\n${pad}done`;
    }
    case 'case': {
      const items = node.items.map((item) => {
        const body = item.body.length > 0 ? `\n${listText(item.body, depth + 2 * STEP)}` : '\n';
        return `${pad}    ${item.patterns.map(({ text }) => text).join(' | ')})${body}\n${pad}    ${item.ending}`;
      });
      return `case ${node.word.text} in \n${items.join('\n')}\n${pad}esac`;
    }
    case 'function':
      return `function ${node.name} () \n${groupText(node.body, depth)}`;
    case 'test':
      return `[[ ${testText(node.expression)} ]]`;
    case 'arithmetic':
      return `((${node.expression.text}))`;
    case 'coproc':
      return `coproc ${node.name} ${nodeText(node.body, depth)}`;
    case 'redirected':
      return nodeText(node.node, depth) + redirectsText(node.redirects);
  }
}

function ifText(
  branches: readonly { readonly condition: List; readonly body: List }[],
  otherwise: List | undefined,
  depth: number,
  block: (list: List) => string,
): string {
  const pad = ' '.repeat(depth);
  const [first, ...rest] = branches;
  if (!first) return '';
  const condition = listText(first.condition, 0).replace(/\n/g, ' ');
  let text = `if ${condition}; then\n${block(first.body)}\n`;
  if (rest.length > 0) {
    const inner = ifText(rest, otherwise, depth + STEP, (list) => `${listText(list, depth + 2 * STEP)};`);
    text += `${pad}else\n${pad}    ${inner};\n`;
  } else if (otherwise) text += `${pad}else\n${block(otherwise)}\n`;
  return `${text}${pad}fi`;
}

function simpleText(
  assignments: readonly Assignment[],
  words: readonly (Word | Assignment)[],
  redirects: readonly Redirect[],
): string {
  return [...assignments, ...words].map(({ text }) => text).join(' ') + redirectsText(redirects);
}

function redirectsText(redirects: readonly Redirect[]): string {
  let text = '';
  let bodies = '';
  for (const redirect of redirects) {
    const fd =
      redirect.fd === undefined ? '' : typeof redirect.fd === 'number' ? String(redirect.fd) : `{${redirect.fd}}`;
    if (redirect.kind === 'file') {
      const { operator, target } = redirect;
      const isCopy = operator === '>&' || operator === '<&';
      const shown = isCopy && fd === '' ? (operator === '>&' ? '1' : '0') : fd;
      text += ` ${shown}${operator}${isCopy ? '' : ' '}${target.text}`;
    } else if (redirect.word) text += ` ${fd}<<< ${redirect.word.text}`;
    else {
      text += ` ${fd}<<${redirect.delimiter}`;
      bodies += `\n${redirect.body}${redirect.delimiter.replace(/['"\\]/g, '')}\n`;
    }
  }
  return text + bodies;
}

function testText(test: Test): string {
  switch (test.kind) {
    case 'unary':
      return `${test.operator} ${test.operand.text}`;
    case 'binary':
      return `${test.left.text} ${test.operator} ${test.right.text}`;
    case 'logical':
      return test.operands.map(testText).join(` ${test.operator} `);
    case 'not':
      return `! ${testText(test.operand)}`;
  }
}
