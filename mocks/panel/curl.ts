/** Requests as commands for a shell. */

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

export interface Command {
  url: string;
  method: string;
  headers: Record<string, string>;
  body?: string;
}

/** One line that any POSIX shell runs as it stands; nothing in it is expanded. */
export function curlOf({ url, method, headers, body }: Command): string {
  const parts = ['curl', '-i', ...(method === 'GET' ? [] : ['-X', method]), quoted(url)];
  for (const [name, value] of Object.entries(headers))
    parts.push('-H', quoted(`${name}: ${value}`));
  if (body !== undefined) parts.push('--data-raw', quoted(body));
  return parts.join(' ');
}

/** The command that sends a request as it is; its body is read. */
export async function curlOfRequest(request: Request): Promise<string> {
  const { url, method } = request;
  const body = await request.text();
  return curlOf({
    url,
    method,
    headers: Object.fromEntries(request.headers),
    body: body || undefined,
  });
}
