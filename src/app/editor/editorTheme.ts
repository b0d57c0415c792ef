import { HighlightStyle, syntaxHighlighting, type TagStyle } from '@codemirror/language';
import type { Extension } from '@codemirror/state';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

/** In the page's own colours, which know light and dark themselves. */
const theme = EditorView.theme({
  '&': { blockSize: '100%', color: 'var(--ink)', backgroundColor: 'var(--panel)', fontSize: 'var(--size-m)' },
  '&.cm-focused': { outline: '2px solid var(--focus)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '1.6', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--ink)', paddingBlock: '8px' },
  '.cm-cursor': { borderInlineStartColor: 'var(--ink)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    background: 'color-mix(in srgb, var(--accent) 26%, transparent)',
  },
  '.cm-gutters': { backgroundColor: 'var(--panel)', color: 'var(--ink-faint)', border: 'none' },
  '.cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--hover) 70%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'var(--hover)', color: 'var(--ink)' },
  '.cm-stepLine': { backgroundColor: 'var(--select)', boxShadow: 'inset 3px 0 0 var(--accent)' },
  '.cm-matchingBracket, &.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--select)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--panel-raised)',
    color: 'var(--ink)',
    border: '1px solid var(--line-strong)',
    borderRadius: 'var(--radius)',
    fontFamily: 'var(--sans)',
    fontSize: 'var(--size-m)',
    maxInlineSize: 'min(46ch, 92vw)',
  },
  '.cm-tooltip.cm-completionInfo': { padding: '6px 10px' },
  '.cm-tooltip-autocomplete > ul > li[aria-selected]': { background: 'var(--accent)', color: 'var(--accent-ink)' },
  '.cm-completionDetail': { color: 'inherit', fontStyle: 'normal' },
  '.cm-help': { padding: '8px 12px', display: 'grid', gap: '4px' },
  '.cm-help b': { fontFamily: 'var(--mono)' },
  '.cm-help code': { color: 'var(--ink-soft)', whiteSpace: 'pre-wrap' },
  '.cm-help p': { margin: '0' },
  '.cm-diagnostic': { padding: '6px 10px', whiteSpace: 'pre-wrap' },
  '.cm-diagnostic-error': { borderInlineStart: '4px solid var(--error)' },
  '.cm-diagnostic-warning': { borderInlineStart: '4px solid var(--warning)' },
  '.cm-diagnosticSource': { fontSize: 'var(--size-s)', opacity: '1', color: 'var(--ink-soft)' },
  '.cm-lintRange-error': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--error)',
    textUnderlineOffset: '3px',
  },
  '.cm-lintRange-warning': {
    backgroundImage: 'none',
    textDecoration: 'underline wavy var(--warning)',
    textUnderlineOffset: '3px',
  },
  // Shapes of our own: the page's policy lets no images in that are data.
  '.cm-lint-marker': { inlineSize: '0.8em', blockSize: '0.8em', marginBlockStart: '0.4em' },
  '.cm-lint-marker-error': { content: '""', backgroundColor: 'var(--error)', borderRadius: '50%' },
  '.cm-lint-marker-warning': {
    content: '""',
    backgroundColor: 'var(--warning)',
    clipPath: 'polygon(50% 5%, 100% 95%, 0 95%)',
  },
  '.cm-panels': { backgroundColor: 'var(--panel-sunken)', color: 'var(--ink)' },
});

const COLOURS: readonly TagStyle[] = [
  { tag: tags.keyword, color: 'var(--term-4)', fontWeight: '600' },
  { tag: tags.comment, color: 'var(--ink-soft)', fontStyle: 'italic' },
  { tag: tags.meta, color: 'var(--term-5)' },
  { tag: tags.string, color: 'var(--term-2)' },
  { tag: tags.number, color: 'var(--term-3)' },
  { tag: tags.attributeName, color: 'var(--term-6)' },
  { tag: tags.labelName, color: 'var(--term-3)' },
  { tag: tags.special(tags.variableName), color: 'var(--term-5)' },
  { tag: tags.operator, color: 'var(--ink-soft)' },
  { tag: tags.invalid, color: 'var(--error)' },
];

export const editorTheme: Extension = [theme, syntaxHighlighting(HighlightStyle.define(COLOURS))];
