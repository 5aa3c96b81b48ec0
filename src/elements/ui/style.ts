/** The looks of both elements. Colours follow the page's `color-scheme`; every one of them is a custom property. */
import { css } from 'lit';

const tokens = css`
  :host {
    --_accent: var(--vestibule-accent, light-dark(#1c1e24, #f2f3f5));
    --_on-accent: var(--vestibule-accent-text, light-dark(#fff, #15161a));
    --_surface: var(--vestibule-surface, light-dark(#fff, #1b1c21));
    --_text: var(--vestibule-text, light-dark(#1c1e24, #f0f1f3));
    --_muted: var(--vestibule-muted, light-dark(#5b616e, #a9afbb));
    --_line: var(--vestibule-border, light-dark(#e2e4e9, #34363d));
    --_edge: var(--vestibule-field-border, light-dark(#858b96, #767c88));
    --_field: var(--vestibule-field, light-dark(#fff, #16171b));
    --_danger: var(--vestibule-danger, light-dark(#b3261e, #ffb1a8));
    --_success: var(--vestibule-success, light-dark(#14693b, #7fd8a4));
    --_focus: var(--vestibule-focus, light-dark(#2f5be0, #9ab4ff));
    --_radius: var(--vestibule-radius, 12px);
    --_font: var(
      --vestibule-font,
      system-ui,
      -apple-system,
      'Segoe UI',
      Roboto,
      'Noto Sans',
      'Noto Sans Devanagari',
      sans-serif
    );
    display: block;
    color: var(--_text);
    font: 16px/1.5 var(--_font);
    -webkit-text-size-adjust: 100%;
  }
  :host([hidden]) {
    display: none;
  }
  :host([theme='light']) {
    color-scheme: light;
  }
  :host([theme='dark']) {
    color-scheme: dark;
  }
  *,
  ::before,
  ::after {
    box-sizing: border-box;
  }
`;

const words = css`
  h2,
  h3,
  p,
  ul,
  dl,
  dd {
    margin: 0;
    padding: 0;
  }
  h2,
  h3 {
    line-height: 1.25;
    letter-spacing: -0.01em;
    text-wrap: balance;
  }
  h2 {
    font-size: 1.5rem;
    font-weight: 650;
  }
  h3 {
    font-size: 1.0625rem;
    font-weight: 600;
  }
  h2:focus {
    outline: none;
  }
  .muted {
    color: var(--_muted);
  }
  .small {
    font-size: 0.875rem;
  }
  .value {
    overflow-wrap: anywhere;
  }
  bdi {
    font-weight: 550;
    color: var(--_text);
    overflow-wrap: anywhere;
  }
  .sr {
    position: absolute;
    width: 1px;
    height: 1px;
    margin: -1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
`;

const controls = css`
  :focus-visible {
    outline: 3px solid var(--_focus);
    outline-offset: 2px;
  }
  button {
    font: inherit;
    color: inherit;
    cursor: pointer;
    -webkit-tap-highlight-color: transparent;
  }
  .button {
    display: inline-flex;
    align-items: center;
    justify-content: center;
    gap: 0.625rem;
    min-height: 48px;
    padding: 0.5rem 1.25rem;
    border: 1px solid transparent;
    border-radius: calc(var(--_radius) - 2px);
    font-weight: 600;
    text-align: center;
    text-decoration: none;
    transition:
      background-color 0.15s,
      border-color 0.15s;
  }
  .wide {
    width: 100%;
  }
  .primary {
    background: var(--_accent);
    color: var(--_on-accent);
  }
  .primary:hover {
    background: color-mix(in oklab, var(--_accent) 88%, var(--_on-accent));
  }
  .secondary {
    background: transparent;
    border-color: var(--_edge);
    color: var(--_text);
  }
  .secondary:hover {
    background: color-mix(in oklab, var(--_text) 6%, transparent);
  }
  .danger {
    background: transparent;
    border-color: currentColor;
    color: var(--_danger);
  }
  .danger:hover {
    background: color-mix(in oklab, var(--_danger) 8%, transparent);
  }
  .small-button {
    min-height: 44px;
    padding: 0.375rem 0.875rem;
    font-size: 0.9375rem;
  }
  .link {
    display: inline-flex;
    align-items: center;
    min-height: 44px;
    padding: 0 0.25rem;
    margin: 0 -0.25rem;
    background: none;
    border: 0;
    border-radius: 6px;
    font-weight: 550;
    text-align: start;
    text-decoration: underline;
    text-decoration-color: color-mix(in oklab, currentColor 45%, transparent);
    text-underline-offset: 0.25em;
  }
  .link:hover {
    text-decoration-color: currentColor;
  }
  [aria-disabled='true'] {
    cursor: default;
    color: var(--_muted);
    text-decoration: none;
  }
  .primary[aria-disabled='true'] {
    color: var(--_on-accent);
  }
  .spinner {
    flex: none;
    width: 1.125em;
    height: 1.125em;
    border: 2px solid color-mix(in oklab, currentColor 30%, transparent);
    border-top-color: currentColor;
    border-radius: 50%;
    animation: turn 0.8s linear infinite;
  }
  @keyframes turn {
    to {
      rotate: 1turn;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .spinner {
      animation-duration: 3s;
    }
    * {
      transition: none;
    }
  }
`;

const fields = css`
  .field {
    display: grid;
    gap: 0.375rem;
  }
  label,
  legend {
    padding: 0;
    font-size: 0.9375rem;
    font-weight: 550;
  }
  .optional {
    font-weight: 400;
    color: var(--_muted);
  }
  input:not([type='radio'], [type='checkbox']),
  select,
  textarea {
    width: 100%;
    min-width: 0;
    min-height: 48px;
    padding: 0.625rem 0.875rem;
    border: 1px solid var(--_edge);
    border-radius: calc(var(--_radius) - 2px);
    background: var(--_field);
    color: inherit;
    /* Less makes iOS zoom in. */
    font: inherit;
    font-size: 1rem;
  }
  textarea {
    min-height: 6rem;
    resize: vertical;
  }
  input:focus-visible,
  select:focus-visible,
  textarea:focus-visible {
    outline: 2px solid var(--_focus);
    outline-offset: -1px;
    border-color: var(--_focus);
  }
  [aria-invalid='true'] {
    border-color: var(--_danger) !important;
  }
  .hint {
    font-size: 0.875rem;
    color: var(--_muted);
  }
  .wrong {
    display: flex;
    gap: 0.375rem;
    font-size: 0.875rem;
    font-weight: 500;
    color: var(--_danger);
  }
  .wrong::before {
    content: '!';
    flex: none;
    width: 1.125rem;
    height: 1.125rem;
    margin-top: 0.1rem;
    border-radius: 50%;
    background: var(--_danger);
    color: var(--_surface);
    font-size: 0.75rem;
    font-weight: 700;
    line-height: 1.125rem;
    text-align: center;
  }
  .code {
    font-size: 1.5rem !important;
    font-variant-numeric: tabular-nums;
    letter-spacing: 0.4em;
    text-align: center;
    /* The space behind the last digit. */
    padding-inline-end: calc(0.875rem - 0.4em) !important;
  }
  .with-button {
    position: relative;
  }
  .with-button input {
    padding-inline-end: 3.5rem !important;
  }
  .with-button button {
    position: absolute;
    inset-block: 2px;
    inset-inline-end: 2px;
    width: 46px;
    display: grid;
    place-items: center;
    background: none;
    border: 0;
    border-radius: calc(var(--_radius) - 4px);
    color: var(--_muted);
  }
  .choice {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    min-height: 44px;
    font-weight: 400;
    cursor: pointer;
  }
  .choice input {
    flex: none;
    width: 20px;
    height: 20px;
    margin: 0;
    accent-color: var(--_accent);
  }
  fieldset {
    min-width: 0;
    margin: 0;
    padding: 0;
    border: 0;
  }
`;

const parts = css`
  .stack {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1.25rem;
  }
  .tight {
    gap: 0.5rem;
  }
  .row {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 0.25rem 1rem;
  }
  .between {
    justify-content: space-between;
  }
  .pair {
    display: grid;
    grid-template-columns: repeat(auto-fit, minmax(min(100%, 9.5rem), 1fr));
    gap: 1.25rem 0.75rem;
  }
  .alert {
    display: grid;
    gap: 0.5rem;
    justify-items: start;
    padding: 0.75rem 1rem;
    border-radius: calc(var(--_radius) - 2px);
    background: color-mix(in oklab, var(--_danger) 9%, var(--_surface));
    color: var(--_danger);
    font-size: 0.9375rem;
    font-weight: 500;
  }
  /* Empty they take no room, and still are there to be filled. */
  [role='alert']:not(:has(.alert)),
  [role='status']:not(:has(.notice, .spinner)) {
    position: absolute;
  }
  .notice {
    padding: 0.75rem 1rem;
    border-radius: calc(var(--_radius) - 2px);
    background: color-mix(in oklab, var(--_success) 9%, var(--_surface));
    color: var(--_success);
    font-size: 0.9375rem;
    font-weight: 500;
  }
  .badge {
    padding: 0.0625rem 0.5rem;
    border-radius: 99px;
    background: color-mix(in oklab, var(--_text) 8%, transparent);
    font-size: 0.8125rem;
    font-weight: 550;
    white-space: nowrap;
  }
  .badge.good {
    background: color-mix(in oklab, var(--_success) 12%, transparent);
    color: var(--_success);
  }
  .or {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    color: var(--_muted);
    font-size: 0.875rem;
  }
  .or::before,
  .or::after {
    content: '';
    flex: 1;
    border-top: 1px solid var(--_line);
  }
  .waiting {
    display: grid;
    place-items: center;
    min-height: 12rem;
    color: var(--_muted);
    font-size: 1.5rem;
  }
`;

export const STYLE = [tokens, words, controls, fields, parts];
