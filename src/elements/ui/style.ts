/** The looks of both elements. Colours follow the page's `color-scheme`; every one of them is a custom property. */
import { css } from 'lit';
import { CONTROLS, FIELDS } from './style-controls.ts';

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

export const STYLE = [tokens, words, CONTROLS, FIELDS, parts];
