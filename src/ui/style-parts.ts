/** What stands on the pages: rows of requests, operations, scenarios, messages, templates. */
export const PARTS = `\
.hint,
.quiet {
  color: var(--quiet);
  font-size: 0.875rem;
  font-weight: 400;
}
.hint {
  margin: 0.2rem 0 0;
}
.heading {
  display: flex;
  flex-wrap: wrap;
  gap: 0.4rem 1.2rem;
  align-items: baseline;
}
.heading {
  margin-bottom: 1rem;
}
@media (max-width: 32rem) {
  .heading {
    column-gap: 0.7rem;
  }
}
.hint + pre,
pre + .hint {
  margin-top: 0.5rem;
}
.heading label {
  margin: 0;
  font-weight: 400;
}
.heading form {
  margin-left: auto;
}
ol,
ul {
  list-style: none;
  padding: 0;
  margin: 0;
}
.rows,
.answers {
  display: grid;
  gap: 0.6rem;
}
.rows > li {
  padding: 0;
  min-width: 0;
}
.rows summary {
  padding: 0.6rem 0.9rem;
  cursor: pointer;
}
.rows summary .line {
  display: flex;
  flex-wrap: wrap;
  gap: 0.1rem 0.6rem;
  align-items: baseline;
}
.rows summary {
  display: grid;
  grid-template-columns: 1.1rem minmax(0, 1fr);
}
.rows summary::before {
  content: '▸' / '';
  grid-row: span 2;
}
.rows details[open] > summary::before {
  content: '▾' / '';
}
.second {
  font-size: 0.875rem;
  margin-top: 0.15rem;
}
.target {
  font-family: ui-monospace, monospace;
  font-size: 0.875rem;
  min-width: 0;
}
.inside {
  padding: 0 0.9rem 0.9rem;
  border-top: 1px solid var(--line);
}
.status {
  font-weight: 700;
  font-variant-numeric: tabular-nums;
}
.s2,
.s3 {
  color: var(--good);
}
.s4 {
  color: var(--warn);
}
.s5 {
  color: var(--bad);
}
.mistake {
  color: var(--warn);
}
.mistakes {
  display: grid;
  gap: 0.2rem;
}
pre {
  margin: 0;
  padding: 0.6rem 0.8rem;
  background: var(--code);
  border: 1px solid var(--line);
  border-radius: 0.4rem;
  font:
    0.8125rem/1.5 ui-monospace,
    monospace;
  white-space: pre-wrap;
  max-height: 24rem;
  overflow: auto;
}
.command {
  display: grid;
  gap: 0.5rem;
  justify-items: start;
}
.command pre {
  width: 100%;
}
.answer details {
  margin-top: 0.6rem;
}
summary {
  cursor: pointer;
}
.group {
  margin-top: 0.7rem;
}
.group > summary h2 {
  display: inline;
}
.group > ul {
  margin-top: 0.6rem;
}
.operations li {
  padding: 0.35rem 0;
  border-bottom: 1px solid var(--line);
}
.operations li {
  display: flex;
  flex-wrap: wrap;
  gap: 0 1rem;
  align-items: baseline;
}
.operations li > a {
  min-width: 16rem;
}
.operations .hint {
  font-size: 0.8125rem;
  margin: 0;
}
.message {
  padding: 0.6rem 0.9rem !important;
}
.message p {
  margin: 0.1rem 0;
}
.message summary {
  padding: 0.3rem 0;
}
.otp {
  font-size: 1.4rem;
  letter-spacing: 0.1em;
}
.subject {
  font-weight: 600;
}
iframe {
  width: 100%;
  height: 26rem;
  margin-top: 0.4rem;
  color-scheme: light;
  background: #ffffff;
  border: 1px solid var(--line);
  border-radius: 0.4rem;
}
@media (max-width: 32rem) {
  .whole {
    grid-column: 1 / -1;
  }
}
.handy {
  display: flex;
  flex-wrap: wrap;
  gap: 0.2rem 0.8rem;
  align-items: center;
}
.handy .copy {
  padding: 0.15rem 0.7rem;
  font-size: 0.875rem;
}
.heading p {
  margin: 0;
}
.heading + .lead {
  margin-top: -0.7rem;
}
.bar {
  display: flex;
  flex-wrap: wrap;
  gap: 0.6rem 1.6rem;
  align-items: end;
  margin-bottom: 1rem;
}
.pick {
  display: flex;
  gap: 0.6rem;
  align-items: end;
  width: min(100%, 22rem);
}
.pick label {
  flex: 1;
  margin: 0;
}
.switch {
  display: flex;
  flex-wrap: wrap;
  gap: 0.3rem;
}
.switch a {
  padding: 0.3rem 0.8rem;
  color: var(--quiet);
  text-decoration: none;
  border: 1px solid var(--line);
  border-radius: 0.4rem;
}
.switch a:hover {
  color: var(--ink);
}
.switch a[aria-current] {
  color: var(--ink);
  font-weight: 600;
  background: var(--card);
  border-color: var(--accent);
}
.contents {
  display: flex;
  flex-wrap: wrap;
  gap: 0.2rem 1rem;
}
section + section,
.contents + section {
  margin-top: 1.6rem;
}
.cards {
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
}
.halves {
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 18rem), 1fr));
}
.stack :is(dt, dd) {
  margin: 0;
}
.card h3.quiet {
  margin: 1rem 0 0.4rem;
}
.cards :is(h3, p) {
  margin: 0.1rem 0;
}
.text {
  white-space: pre-wrap;
}
`;
