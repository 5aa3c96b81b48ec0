import { html } from 'hono/html';
import type { Html } from '../../src/ui/layout.ts';

/** A time of day that the page's script turns into the reader's own; without it, it is UTC and says so. */
export const localTime = (iso: string): Html =>
  html`<time class="quiet" datetime="${iso}">${iso.slice(11, 19)} UTC</time>`;
