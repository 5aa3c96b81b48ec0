/** The place of the sign-in: a card, with the shop's picture and colours around it. */
import { css } from 'lit';

export const LOGIN_STYLE = css`
  :host {
    /* The ground is as high as the page makes the element. */
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    container-type: inline-size;
  }
  .page {
    display: grid;
    grid-template-columns: minmax(0, 1fr);
    justify-items: center;
    align-items: center;
    padding: clamp(0.75rem, 5cqi, 3rem);
    background: var(
      --vestibule-background,
      light-dark(
        var(--_shop-background, #f5f5f7),
        color-mix(in oklab, var(--_shop-background, #f5f5f7) 3%, #101114)
      )
    );
  }
  .card {
    width: min(100%, var(--vestibule-width, 26.5rem));
    padding: clamp(1.25rem, 7cqi, 2.25rem);
    border: 1px solid var(--_line);
    border-radius: calc(var(--_radius) + 6px);
    background: var(--_surface);
    box-shadow:
      0 1px 2px rgb(0 0 0 / 4%),
      0 12px 32px -12px rgb(0 0 0 / 12%);
  }
  :host([plain]) .page {
    padding: 0;
    background: none;
  }
  :host([plain]) .card {
    padding: 0;
    border: 0;
    background: none;
    box-shadow: none;
  }
  .brand {
    display: flex;
    align-items: center;
    min-height: 1.75rem;
    font-size: 1.0625rem;
    font-weight: 700;
    letter-spacing: -0.01em;
  }
  .flash {
    padding: 0.625rem 1rem;
    border-radius: calc(var(--_radius) - 2px);
    background: var(--_flash-background, #eef0f4);
    color: var(--_flash-text, #1c1e24);
    font-size: 0.9375rem;
    font-weight: 550;
    white-space: pre-line;
  }
  .hero {
    display: block;
    width: 100%;
    height: 9rem;
    object-fit: cover;
    border-radius: calc(var(--_radius) + 6px);
    margin-bottom: 0.75rem;
  }
  .picture {
    width: min(100%, var(--vestibule-width, 26.5rem));
  }
  @container (min-width: 56rem) {
    .with-picture {
      grid-template-columns: minmax(0, 1fr) minmax(0, 1fr);
      gap: clamp(1.5rem, 4cqi, 4rem);
    }
    .with-picture .picture {
      width: 100%;
      align-self: stretch;
    }
    .with-picture .hero {
      height: 100%;
      min-height: 32rem;
      margin: 0;
    }
    .card-left .card {
      order: -1;
    }
    .page.card-left:not(.with-picture) {
      justify-items: start;
    }
    .page.card-right:not(.with-picture) {
      justify-items: end;
    }
  }
  .providers {
    gap: 0.75rem;
  }
  /* So that a label stays on its line. */
  @container (max-width: 22rem) {
    .providers .button {
      padding-inline: 0.75rem;
      font-size: 0.9375rem;
    }
  }
  .links {
    display: grid;
    justify-items: start;
  }
  .links .row,
  .row .link {
    margin-block: 0;
  }
  .done {
    display: flex;
    align-items: center;
    min-height: 48px;
    gap: 0.5rem;
    color: var(--_success);
  }
  .done svg {
    flex: none;
  }
  .done .value {
    color: var(--_text);
    font-weight: 550;
  }
  .good-sign {
    display: grid;
    place-items: center;
    width: 2.75rem;
    height: 2.75rem;
    margin-bottom: 0.875rem;
    border-radius: 50%;
    background: color-mix(in oklab, var(--_success) 14%, transparent);
    color: var(--_success);
  }
  .timer {
    display: flex;
    align-items: center;
    min-height: 44px;
    font-variant-numeric: tabular-nums;
  }
  .eye svg:last-child,
  .eye[aria-pressed='true'] svg:first-child {
    display: none;
  }
  .eye[aria-pressed='true'] svg:last-child {
    display: block;
  }
`;
