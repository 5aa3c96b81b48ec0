/** The account: one panel a subject, below each other. */
import { css } from 'lit';

export const ACCOUNT_STYLE = css`
  .page {
    width: min(100%, var(--vestibule-account-width, 42rem));
    margin-inline: auto;
  }
  .panel {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    gap: 1rem;
    padding: clamp(1rem, 4vw, 1.5rem);
    border: 1px solid var(--_line);
    border-radius: calc(var(--_radius) + 4px);
    background: var(--_surface);
  }
  .panel > header {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    justify-content: space-between;
    gap: 0.25rem 1rem;
    min-height: 44px;
  }
  dl {
    display: grid;
    gap: 0.75rem;
  }
  dt {
    font-size: 0.875rem;
    color: var(--_muted);
  }
  dd {
    overflow-wrap: anywhere;
  }
  ul {
    list-style: none;
  }
  li {
    display: grid;
    gap: 0.25rem;
    padding-block: 0.75rem;
    border-top: 1px solid var(--_line);
  }
  li:first-child {
    border-top: 0;
    padding-top: 0;
  }
  li:last-child {
    padding-bottom: 0;
  }
  li form {
    margin-top: 0.5rem;
  }
  .device {
    display: flex;
    gap: 0.875rem;
    align-items: flex-start;
  }
  .device > svg {
    flex: none;
    margin-top: 0.125rem;
    color: var(--_muted);
  }
  .device > div {
    flex: 1;
    min-width: 0;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 0.25rem 1.25rem;
  }
  .buttons {
    display: flex;
    flex-wrap: wrap;
    gap: 0.75rem;
  }
  .buttons > * {
    flex: 1 1 9rem;
  }
  .eye svg:last-child,
  .eye[aria-pressed='true'] svg:first-child {
    display: none;
  }
  .eye[aria-pressed='true'] svg:last-child {
    display: block;
  }
`;
