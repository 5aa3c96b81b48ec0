/** Filters wrangler's output: the Worker's own lines and errors pass, the tool's banners do not. */

// A row of wrangler's table of bindings has its value in parentheses, or none and a gap: `env.ASSETS      Assets`.
const SMALL_TALK =
  /^(\[wrangler:info\]|⎔|Your Worker has access|Binding\s+Resource|env\.\w+(?: \(|\s{2})|\{.*"path":"\/_dev\/inbox")/u;
const COLOUR = /\u001B\[[\d;]*m/g;

/** A sieve for one stream, to be fed its text in pieces; `show` gets whole lines without blank ones between them. */
export function createSieve(show: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const plain = line.replaceAll(COLOUR, '').trim();
      if (plain !== '' && !SMALL_TALK.test(plain)) show(line);
    }
  };
}
