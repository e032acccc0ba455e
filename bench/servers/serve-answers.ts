import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

export type Variables = Record<string, string>;

/** Serves each workload at a path that takes its variables as JSON and answers what the GraphQL servers answer. */
export function serveAnswers(answers: Readonly<Record<string, (variables: Variables) => unknown>>): void {
  const { HOST, PORT } = process.env;
  createServer((request, response) => void answer(request, response)).listen(Number(PORT), HOST);

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    // A request yields bytes where no encoding was asked for.
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const respond = answers[request.url ?? ''];
    if (!respond) return void response.writeHead(404).end();
    const body = JSON.stringify({ data: await respond(JSON.parse(Buffer.concat(chunks).toString()) as Variables) });
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
      .end(body);
  }
}
