// A receiver of NDJSON for the harness: appends each complete body to a file, then acknowledges it.
// node receiver.js FILE
import { appendFileSync } from "node:fs";
import { createServer } from "node:http";

const [file] = process.argv.slice(2);
const server = createServer(async (request, response) => {
  const pieces = [];
  try {
    for await (const piece of request) pieces.push(piece);
  } catch {
    return; // the sender was killed while it sent
  }
  appendFileSync(file, Buffer.concat(pieces));
  response.writeHead(204).end();
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
