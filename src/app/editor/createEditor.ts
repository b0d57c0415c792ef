import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from '@codemirror/autocomplete';
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands';
import { bracketMatching } from '@codemirror/language';
import { type Diagnostic, linter, lintGutter, lintKeymap } from '@codemirror/lint';
import { EditorState, type Extension, StateEffect, StateField } from '@codemirror/state';
import {
  Decoration,
  type DecorationSet,
  drawSelection,
  EditorView,
  highlightActiveLine,
  highlightActiveLineGutter,
  hoverTooltip,
  keymap,
  lineNumbers,
} from '@codemirror/view';
import { t } from '../../i18n/i18n.svelte.ts';
import { dockerfileCompletion, type Words } from './dockerfileCompletion.ts';
import { flagHelp, type Help, instructionHelp } from './dockerfileHelp.ts';
import { dockerfileLanguage } from './dockerfileLanguage.ts';
import { editorTheme } from './editorTheme.ts';
import { instructionAt } from './instructionAt.ts';

const LINT_PAUSE_MS = 300;

export interface EditorSetup {
  readonly root: ShadowRoot;
  readonly parent: HTMLElement;
  readonly label: string;
  readonly onText: (text: string) => void;
  readonly onSave: () => void;
  readonly onBuild: () => void;
  /** What is wrong with the text that `onText` told last. */
  readonly check: () => Promise<readonly Diagnostic[]>;
  readonly words: () => Words;
}

export interface EditorText {
  readonly text: string;
  readonly isDockerfile: boolean;
}

/** Lines of the step that is selected, both ends included; undefined for none. */
const markStep = StateEffect.define<{ readonly startLine: number; readonly endLine: number } | undefined>();

const stepLines = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(markStep)) continue;
      const { doc } = transaction.state;
      const { startLine, endLine } = effect.value ?? { startLine: 1, endLine: 0 };
      const last = Math.min(endLine, doc.lines);
      const lines = Array.from({ length: Math.max(0, last - startLine + 1) }, (_, i) => doc.line(startLine + i));
      next = Decoration.set(lines.map(({ from }) => Decoration.line({ class: 'cm-stepLine' }).range(from)));
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** An editor for the files of a build. */
export class Editor {
  readonly #setup: EditorSetup;
  readonly #view: EditorView;

  constructor(setup: EditorSetup, shown: EditorText) {
    this.#setup = setup;
    this.#view = new EditorView({ root: setup.root, parent: setup.parent, state: this.#stateOf(shown) });
  }

  /** Another text; what was undone before cannot be any more. */
  show(shown: EditorText): void {
    this.#view.setState(this.#stateOf(shown));
  }

  reveal(startLine: number, endLine: number): void {
    const { doc } = this.#view.state;
    if (startLine > doc.lines) return;
    const { from } = doc.line(startLine);
    this.#view.dispatch({
      effects: [markStep.of({ startLine, endLine }), EditorView.scrollIntoView(from, { y: 'center' })],
    });
  }

  focus(): void {
    this.#view.focus();
  }

  destroy(): void {
    this.#view.destroy();
  }

  #stateOf({ text, isDockerfile }: EditorText): EditorState {
    const { onText, onSave, onBuild, label } = this.#setup;
    const run = (action: () => void) => () => {
      action();
      return true;
    };
    const extensions: Extension[] = [
      lineNumbers(),
      highlightActiveLineGutter(),
      highlightActiveLine(),
      history(),
      drawSelection(),
      EditorState.phrases.of(phrases()),
      EditorView.contentAttributes.of({ 'aria-label': label, spellcheck: 'false', autocapitalize: 'off' }),
      EditorView.lineWrapping,
      stepLines,
      editorTheme,
      keymap.of([
        { key: 'Mod-s', run: run(onSave) },
        { key: 'Mod-Enter', run: run(onBuild) },
        ...closeBracketsKeymap,
        ...defaultKeymap,
        ...historyKeymap,
        ...completionKeymap,
        ...lintKeymap,
      ]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) onText(update.state.doc.toString());
      }),
      ...(isDockerfile ? this.#dockerfile() : []),
    ];
    return EditorState.create({ doc: text, extensions });
  }

  #dockerfile(): Extension[] {
    const { check, words } = this.#setup;
    return [
      dockerfileLanguage,
      bracketMatching(),
      closeBrackets(),
      // Enter is a new line unless something was chosen: FROM busybox is whole, though busybox:1.36 begins alike.
      autocompletion({ override: [dockerfileCompletion(words)], icons: false, selectOnOpen: false }),
      linter(
        async (view) => {
          const { length } = view.state.doc;
          return (await check()).filter(({ to }) => to <= length);
        },
        { delay: LINT_PAUSE_MS },
      ),
      lintGutter(),
      hoverTooltip((view, position) => {
        const help = helpAt(view, position);
        return help && { pos: help.from, end: help.to, create: () => ({ dom: helpBox(help.help) }) };
      }),
    ];
  }
}

function helpAt({ state }: EditorView, position: number) {
  const place = instructionAt(state.doc, position);
  const word = state.doc.lineAt(position);
  if (!place) return null;
  const at = position - word.from;
  const from = word.from + (/\S*$/.exec(word.text.slice(0, at))?.index ?? at);
  const to = position + (/^\S*/.exec(word.text.slice(at))?.[0].length ?? 0);
  const text = state.doc.sliceString(from, to);
  const flag = /^--([\w-]+)/.exec(text)?.[1];
  const isKeyword = from === place.from || /^ONBUILD\s+\S*$/i.test(place.before);
  const help = flag === undefined ? (isKeyword ? instructionHelp(text) : undefined) : flagHelp(place.keyword, flag);
  return help ? { help, from, to } : null;
}

function helpBox({ title, form, text }: Help): HTMLElement {
  const box = document.createElement('div');
  box.className = 'cm-help';
  for (const [tag, content] of [
    ['b', title],
    ['code', form],
    ['p', text],
  ] as const) {
    const element = document.createElement(tag);
    element.textContent = content;
    box.append(element);
  }
  return box;
}

/** The editor's own words. */
function phrases(): Readonly<Record<string, string>> {
  return {
    'Control character': t('editor.phrase.control'),
    Completions: t('editor.phrase.completions'),
    Diagnostics: t('editor.phrase.diagnostics'),
    'No diagnostics': t('editor.phrase.noDiagnostics'),
    close: t('editor.phrase.close'),
  };
}
