/** What `$name` stands for in one request; `uri` changes on the way. */
export type Variables = Record<string, string> & { uri: string };

/** `$name` and `${name}`; an unknown one is empty. */
export function expandVariables(text: string, variables: Variables): string {
  return text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced: string | undefined, plain: string | undefined) => {
    const name = braced ?? plain ?? '';
    return Object.hasOwn(variables, name) ? (variables[name] ?? '') : '';
  });
}
