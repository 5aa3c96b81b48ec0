/** Icons, drawn in the colour of the text beside them. */
import { svg, html, type TemplateResult } from 'lit';

const icon = (paths: TemplateResult<2>): TemplateResult =>
  html`<svg
    width="20"
    height="20"
    viewBox="0 0 20 20"
    fill="none"
    stroke="currentColor"
    stroke-width="1.6"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    ${paths}
  </svg>`;

export const EYE = icon(
  svg`<path d="M1.8 10S4.7 4.6 10 4.6 18.2 10 18.2 10 15.3 15.4 10 15.4 1.8 10 1.8 10Z"/><circle cx="10" cy="10" r="2.6"/>`,
);
export const EYE_OFF = icon(
  svg`<path d="M3 3l14 14M8 4.9a8 8 0 0 1 2-.3c5.3 0 8.2 5.4 8.2 5.4a14 14 0 0 1-2.3 3M5.2 6.3A13.5 13.5 0 0 0 1.8 10s2.9 5.4 8.2 5.4a8 8 0 0 0 3.3-.7M8.3 8.2a2.6 2.6 0 0 0 3.6 3.6"/>`,
);
export const CHECK = icon(svg`<path d="M4 10.5l4 4 8-9"/>`);
export const PHONE = icon(
  svg`<rect x="5.5" y="2" width="9" height="16" rx="2"/><path d="M9 15.3h2"/>`,
);
export const DESKTOP = icon(
  svg`<rect x="2" y="3.5" width="16" height="10.5" rx="1.5"/><path d="M7 17h6"/>`,
);

const brand = (paths: TemplateResult<2>): TemplateResult =>
  html`<svg width="20" height="20" viewBox="0 0 24 24" aria-hidden="true">${paths}</svg>`;

/** The providers' own signs. */
export const BRANDS = {
  google: brand(
    svg`<path fill="#4285f4" d="M23 12.3c0-.8-.1-1.6-.2-2.3H12v4.5h6.2a5.3 5.3 0 0 1-2.3 3.5v2.9h3.7c2.2-2 3.4-5 3.4-8.6Z"/><path fill="#34a853" d="M12 23.5c3.1 0 5.7-1 7.6-2.8l-3.7-2.9a7 7 0 0 1-10.4-3.7H1.7v3a11.5 11.5 0 0 0 10.3 6.4Z"/><path fill="#fbbc05" d="M5.5 14.1a6.9 6.9 0 0 1 0-4.4v-3H1.7a11.5 11.5 0 0 0 0 10.4l3.8-3Z"/><path fill="#ea4335" d="M12 5.1c1.7 0 3.2.6 4.4 1.7l3.3-3.3A11.5 11.5 0 0 0 1.7 6.7l3.8 3A6.9 6.9 0 0 1 12 5.1Z"/>`,
  ),
  facebook: brand(
    svg`<circle cx="12" cy="12" r="12" fill="#0866ff"/><path fill="#fff" d="M13.4 24v-8.4h2.9l.5-3.5h-3.4V9.9c0-1 .5-1.9 2-1.9h1.5V5.1s-1.4-.3-2.7-.3c-2.8 0-4.6 1.7-4.6 4.7v2.6H6.5v3.5h3.1V24h3.8Z"/>`,
  ),
  apple: brand(
    svg`<path fill="currentColor" d="M17.5 12.7c0-2.7 2.2-4 2.3-4.1a5 5 0 0 0-3.9-2.1c-1.6-.2-3.2 1-4 1-.9 0-2.1-1-3.5-1-1.8.1-3.5 1.1-4.4 2.7-1.9 3.2-.5 8 1.3 10.6.9 1.3 2 2.7 3.4 2.7 1.3-.1 1.9-.9 3.5-.9s2.1.9 3.5.8c1.5 0 2.4-1.3 3.3-2.6 1-1.5 1.4-2.9 1.5-3-.1 0-2.9-1.1-3-4.1ZM14.9 4.8c.7-.9 1.2-2.1 1.1-3.3-1 0-2.3.7-3.1 1.6-.6.8-1.2 2-1.1 3.2 1.2.1 2.4-.6 3.1-1.5Z"/>`,
  ),
};
