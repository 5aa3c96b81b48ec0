/** The looks of buttons, links and fields. */
import { css } from 'lit';

export const CONTROLS = css`
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

export const FIELDS = css`
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
  input:not([type='radio'], [type='checkbox'], .sr),
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
