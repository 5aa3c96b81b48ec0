/** Colours, the page and its header, text, forms. */
export const BASE = `\
:root {
  color-scheme: light dark;
  --ink: light-dark(#1c2733, #e3e9f0);
  --quiet: light-dark(#55626f, #a3b0bd);
  --line: light-dark(#d5dce3, #38434f);
  --ground: light-dark(#f6f8fa, #12171d);
  --card: light-dark(#ffffff, #1a2129);
  --code: light-dark(#eef2f6, #10151a);
  --accent: light-dark(#1757b0, #83b4f8);
  --on-accent: light-dark(#ffffff, #0c1622);
  --good: light-dark(#12692f, #7dd69b);
  --warn: light-dark(#8a4b00, #f2b866);
  --bad: light-dark(#a01c1c, #ff9d94);
}
* {
  box-sizing: border-box;
}
[hidden] {
  display: none !important;
}
body {
  font:
    16px/1.5 system-ui,
    sans-serif;
  max-width: 76rem;
  margin: 0 auto;
  padding: 0.8rem 1rem 4rem;
  color: var(--ink);
  background: var(--ground);
  overflow-wrap: anywhere;
}
h1 {
  font-size: 1.4rem;
  margin: 0;
}
h2 {
  font-size: 1.1rem;
  margin: 0 0 0.6rem;
}
.answer h2 {
  font-size: 1rem;
  margin: 0 0 0.3rem;
}
.inside h2 {
  font-size: 0.8rem;
  margin: 0.9rem 0 0.2rem;
  color: var(--quiet);
}
.top {
  display: flex;
  flex-wrap: wrap;
  gap: 0.2rem 1.6rem;
  align-items: baseline;
  margin-bottom: 1.2rem;
  border-bottom: 1px solid var(--line);
}
.brand {
  font-weight: 700;
  font-size: 1.1rem;
  color: var(--ink);
  text-decoration: none;
}
.top nav {
  display: flex;
  flex-wrap: wrap;
  gap: 0 0.2rem;
}
.top nav a {
  display: inline-block;
  padding: 0.6rem 0.7rem;
  color: var(--quiet);
  text-decoration: none;
  border-bottom: 3px solid transparent;
}
.top nav a:hover {
  color: var(--ink);
}
.top nav a[aria-current] {
  color: var(--ink);
  font-weight: 600;
  border-color: var(--accent);
}
@media (max-width: 32rem) {
  .top nav {
    width: 100%;
    justify-content: space-between;
  }
  .top nav a {
    padding: 0.5rem 0.15rem;
    font-size: 0.875rem;
  }
}
.lead {
  margin: 0.3rem 0 1.2rem;
  color: var(--quiet);
}
a {
  color: var(--accent);
}
:focus-visible {
  outline: 3px solid var(--accent);
  outline-offset: 2px;
  border-radius: 0.3rem;
}
.grid {
  display: grid;
  gap: 1.2rem;
  align-items: start;
}
.grid > * {
  min-width: 0;
}
@media (min-width: 60rem) {
  .two {
    grid-template-columns: minmax(0, 30rem) minmax(0, 1fr);
  }
}
.card,
.rows > li,
.answer {
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 0.6rem;
  padding: 1rem;
  margin: 0;
}
label {
  display: block;
  margin-top: 0.7rem;
  font-weight: 600;
}
input:not([type='checkbox'], [type='radio']),
select {
  font: inherit;
  font-weight: 400;
  width: 100%;
  padding: 0.35rem 0.6rem;
  color: inherit;
  background: var(--code);
  border: 1px solid var(--quiet);
  border-radius: 0.4rem;
}
.check,
.choice {
  display: flex;
  gap: 0.6rem;
  align-items: baseline;
  font-weight: 400;
}
.choice .hint {
  display: block;
}
.scenarios {
  display: grid;
  gap: 0.15rem;
}
.scenarios button {
  width: 100%;
  display: flex;
  flex-wrap: wrap;
  gap: 0 0.6rem;
  justify-content: space-between;
  text-align: left;
  padding: 0.28rem 0.7rem;
  font-weight: 400;
  color: inherit;
  background: transparent;
  border-left: 3px solid transparent;
}
@media (max-width: 32rem) {
  .scenarios [aria-pressed='false'] code {
    display: none;
  }
}
.scenarios button:hover {
  background: var(--code);
}
.scenarios [aria-pressed='true'] {
  font-weight: 600;
  background: var(--code);
  border-color: var(--accent);
}
.about {
  margin: 0.2rem 0 0.5rem;
  padding: 0 0.7rem 0 calc(0.7rem + 3px);
  font-size: 0.875rem;
  color: var(--quiet);
}
.whom {
  display: flex;
  flex-wrap: wrap;
  gap: 0.2rem 1.2rem;
  margin-top: 0.8rem;
}
.whom label {
  margin: 0;
  font-weight: 400;
}
.filters {
  display: grid;
  grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr));
  gap: 0.2rem 0.8rem;
  align-items: end;
}
.filters label {
  margin: 0;
  font-size: 0.875rem;
}
.filters :is(input, select) {
  height: 2.3rem;
}
.filters button {
  height: 2.3rem;
}
.heading #news {
  margin: 0;
}
.verdict {
  border: 1px solid currentcolor;
  border-radius: 1rem;
  padding: 0 0.5rem;
}
.v-valid {
  color: var(--good);
}
.v-invalid,
.v-refused,
.note {
  color: var(--warn);
}
.v-breach,
.v-chaos {
  color: var(--bad);
}
.stack {
  display: grid;
  gap: 1.2rem;
}
.facts {
  display: grid;
  grid-template-columns: max-content minmax(0, 1fr);
  gap: 0.2rem 1rem;
  margin: 0;
  font-size: 0.875rem;
}
.facts dt {
  color: var(--quiet);
}
.facts dd {
  margin: 0;
}
.empty {
  padding: 1.2rem;
  text-align: center;
  color: var(--quiet);
  border: 1px dashed var(--line);
  border-radius: 0.6rem;
}
fieldset {
  border: 0;
  padding: 0;
  margin: 0;
}
legend {
  padding: 0;
  font-weight: 600;
}
button {
  font: inherit;
  font-weight: 600;
  padding: 0.35rem 0.9rem;
  color: var(--on-accent);
  background: var(--accent);
  border: 0;
  border-radius: 0.4rem;
  cursor: pointer;
}
.copy,
.heading button,
.second-choice {
  color: var(--accent);
  background: transparent;
  box-shadow: inset 0 0 0 1px var(--accent);
}
.card > button,
.buttons {
  margin: 1rem 0 0;
}
.buttons {
  display: flex;
  flex-wrap: wrap;
  gap: 0.6rem;
}
`;
