/** What the reference page has beyond the stylesheet that all own pages share. */
export const REFERENCE_STYLE = `\
.reference {
  display: grid;
  gap: 1.2rem 2rem;
}
.side nav {
  display: flex;
  flex-wrap: wrap;
  gap: 0 0.2rem;
  margin-top: 0.6rem;
}
.side nav a {
  padding: 0.25rem 0.6rem;
  color: var(--ink);
  text-decoration: none;
  border-radius: 0.4rem;
}
.side nav a:hover {
  background: var(--card);
}
.count,
.version {
  color: var(--quiet);
  font-size: 0.875rem;
  font-weight: 400;
}
@media (min-width: 60rem) {
  .reference {
    grid-template-columns: 14rem minmax(0, 1fr);
  }
  .side {
    position: sticky;
    top: 0;
    align-self: start;
    max-height: 100vh;
    padding: 0.3rem;
    overflow: auto;
  }
  .side nav {
    display: grid;
  }
  .side nav a {
    display: flex;
    justify-content: space-between;
  }
}
.side .find,
#credentials label {
  margin: 0;
}
.reference .body {
  min-width: 0;
}
#introduction h2 {
  margin: 1.4rem 0 0.3rem;
  font-size: 1rem;
}
#introduction p,
.bullets {
  max-width: 44rem;
  margin: 0.4rem 0;
}
.bullets {
  list-style: disc;
  padding-left: 1.2rem;
}
#credentials {
  margin-top: 1.2rem;
}
#introduction #credentials h2 {
  margin: 0;
}
#credentials .filters {
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr));
  gap: 0.6rem 0.8rem;
}
.tag {
  margin-top: 2rem;
}
.tag > h2,
.op,
.schema {
  scroll-margin-top: 0.8rem;
}
.tag > .lead {
  margin-bottom: 0.6rem;
}
.op,
.schema {
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 0.5rem;
  margin-bottom: 0.4rem;
}
.op > summary,
.schema > summary {
  padding: 0.5rem 0.8rem;
}
.op > summary {
  display: grid;
  grid-template-columns: 4rem minmax(0, 1fr);
  gap: 0 0.6rem;
  align-items: baseline;
}
.op > summary:hover .path {
  text-decoration: underline;
}
.method {
  font:
    700 0.8125rem ui-monospace,
    monospace;
}
.m-get {
  color: var(--accent);
}
.m-post {
  color: var(--good);
}
.m-put,
.m-patch {
  color: var(--warn);
}
.m-delete {
  color: var(--bad);
}
.path {
  font-family: ui-monospace, monospace;
  font-size: 0.875rem;
}
.what {
  grid-column: 2;
  color: var(--quiet);
  font-size: 0.875rem;
}
.open,
.schema > :not(summary) {
  margin: 0 0.8rem 0.8rem;
}
.open {
  padding-top: 0.6rem;
  border-top: 1px solid var(--line);
}
.open p {
  margin: 0.4rem 0;
}
.open h3 {
  margin: 1.2rem 0 0.3rem;
  font-size: 0.9375rem;
}
table.fields {
  width: 100%;
  border-collapse: collapse;
  font-size: 0.875rem;
}
.schema > table.fields {
  width: calc(100% - 1.6rem);
}
.fields :is(th, td) {
  padding: 0.35rem 0.6rem 0.35rem 0;
  text-align: left;
  vertical-align: top;
  font-weight: 400;
  border-top: 1px solid var(--line);
}
.fields th {
  width: 15rem;
}
.errors th {
  width: 3.5rem;
}
.fields :is(.about-field, .hint) {
  display: block;
}
.needed {
  color: var(--warn);
  font-size: 0.8125rem;
}
.type {
  color: var(--quiet);
}
@media (max-width: 40rem) {
  .fields:not(.errors) :is(th, td) {
    display: block;
    width: auto;
    padding: 0.3rem 0 0;
  }
  .fields:not(.errors) td {
    border: 0;
    padding-bottom: 0.3rem;
  }
}
.try {
  margin-top: 1.2rem;
  padding: 0.8rem;
  background: var(--ground);
  border: 1px solid var(--line);
  border-radius: 0.5rem;
}
.open .try h3 {
  margin: 0;
}
.try label {
  font-size: 0.875rem;
}
.try textarea {
  width: 100%;
  padding: 0.5rem 0.6rem;
  color: inherit;
  background: var(--code);
  border: 1px solid var(--quiet);
  border-radius: 0.4rem;
  font:
    0.8125rem/1.5 ui-monospace,
    monospace;
}
.unseen {
  position: absolute;
  width: 1px;
  height: 1px;
  overflow: hidden;
  clip-path: inset(50%);
}
`;
